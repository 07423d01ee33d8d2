"""One lane for each person: their messages are handled in order, people side by side, bursts together."""

from __future__ import annotations

import asyncio
import logging
import math
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from escalation.record.store import RecordUnavailable

log = logging.getLogger(__name__)

Handle = Callable[[str], Awaitable[bool | None]]
"""Handles what one person sent; true where it has to be looked at again, since another process has it in hand."""

NAP = 0.1
"""Seconds after which a lane that waits for the end of a burst sees that something must not wait."""
AGAIN = 0.5
"""Seconds after which a lane looks again at what another process has in hand, which may be gone."""


class Lanes:
    """Wakes `handle(person_id)` soon after something came in, and waits for a burst to end first."""

    def __init__(self, handle: Handle, burst_seconds: float) -> None:
        self._handle = handle
        self._burst = burst_seconds
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._due: dict[str, float] = {}
        self._left: set[str] = set()
        self._stopping = False

    def wake(self, person_id: str, at_once: bool = False) -> None:
        """There is something to handle: at once, or when the burst of words is over. Later words never put off what must not wait."""
        now = asyncio.get_running_loop().time()
        if at_once or self._due.get(person_id, math.inf) > now:
            self._due[person_id] = now if at_once else now + self._burst
        if person_id not in self._lanes:
            self._lanes[person_id] = asyncio.create_task(self._run(person_id), name="lane")

    def urge(self, person_id: str, at_once: bool) -> None:
        """Wake the lane of somebody who has one; of whoever has none, nothing is to be done here."""
        if person_id in self._lanes:
            self.wake(person_id, at_once)

    async def at_rest(self, person_id: str) -> bool:
        """Wait until this person's lane has come to rest; returns whether everything was handled, as far as is known here."""
        while (lane := self._lanes.get(person_id)) is not None:
            await asyncio.wait([lane])
        return person_id not in self._left

    async def idle(self) -> None:
        """Wait until every lane has come to rest."""
        while self._lanes:
            await asyncio.gather(*self._lanes.values(), return_exceptions=True)

    async def stop(self) -> None:
        """Finish what is begun; what another process has in hand is left to it."""
        self._stopping = True
        await self.idle()

    async def _run(self, person_id: str) -> None:
        try:
            while (due := self._due.get(person_id)) is not None:
                now = asyncio.get_running_loop().time()
                if now < due:
                    await asyncio.sleep(min(due - now, NAP))
                    continue
                del self._due[person_id]
                if await self._handle_once(person_id) and not self._stopping:
                    self._due.setdefault(person_id, asyncio.get_running_loop().time() + AGAIN)
        finally:
            self._lanes.pop(person_id, None)
            if person_id in self._due:
                self.wake(person_id, at_once=True)

    async def _handle_once(self, person_id: str) -> bool:
        """Whether it has to be looked at again."""
        self._left.add(person_id)
        try:
            if await self._handle(person_id):
                return True
            self._left.discard(person_id)
        except RecordUnavailable as error:
            log.warning("a turn has to wait: %s", error)
        except Exception as error:
            # The rows stay unhandled and the auditor wakes the lane again; words must not reach a log.
            log.error("a turn failed: %s at %s", type(error).__name__, place_of(error))
        return False


def place_of(error: Exception) -> str:
    """Where an error came from, without its message, which may hold words."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
