"""The intent model is asked as soon as words are stored, so that mostly its answer is there when their turn comes.

What the phrases saw in them is kept with it: they looked at them already, to know whether they may wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from nlu.noticing import Noticing
from nlu.risk.check import ADULTS
from nlu.understanding import Reading, Risk

Read = Callable[[str], Coroutine[Any, Any, Reading | None]]
"""Asks the intent model; `None` means that it did not answer in time."""

MOST, OF_ONE = 1000, 2
"""So many people's words are asked about ahead at the same time, and so many of one: what is more waits for its turn."""
LONGEST = 4000
"""Characters of a text with which the look of the phrases is kept, which has the text itself."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the phrases, as they were then, saw in a text of somebody whose age band nobody asked for yet."""

    noticing: Noticing
    text: str
    risk: Risk

    def as_seen_by(self, noticing: Noticing, text: str, age_band: str) -> Risk | None:
        """What these phrases would see in this text; `None` where that has to be looked at: the phrases, the text or the band are others."""
        return self.risk if self.noticing is noticing and self.text == text and age_band != ADULTS else None


@dataclass(frozen=True)
class Asked:
    """Somebody's words that the model was asked about, by the ids of their rows."""

    answers: dict[str, asyncio.Task[Reading | None]] = field(default_factory=dict)
    grave: bool = False
    """Whether a life may be at risk, by the phrases alone."""
    looks: dict[str, Look] = field(default_factory=dict)
    """What the phrases saw in them, by the ids of their rows."""

    @property
    def pending(self) -> list[asyncio.Task[Reading | None]]:
        """The answers that are still waited for."""
        return [answer for answer in self.answers.values() if not answer.done()]

    def there(self) -> dict[str, Reading | None]:
        """The answers that came."""
        return {row_id: answer.result() for row_id, answer in self.answers.items() if answer.done() and not answer.cancelled()}


NOTHING = Asked()


class EarlyReadings:
    """What the model was asked about, for each person, until their turn. Nothing of it is kept any longer."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._asked: dict[str, Asked] = {}

    def ask(self, person_id: str, row_id: str, text: str, grave: bool, look: Look | None = None) -> None:
        """Ask about words that were just stored. On the event loop."""
        if person_id not in self._asked and len(self._asked) >= MOST:
            return
        asked = self._asked.get(person_id, NOTHING)
        if len(asked.pending) >= OF_ONE:
            return
        answer = asyncio.create_task(self._read(text), name="early reading")
        looks = {**asked.looks, row_id: look} if look is not None and len(text) <= LONGEST else asked.looks
        self._asked[person_id] = Asked({**asked.answers, row_id: answer}, asked.grave or grave, looks)

    async def of(self, person_id: str, seconds: float) -> Asked:
        """What was asked for this person, once all answers are there, or after so many seconds."""
        asked = self._asked.pop(person_id, NOTHING)
        if asked.pending:
            await asyncio.wait(asked.pending, timeout=seconds)
        return asked
