"""One process beside others at the same record: what it does alone, what it hears of them, and the signs that it leaves for them.

On SQLite there is no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

from bot.lanes import Lanes
from bot.leasing import Lease, Never, lease
from bot.roles import ALL, Role
from bot.turn_jobs import Reminding, TurnJobs, defer
from escalation.record import leases
from escalation.record.notices import Hearing
from escalation.record.store import Record, RecordUnavailable
from escalation.signals import CAME_TO

log = logging.getLogger(__name__)

LEFT_EVERY, LASTS = 4.0, 15.0
"""Seconds between two signs of life, and for which one lasts."""
ROLE, APP = "role:", "app:"
"""How signs begin: of a process that has a role, of an app that answers."""


class Beside:
    """What one process has to do with the others."""

    def __init__(self, record: Record, roles: frozenset[Role], lanes: Lanes) -> None:
        self.roles = roles
        self._record = record
        self._leases: list[Lease] = []
        self._apps: dict[str, Callable[[], bool]] = {}
        self._expected = {f"{ROLE}{role}" for role in Role}
        self._hands_on = record.shared and roles != ALL
        self.turns = TurnJobs(record, lanes) if record.shared and Role.TURNS in roles else None
        """What makes the turns that wait in the record."""
        self.defer = defer if self._hands_on else None
        """What has a message handled by whichever process makes turns; without it, it is handled here."""
        self.wake: Callable[[str, bool], None] = Reminding(record).wake if self._hands_on else lanes.wake
        """Wakes whoever handles what somebody sent."""

    def lease(self, name: str, role: Role) -> Lease:
        """The right to do something that one of the processes with this role does."""
        if role not in self.roles:
            return Never()
        made = lease(self._record, name)
        self._leases.append(made)
        return made

    def expect(self, app: str) -> None:
        """An app that has to answer to one of the processes."""
        self._expected.add(f"{APP}{app}")

    def watch(self, app: str, answers: Callable[[], bool]) -> None:
        """An app that this process would hear of."""
        self._apps[app] = answers

    def makes_turns(self) -> bool:
        """Whether turns are made here, if that is what this process is for."""
        return not self._hands_on or self.turns is None or self.turns.beats()

    async def missing(self) -> frozenset[str]:
        """The signs that no process leaves: a role that nobody has, an app that answers to nobody. Raises `RecordUnavailable`."""
        return frozenset(self._expected) - await self._record.aread(leases.standing) if self._hands_on else frozenset()

    async def take_up(self) -> None:
        """Wake whoever was handed words that are not handled yet, until cancelled. What is not heard of here the auditor finds."""
        async for topic in self._record.signals.stream(f"{CAME_TO}:*"):
            if (person_id := topic.partition(":")[2]) != "*":
                self.wake(person_id, True)

    def runs(self) -> Iterator[Coroutine[Any, Any, None]]:
        """What goes on for as long as the program runs."""
        if self._record.shared:
            yield Hearing(self._record).run()
            yield self._leave_signs()
        if not self._hands_on or Role.TURNS in self.roles:
            yield self.take_up()
        for one in self._leases:
            yield one.run()

    async def _leave_signs(self) -> None:
        while True:
            names = [
                *(f"{ROLE}{role}" for role in sorted(self.roles)),
                *(f"{APP}{app}" for app, answers in self._apps.items() if answers()),
            ]
            with suppress(RecordUnavailable):
                await self._record.awrite(lambda tx, names=names: leases.show(tx, names, self._record.name, LASTS))  # type: ignore[misc]
            await asyncio.sleep(LEFT_EVERY)
