"""The closing plan that a young person and an adult write together: its lines, who wrote each, and what became of it. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Literal

from escalation.case import NotPossible

MOST_LINES = 8
MOST_CHARACTERS = 140

Author = Literal["worker", "young_person"]
State = Literal["proposed", "agreed", "left_out"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line. It belongs to the plan once the young person agreed to it."""

    id: str
    words: str
    by: Author
    state: State


@dataclass(frozen=True, slots=True)
class ClosingPlan:
    """Every line that was proposed, in that order."""

    lines: tuple[Line, ...] = ()

    @property
    def agreed(self) -> tuple[str, ...]:
        """The words that the young person keeps."""
        return tuple(line.words for line in self.lines if line.state == "agreed")

    def has(self, line_id: str) -> bool:
        return any(line.id == line_id for line in self.lines)

    def propose(self, line_id: str, words: str) -> ClosingPlan:
        """The adult suggests a line. Raises `NotPossible`."""
        return self._with(Line(line_id, tidy(words), "worker", "proposed"))

    def add(self, line_id: str, words: str) -> ClosingPlan:
        """The young person adds a line of their own. Raises `NotPossible`."""
        return self._with(Line(line_id, tidy(words), "young_person", "agreed"))

    def answer(self, line_id: str, agreed: bool) -> ClosingPlan:
        """The young person keeps a line or leaves it out; they may change their mind."""
        return self._changed(line_id, state="agreed" if agreed else "left_out")

    def reword(self, line_id: str, words: str) -> ClosingPlan:
        """The young person says it their own way, which is a yes. Raises `NotPossible`."""
        return self._changed(line_id, words=tidy(words), by="young_person", state="agreed")

    def as_json(self) -> str:
        return json.dumps([asdict(line) for line in self.lines])

    @classmethod
    def from_json(cls, text: str) -> ClosingPlan:
        return cls(tuple(Line(**line) for line in json.loads(text)))

    def _with(self, line: Line) -> ClosingPlan:
        if sum(each.state != "left_out" for each in self.lines) >= MOST_LINES:
            raise NotPossible(f"the plan has {MOST_LINES} lines already: a short plan is of more use")
        return ClosingPlan((*self.lines, line))

    def _changed(self, line_id: str, **changes: str) -> ClosingPlan:
        return ClosingPlan(tuple(replace(line, **changes) if line.id == line_id else line for line in self.lines))  # type: ignore[arg-type]


def tidy(words: str) -> str:
    """One line of words. Raises `NotPossible` when there is nothing, or too much for one line."""
    line = " ".join(words.split())
    if not line:
        raise NotPossible("write the line first")
    if len(line) > MOST_CHARACTERS:
        raise NotPossible(f"this is too long for one line of a plan ({len(line)} characters, {MOST_CHARACTERS} at most)")
    return line
