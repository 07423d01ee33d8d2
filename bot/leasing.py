"""What one process does for all: each app's sending, its polling, the calendar. Others stand by and take over.

On SQLite there is one process, which holds everything.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import Protocol

from escalation.record import leases
from escalation.record.leases import Taken
from escalation.record.store import Record, RecordUnavailable, Tx

log = logging.getLogger(__name__)

VALID, RENEWED_EVERY, TRIED_EVERY = 5.0, 1.5, 0.7
"""Seconds for which a lease holds, after which it is renewed, and after which it is tried again where another process has it."""
LEAD = 0.5
"""So many seconds earlier than the database does, the holder takes its lease for over."""
SENDING, POLLING, CALENDAR = "sending:", "polling:", "calendar"
"""The names of leases; those of apps follow the colon."""


class Lease(Protocol):
    """The right to do something that only one process may do."""

    @property
    def term(self) -> int:
        """0 while it is not held here; else a number that is another one each time somebody else may have held it in between."""
        ...

    def held(self, tx: Tx) -> bool:
        """Whether it is held until the end of this transaction."""
        ...

    async def run(self) -> None:
        """Take it, and keep it, until cancelled."""


class Alone:
    """The lease of a program beside which no other runs."""

    term = 1

    def held(self, tx: Tx) -> bool:
        return True

    async def run(self) -> None:
        """Nobody else wants it."""


class Never:
    """The lease of what a process has no part in."""

    term = 0

    def held(self, tx: Tx) -> bool:
        return False

    async def run(self) -> None:
        """Others take it."""


class Shared:
    """A lease that other processes want too."""

    def __init__(self, record: Record, name: str) -> None:
        self._record = record
        self.name = name
        self._until = 0.0
        self._term = 0

    @property
    def term(self) -> int:
        # By our own clock, so that a process that was stopped knows it at once when it goes on.
        return self._term if time.monotonic() < self._until else 0

    def held(self, tx: Tx) -> bool:
        return leases.held(tx, self.name, self._record.name)

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self._take()
                except Exception as error:
                    log.warning("the right to %s is not renewed (%s)", self.name, type(error).__name__)
                await asyncio.sleep(RENEWED_EVERY if self.term else TRIED_EVERY)
        finally:
            await self._give_up()

    async def _take(self) -> None:
        asked = time.monotonic()
        taken = await self._record.afirst(lambda tx: leases.take(tx, self.name, self._record.name, VALID), before_all=True)
        if taken is None:
            self._until = 0.0
            return
        if taken is Taken.ANEW:
            self._term += 1
            log.info("this process does it from now on: %s", self.name)
        self._until = asked + VALID - LEAD

    async def _give_up(self) -> None:
        self._until = 0.0
        with suppress(RecordUnavailable):
            await self._record.afirst(lambda tx: leases.give_up(tx, self.name, self._record.name))


def lease(record: Record, name: str) -> Lease:
    """The lease of this name."""
    return Shared(record, name) if record.shared else Alone()
