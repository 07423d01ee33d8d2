"""What becomes of people while a part is away: `python -m tests.trials.outages [--seconds N] [--only NAME]`, or `make outages` with 60.

The real program runs in a process of its own. One person after the other writes while something is broken, one of them that a life is at
risk; then it is mended. For each fault: what was lost, after how many seconds the emergency text was on the phone of who is in danger,
after how many everything was done once it was mended, and how late the latest message was handled.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from math import inf
from pathlib import Path

from sqlalchemy import select

from content.editorial import library
from escalation.record import messages, people
from escalation.record.store import Tx
from escalation.record.tables import InboxRow
from tests.faults.chain_table import quiet
from tests.faults.escalating import DANGER
from tests.faults.fast_program import SHIFT
from tests.faults.intents import IntentService, intent_service
from tests.faults.waiting import until
from tests.postgres import Postgres, server, tool
from tests.telegram.bot_api import BotApi
from tests.telegram.users import User
from tests.trials.breaking import FAULTS, WITHOUT, Parts
from tests.trials.quick_program import QuickProgram

EMERGENCY_WITHIN = 5.0
MENDED_WITHIN = 120.0
EVERY = 0.5
"""Seconds between two people who write."""
BEFORE_DANGER = 2
"""Somebody writes of danger after so many others."""


@dataclass(frozen=True)
class Row:
    """One line of the table, in seconds. `emergency`: `None` where the app itself was away until it was mended."""

    fault: str
    lost: int
    emergency: float | None
    recovered: float
    latest: float

    @property
    def whole(self) -> bool:
        """Whether nothing was lost, and the emergency text came in time wherever the app could take it."""
        return not self.lost and (self.emergency is None or self.emergency <= EMERGENCY_WITHIN)

    def line(self) -> str:
        emergency = "app away" if self.emergency is None else f"{self.emergency:.1f}"
        return f"{self.fault:<44}{self.lost:>6}{emergency:>12}{self.recovered:>12.1f}{self.latest:>12.1f}"


HEAD = f"{'fault':<44}{'lost':>6}{'999 after s':>12}{'well after':>12}{'latest':>12}"


class Stage:
    """The program at its real speed, and everybody who writes to it."""

    def __init__(self, folder: Path, intents: IntentService, postgres: Postgres | None) -> None:
        shift = folder / "shift"
        shift.write_text("0")
        self.api = BotApi(flood_limits=False).start()
        more = {"BREAKWATER_NLU_URL": intents.url, SHIFT: str(shift)}
        database = postgres.new_database() if postgres else ""
        self.program = QuickProgram(folder, self.api.base_url, self.api.token, database=database, more=more, api=self.api, speed=1.0)
        self.program.prepare()
        self.parts = Parts(self.api, self.program, intents, shift, postgres)
        self.outage = set(library.load().message("conversation.outage").say)
        self.wrote: list[tuple[User, str, float]] = []
        self._people = 0

    async def tries(self, fault: str, seconds: float) -> Row:
        """Break it, let people write, mend it, and look."""
        self.wrote.clear()
        in_danger = self._somebody()
        with FAULTS[fault](self.parts):
            emergency = await self._while_broken(seconds, in_danger)
        mended = time.time()
        last = self.writes(self._somebody(), "are you back")
        await until(
            lambda: bool(last.bubbles) and not self.api.updates and quiet(self.program), MENDED_WITHIN, lambda: f"{fault}: not well again"
        )
        return Row(fault, self.program.look(self._lost), emergency, time.time() - mended, max(self._late(*one) for one in self.wrote))

    def writes(self, user: User, text: str) -> User:
        user.says(text)
        self.wrote.append((user, text, time.time()))
        return user

    def _somebody(self) -> User:
        self._people += 1
        user = User(self.api, 990_000 + self._people, f"Person{self._people}", f"handle_{self._people}")
        self.api.known.add(user.id)
        return user

    async def _while_broken(self, seconds: float, in_danger: User) -> float | None:
        end, told = time.time() + seconds, None
        for number, text in enumerate(cycle(("hello", "i feel a bit low", "menu"))):
            if time.time() > end:
                break
            self.writes(self._somebody(), text)
            await asyncio.sleep(EVERY)
            if number == BEFORE_DANGER:
                told = asyncio.create_task(self._told(self.writes(in_danger, DANGER)))
        if told is None or self.parts.app_away:
            return None
        return await told

    async def _told(self, user: User) -> float:
        """Seconds until somebody who is in danger has read the emergency text."""
        begun = time.time()
        await until(lambda: any("999" in text for text in user.texts), MENDED_WITHIN, lambda: f"no 999: {user.texts}")
        return time.time() - begun

    def _lost(self, tx: Tx) -> int:
        """Messages that are not stored once and handled."""
        return sum(not self._handled(tx, user, text) for user, text, _ in self.wrote)

    def _handled(self, tx: Tx, user: User, text: str) -> bool:
        found = people.find(tx, "telegram", str(user.id))
        rows = list(tx.session.scalars(select(InboxRow).where(InboxRow.person_id == found[0].id))) if found else []
        mine = [row for row in rows if found and messages.body(tx, found[0], row)["text"] == text]
        return len(mine) == 1 and mine[0].handled_at is not None

    def _late(self, user: User, text: str, at: float) -> float:
        """Seconds until this was answered, by something else than the words from memory."""
        return min((sent.at - at for sent in user.bubbles if sent.text not in self.outage), default=inf)

    def closes(self) -> None:
        self.program.close()
        self.api.stop()


@contextmanager
def _server(kind: str) -> Iterator[Postgres | None]:
    if kind == "sqlite":
        yield None
        return
    with server() as running:
        yield running


async def run(names: list[str], seconds: float, folder: Path, postgres: Postgres | None = None) -> list[Row]:
    """Try these faults, one after the other."""
    async with intent_service(WITHOUT) as intents:
        stage = Stage(folder, intents, postgres)
        try:
            await stage.program.start()
            return [await stage.tries(name, seconds) for name in names]
        finally:
            stage.closes()


def names_for(kind: str) -> list[str]:
    """The faults that can be tried on this database."""
    return [name for name in FAULTS if not name.startswith("database") or name.startswith(f"database ({kind}")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    rows: list[Row] = []
    for kind in ("sqlite", "postgresql") if tool("initdb") else ("sqlite",):
        names = [name for name in names_for(kind) if asked.only in name and (kind == "sqlite" or name.startswith("database"))]
        with tempfile.TemporaryDirectory() as folder, _server(kind) as running:
            rows += asyncio.run(run(names, asked.seconds, Path(folder), running)) if names else []
    print("\n".join([HEAD, *(row.line() for row in rows)]))  # noqa: T201 - it is what the command is for
    sys.exit(0 if all(row.whole for row in rows) else 1)


if __name__ == "__main__":
    main()
