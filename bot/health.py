"""Whether the program is ready, and which part is not, in words for whoever runs it. Nothing here is about people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.beside import ROLE, Beside
from bot.channels import Brought, Watched
from bot.channels.apps import APPS
from bot.editions import Editions
from bot.heartbeat import Heartbeat
from bot.intake import PATIENCE
from bot.roles import Role
from bot.ticking import Ticking
from escalation.apps import App
from escalation.record.store import Record, RecordUnavailable
from nlu.client import IntentClient

KEPT = 1.0
"""Seconds for which one look counts, so that asking often costs nothing."""
CLOCK_STOPPED = 60.0
APP_QUIET = 120.0
HEART_QUIET = 150.0
"""Seconds after which a sign that comes each second, each half minute, each half minute is missing."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one look found. `ready`: what this process is for goes on: messages are stored, what is due runs, turns are made.

    Everything else makes it weaker, and is in `problems`.
    """

    stores: bool
    clock_runs: bool
    intent_service: bool
    problems: tuple[str, ...]
    makes_turns: bool = True

    @property
    def ready(self) -> bool:
        return self.stores and self.clock_runs and self.makes_turns

    def as_json(self) -> dict[str, object]:
        return {"ready": self.ready, "stores": self.stores, "intent_service": self.intent_service, "problems": list(self.problems)}


@dataclass
class Health:
    """Looks at the parts of one program."""

    record: Record
    client: IntentClient
    ticking: Ticking
    beside: Beside
    heart: Heartbeat | None = None
    editions: Editions | None = None
    apps: list[Watched] = field(default_factory=list)
    """The messaging apps that may be away."""
    _known: tuple[float, Report] | None = None
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def report(self) -> Report:
        """What is the matter now, or was a second ago."""
        async with self._looking:
            if self._known is None or time.monotonic() - self._known[0] >= KEPT:
                self._known = (time.monotonic(), await self._look())
            return self._known[1]

    async def beat(self) -> None:
        """Give the heartbeat, unless an app is away or a role has nobody: whoever writes reaches nobody, and somebody has to know."""
        if self.heart is not None and not self._away() and not await self._missing():
            await self.heart.beat()

    async def _missing(self) -> frozenset[str]:
        try:
            return await self.beside.missing()
        except RecordUnavailable:
            return frozenset()

    def _away(self) -> list[App]:
        return [channel.app for channel in self.apps if not channel.in_touch(APP_QUIET)]

    async def _look(self) -> Report:
        stores, intents = await self._stores(), Role.TURNS not in self.beside.roles or await self.client.ready()
        clock_runs = not self.ticking.lease.term or since(self.ticking.ran_at) < CLOCK_STOPPED
        makes_turns, missing = self.beside.makes_turns(), await self._missing() if stores else frozenset()
        problems = (*self._problems(stores, clock_runs, intents), *_of_others(makes_turns or not stores, missing))
        return Report(stores, clock_runs, intents, problems, makes_turns)

    async def _stores(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                # A transaction begins with its first statement; on SQLite it takes the right to write.
                await self.record.awrite(lambda tx: tx.session.execute(select(1)))
        except (RecordUnavailable, TimeoutError):
            return False
        return True

    def _problems(self, stores: bool, clock_runs: bool, intents: bool) -> Iterator[str]:
        if not stores:
            yield (
                "The record cannot be written: look at the disk and at the database of BREAKWATER_DATABASE_URL. "
                "Meanwhile whoever writes is given the emergency text, and nothing is acknowledged."
            )
        elif not clock_runs:
            yield "What is due does not run: nobody new is asked. If the program started more than a minute ago, start it again."
        if not intents:
            yield "The intent service does not answer: the phrases alone are at work. Look at its log, and start it again."
        away = self._away()
        for app in away:
            token = f"BREAKWATER_{app.name.upper()}_TOKEN"
            yield f"{app.title} cannot be reached: look at the network and at {token}. Messages wait there for a day or longer."
        for channel in self.apps:
            if isinstance(channel, Brought):
                yield from channel.troubles()
        if not away and self.heart is not None and not self.ticking.auditor.overdue and since(self.heart.given_at) > HEART_QUIET:
            yield "The heartbeat cannot be given: look at BREAKWATER_HEARTBEAT, and at the network."
        if self.editions is not None and self.editions.problem:
            yield f"What was published last cannot be used, and the content before it stays in force. {self.editions.problem.splitlines()[0]}."
        for what, count in sorted(self.ticking.auditor.overdue.items()):
            yield f"Overdue for more than a minute: {count} {what}. The log says why."


def _of_others(makes_turns: bool, missing: frozenset[str]) -> Iterator[str]:
    if not makes_turns:
        yield "This process makes no turns: its connection to the queue is gone. If that lasts, start it again."
    for sign in sorted(missing):
        kind, _, name = sign.partition(":")
        if f"{kind}:" == ROLE:
            yield f"No process does the part “{name}”: start one with `breakwater serve --role {name}`."
        else:
            yield f"{APPS[name].title} answers to no process: look at the network and at its token."


def since(moment: float | None) -> float:
    """Seconds since a moment of the monotonic clock; endless where it never came."""
    return float("inf") if moment is None else time.monotonic() - moment
