"""Keys are changed and rows come to their end while people write and read: `python -m tests.trials.turnover [--messages N] [--turns N]
[--database sqlite|postgresql]`, or `make turnover` for the full trial on both.

Again and again everybody gets a new data key, everything is wrapped by a new master key, the old one is forgotten, and what is over is
destroyed. Every message has to be readable for exactly its time, and by the newest key alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from bot.rehearsal.house import Clock, House
from bot.service import load_service
from bot.settings import Settings
from escalation.context import Service
from escalation.record import audit, master_key, person_keys
from escalation.record.envelope import SealBroken
from escalation.record.retention import running
from escalation.record.retention.veil import Veil
from escalation.record.schema import upgrade
from escalation.record.store import Record
from escalation.record.tables import InboxRow
from nlu.noticing import Noticing
from tests.postgres import server
from tests.retention.traffic import Traffic, texts


@dataclass
class Keys:
    """The master key in use, those before it, and how often everything was turned over."""

    in_use: bytes = field(default_factory=lambda: os.urandom(32))
    former: list[bytes] = field(default_factory=list)
    renewed: int = 0

    def turn_over(self, service: Record, now: Clock) -> None:
        """Everything that the commands do when keys are changed, beside a service that goes on."""
        new = os.urandom(32)
        with closing(Record(service.url, self.in_use)) as command:
            self.renewed += person_keys.renew(command, now(), now).people
            master_key.change(command, new, now)
        service.vault.look_again()
        with closing(Record(service.url, new)) as command:
            master_key.forget(command, now() + master_key.SEEN_WITHIN)
        self.former.append(self.in_use)
        self.in_use = new


@dataclass(frozen=True)
class Figures:
    """The table."""

    messages: int
    destroyed: int
    looks: int
    master_keys: int
    data_keys: int
    unreadable: int
    readable: int
    seconds: float

    @property
    def whole(self) -> bool:
        """Whether the targets are met."""
        return not (self.unreadable or self.readable)

    def table(self) -> str:
        rows = (
            ("messages written", self.messages),
            ("messages that were over and destroyed", self.destroyed),
            ("looks at one person's messages", self.looks),
            ("changes of the master key", self.master_keys),
            ("new data keys of people", self.data_keys),
            ("unreadable that should be readable", self.unreadable),
            ("readable that should not be", self.readable),
            ("seconds", round(self.seconds)),
        )
        return "\n".join(f"{name:<64}{value:>8}" for name, value in rows)


def run(url: str, service: Service, noticing: Noticing, messages: int, turns: int) -> Figures:
    """Play it on an empty record, and count. At least so many messages and so many changes of every key."""
    keys, clock, begun = Keys(), Clock(), time.monotonic()
    with closing(Record(url, keys.in_use)) as record:
        record.veil = Veil(service.retention, clock)
        traffic = Traffic(House(record, service, noticing, clock), messages, more=lambda: len(keys.former) < turns)

        def turn() -> None:
            while not traffic.over.is_set():
                keys.turn_over(record, clock)

        work: tuple[Callable[[], None], ...] = (traffic.writes, traffic.writes, traffic.reads, traffic.reads, traffic.destroys, turn)
        with ThreadPoolExecutor(len(work)) as pool:
            for done in [pool.submit(_ending_all, traffic, each) for each in work]:
                done.result()
        running.run(record, service.retention, clock())
    return _counted(url, traffic, keys, time.monotonic() - begun)


def _ending_all(traffic: Traffic, work: Callable[[], None]) -> None:
    """What falls over ends the others too."""
    try:
        work()
    finally:
        traffic.over.set()


def _counted(url: str, traffic: Traffic, keys: Keys, seconds: float) -> Figures:
    """What a program that starts now with the newest key finds, and one with any key before it."""
    now = traffic.house.clock()
    wrote = [(who, text, at > now - traffic.life) for who, lines in traffic.wrote.items() for text, at in lines]
    with closing(Record(url, keys.in_use)) as record:
        record.veil = traffic.house.record.veil
        found = {who: record.read(lambda tx, who=who: texts(tx, who)) for who in traffic.wrote}  # type: ignore[misc]
        record.veil = None
        rows = record.read(lambda tx: tx.session.scalar(select(func.count()).select_from(InboxRow))) or 0
        assert record.read(audit.first_broken) is None, "the audit chain has to be whole"
    living = sum(lives for *_, lives in wrote)
    return Figures(
        messages=len(wrote),
        destroyed=len(wrote) - rows,
        looks=traffic.looks,
        master_keys=len(keys.former),
        data_keys=keys.renewed,
        unreadable=len(traffic.gone_too_soon) + sum(lives and text not in found[who] for who, text, lives in wrote),
        readable=len(traffic.there_too_long)
        + sum(not lives and text in found[who] for who, text, lives in wrote)
        + (rows - living)
        + sum(_opens(url, key) for key in keys.former),
        seconds=seconds,
    )


def _opens(url: str, key: bytes) -> bool:
    try:
        Record(url, key).close()
    except SealBroken:
        return False
    return True


@contextmanager
def empty(database: str) -> Iterator[str]:
    """The address of an empty record of this kind."""
    with tempfile.TemporaryDirectory() as folder:
        if database == "sqlite":
            upgrade(url := f"sqlite:///{Path(folder) / 'record.db'}")
            yield url
            return
        with server() as postgres:
            upgrade(url := postgres.new_database())
            yield url


def main() -> int:
    """Play it, print the table, and end with 1 where a target is missed."""
    asked = argparse.ArgumentParser(prog="python -m tests.trials.turnover")
    asked.add_argument("--messages", type=int, default=10_000)
    asked.add_argument("--turns", type=int, default=20)
    asked.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    given = asked.parse_args()
    with empty(given.database) as url:
        made = run(url, load_service(Settings()), Noticing.load(), given.messages, given.turns)
    print(made.table())  # noqa: T201
    return int(not made.whole)


if __name__ == "__main__":
    sys.exit(main())
