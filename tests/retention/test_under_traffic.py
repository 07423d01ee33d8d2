"""Rows come to their end while people write, others read and what is over is destroyed: each is readable exactly for its time."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from threading import Event, Lock

import pytest

from bot.rehearsal.house import House
from escalation.record import messages, people
from escalation.record.retention import running
from escalation.record.store import Tx

PEOPLE, MESSAGES = 12, 400
TICKS_IN_A_LIFE = 60
"""How often the clock moves on before a message is over."""
WRITES_A_TICK = 3


@dataclass
class Traffic:
    """People who write, and what of it has to be readable. The clock moves on with what they write."""

    house: House
    wrote: dict[str, list[tuple[str, datetime]]] = field(default_factory=lambda: defaultdict(list))
    looks: int = 0
    gone_too_soon: list[str] = field(default_factory=list)
    there_too_long: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.life = self.house.service.retention.chat.length
        self.numbers = count()

    def writes(self) -> None:
        for number in self.numbers:
            if number >= MESSAGES:
                return self.over.set()
            if number % WRITES_A_TICK == 0:
                with self.lock:
                    self.house.clock.at += self.life / TICKS_IN_A_LIFE
            self._write(number, f"young-{random.Random(number).randrange(PEOPLE)}")
        return None

    def _write(self, number: int, address: str) -> None:
        text, at = f"line {number}", self.house.clock()

        def store(tx: Tx) -> None:
            someone, row = people.find_or_create(tx, "telegram", address, at)
            messages.store(tx, row, someone, f"event-{number}", "text", {"text": text}, None, at)

        self.house.record.write(store)
        with self.lock:
            self.wrote[address].append((text, at))

    def reads(self) -> None:
        """Look at one person after the other, again and again."""
        for number in count():
            if self.over.is_set():
                return
            self._look(f"young-{number % PEOPLE}")

    def _look(self, address: str) -> None:
        with self.lock:
            known, before = list(self.wrote[address]), self.house.clock()
        seen = self.house.record.read(lambda tx: _texts(tx, address))
        after = self.house.clock()
        self.looks += 1
        self.gone_too_soon += [text for text, at in known if at > after - self.life and text not in seen]
        self.there_too_long += [text for text, at in known if at <= before - self.life and text in seen]

    def destroys(self) -> None:
        """What is over goes, again and again."""
        while not self.over.is_set():
            running.run(self.house.record, self.house.service.retention, self.house.clock())


def _texts(tx: Tx, address: str) -> set[str]:
    found = people.find(tx, "telegram", address)
    return {line.text for line in messages.transcript(tx, found[0], limit=5000)} if found else set()


@pytest.mark.rule("S71")
def test_while_people_write_everything_is_readable_for_its_time_and_not_a_moment_longer(house: House) -> None:
    traffic = Traffic(house)
    work: tuple[Callable[[], None], ...] = (traffic.writes, traffic.writes, traffic.reads, traffic.reads, traffic.destroys)
    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(each) for each in work]:
            done.result()
    first = min(at for lines in traffic.wrote.values() for _, at in lines)
    assert house.clock() - first > 2 * traffic.life, "most of it has to come to its end for this test to mean something"
    assert traffic.looks > PEOPLE
    assert (traffic.gone_too_soon, traffic.there_too_long) == ([], [])
    assert sum(len(house.record.read(lambda tx, who=who: _texts(tx, who))) for who in traffic.wrote) < MESSAGES  # type: ignore[misc]
