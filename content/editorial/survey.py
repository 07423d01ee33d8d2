"""What the library holds, topic by topic: how far each script is, and how hard it is to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import get_args

from content.editorial.library import Library
from content.editorial.schema import Piece, Script
from content.editorial.words_check import reading_grade

_AGE_AT_GRADE_0 = 5
"""A reading age is about five years more than the US school year that the grade names."""
_FEWEST_WORDS = 15
"""The grade of a shorter text says little."""

_VARIANTS = (("under_13", "under 13"), ("from_13", "13 to 15"), ("from_16", "16 to 17"), ("from_18", "18 to 25"))


@dataclass(frozen=True)
class Surveyed:
    """One script: how many steps, how deep, what there is in it."""

    topic: str
    status: str
    steps: int
    depth: int
    """Turns from the first answer to the farthest one, along the shortest way."""
    easy: int
    variants: tuple[str, ...]
    pieces: Mapping[Piece, int]
    pictures: int
    reading_age: float
    """The median over its turns, in years."""


def survey(library: Library) -> Iterator[Surveyed]:
    """Every script, by theme and topic."""
    for topics in library.themes.values():
        yield from (_surveyed(library.scripts[topic]) for topic in topics if topic in library.scripts)


def table(rows: Iterable[Surveyed], by_program: Collection[str] = (), tried: Mapping[str, int] | None = None) -> Iterator[str]:
    """The same as a table in Markdown. `by_program`: topics on which the program acts, with or without a script.

    `tried`: how many conversations written as tests name each topic; besides, each turn of every script is walked through.
    """
    pieces = "scenes | quiz | practice | words to copy | where to get help"
    yield f"| topic | answered by | status | steps | turns deep | easy read | ages | {pieces} | pictures | reading age | dialogue tests |"
    yield "|---" * 15 + "|"
    for row in rows:
        pieces = " | ".join(str(row.pieces.get(kind, 0)) for kind in get_args(Piece))
        easy, ages = f"{row.easy} of {row.steps}", ", ".join(row.variants)
        by = "program" if row.topic in by_program else "script"
        start = f"| {row.topic} | {by} | {row.status} | {row.steps} | {row.depth} | {easy} | {ages} | {pieces}"
        yield f"{start} | {row.pictures} | {row.reading_age:.1f} | {(tried or {}).get(row.topic, 0)} |"


def reading_ages(rows: Sequence[Surveyed]) -> str:
    """The lowest, median and highest reading age, in one sentence."""
    low, high = min(rows, key=lambda row: row.reading_age), max(rows, key=lambda row: row.reading_age)
    middle = median(row.reading_age for row in rows)
    return f"Reading age: {low.reading_age:.1f} ({low.topic}) at the lowest, {middle:.1f} at the median, {high.reading_age:.1f} ({high.topic}) at the highest."


def _surveyed(script: Script) -> Surveyed:
    steps = script.steps.values()
    grades = [reading_grade(text) for step in steps if len((text := " ".join(step.say)).split()) >= _FEWEST_WORDS]
    return Surveyed(
        topic=script.topic,
        status=script.status,
        steps=len(steps),
        depth=_depth(script),
        easy=sum(bool(step.easy) for step in steps),
        variants=tuple(name for field, name in _VARIANTS if any(getattr(step, field) for step in steps)),
        pieces=Counter(step.piece for step in steps if step.piece),
        pictures=sum(bool(step.picture) for step in steps),
        reading_age=_AGE_AT_GRADE_0 + (median(grades) if grades else 0),
    )


def _depth(script: Script) -> int:
    at = {"start": 1}
    front = ["start"]
    while front:
        name = front.pop(0)
        for button in script.steps[name].buttons:
            if button.go in script.steps and button.go not in at:
                at[button.go] = at[name] + 1
                front.append(button.go)
    return max(at.values())
