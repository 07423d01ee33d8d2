"""The intent model is asked as soon as words are stored, so that mostly its answer is there when their turn comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from nlu.understanding import Reading

Read = Callable[[str], Coroutine[Any, Any, Reading | None]]
"""Asks the intent model; `None` means that it did not answer in time."""

MOST, OF_ONE = 1000, 2
"""So many people's words are asked about ahead at the same time, and so many of one: what is more waits for its turn."""


@dataclass(frozen=True)
class Asked:
    """Somebody's words that the model was asked about, by the ids of their rows."""

    answers: dict[str, asyncio.Task[Reading | None]] = field(default_factory=dict)
    grave: bool = False
    """Whether a life may be at risk, by the phrases alone."""

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

    def ask(self, person_id: str, row_id: str, text: str, grave: bool) -> None:
        """Ask about words that were just stored. On the event loop."""
        if person_id not in self._asked and len(self._asked) >= MOST:
            return
        asked = self._asked.get(person_id, NOTHING)
        if len(asked.pending) >= OF_ONE:
            return
        answer = asyncio.create_task(self._read(text), name="early reading")
        self._asked[person_id] = Asked({**asked.answers, row_id: answer}, asked.grave or grave)

    async def of(self, person_id: str, seconds: float) -> Asked:
        """What was asked for this person, once all answers are there, or after so many seconds."""
        asked = self._asked.pop(person_id, NOTHING)
        if asked.pending:
            await asyncio.wait(asked.pending, timeout=seconds)
        return asked
