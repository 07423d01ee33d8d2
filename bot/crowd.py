"""The line in which new people wait while very many come at once: in order, so many each minute, and nobody else waits with them."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable

log = logging.getLogger(__name__)

Wake = Callable[[str, bool], None]
STEP = 1.0
"""Seconds after which the next are let in."""
LONGEST = 100_000
"""Beyond it nobody is noted in the line; what they wrote is stored, and the auditor finds it."""


class Crowd:
    """`wake(person_id, at_once)` has somebody handled; `grave(text)` says whether words may not wait; `a_minute` new people are handled
    each minute while more than so many come."""

    def __init__(self, wake: Wake, grave: Callable[[str], bool], a_minute: int) -> None:
        self.a_minute = a_minute
        self._wake = wake
        self._grave = grave
        self._line: OrderedDict[str, None] = OrderedDict()
        self._told: OrderedDict[str, None] = OrderedDict()
        self._share = 0.0
        self._next: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._line)

    def __contains__(self, person_id: str) -> bool:
        return person_id in self._line

    def puts_off(self, person_id: str, text: str) -> bool:
        """Whether this person, new and among many, waits in the line with what they sent."""
        if may_not_wait(self._grave, text):
            self._line.pop(person_id, None)
            return False
        if len(self._line) < LONGEST:
            self._line.setdefault(person_id)
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(STEP, self.let_in)
        return True

    def is_to_be_told(self, person_id: str) -> bool:
        """Whether they have not been told yet that they wait; from now on they have."""
        if person_id in self._told:
            return False
        self._told[person_id] = None
        if len(self._told) > LONGEST:
            self._told.popitem(last=False)
        return True

    def let_in(self) -> None:
        """Have the next ones handled, as many as are due; called by itself while somebody stands in the line."""
        self._share += self.a_minute * STEP / 60
        while self._line and self._share >= 1:
            self._share -= 1
            person_id, _ = self._line.popitem(last=False)
            self._wake(person_id, True)
        self._next = asyncio.get_running_loop().call_later(STEP, self.let_in) if self._line else None
        self._share = self._share if self._line else 0.0


def may_not_wait(sounds: Callable[[str], bool], text: str) -> bool:
    """Whether words sound as if they may not wait; where a mistake of ours keeps that from being known, they may not."""
    try:
        return sounds(text)
    except Exception as error:
        log.error("whether words may wait is not known: %s", type(error).__name__)
        return True
