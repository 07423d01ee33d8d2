"""Two texts side by side: line by line, and in changed lines word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 2
"""So many lines are shown before and after a change."""

_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line; `changed` where the other side has something else or nothing."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one side, by its number from 1."""

    number: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of each side; `None` where a side has none. `skipped`: instead, so many lines that are the same."""

    left: Line | None = None
    right: Line | None = None
    skipped: int = 0

    @property
    def changed(self) -> bool:
        """Whether the sides differ here."""
        return self.skipped == 0 and (
            self.left is None or self.right is None or any(one.changed for one in (*self.left.pieces, *self.right.pieces))
        )


def compared(left: str, right: str) -> list[Row]:
    """The rows of both texts, without the long stretches that are the same. Empty where nothing differs."""
    ours, theirs = left.splitlines(), right.splitlines()
    rows: list[Row] = []
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    for index, (kind, a, b, c, d) in enumerate(blocks):
        if kind == "equal":
            rows += _same(ours[a:b], a, c, first=index == 0, last=index == len(blocks) - 1)
        else:
            rows += _different(ours[a:b], theirs[c:d], a, c)
    return rows if any(row.changed for row in rows) else []


def words(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two lines as pieces, what the other has not marked."""
    ours, theirs = _WORD.findall(left), _WORD.findall(right)
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    if matcher.ratio() < 0.3:
        return (Piece(left, True),), (Piece(right, True),)
    found: tuple[list[Piece], list[Piece]] = ([], [])
    for kind, a, b, c, d in matcher.get_opcodes():
        for side, part in zip(found, (ours[a:b], theirs[c:d]), strict=True):
            if part:
                side.append(Piece("".join(part), kind != "equal"))
    return tuple(found[0]), tuple(found[1])


def _same(lines: Sequence[str], a: int, c: int, *, first: bool, last: bool) -> Iterator[Row]:
    before, after = 0 if first else AROUND, 0 if last else AROUND
    hidden = len(lines) - before - after
    for index, line in enumerate(lines):
        if hidden > 1 and before <= index < before + hidden:
            if index == before:
                yield Row(skipped=hidden)
            continue
        yield Row(Line(a + index + 1, (Piece(line),)), Line(c + index + 1, (Piece(line),)))


def _different(ours: Sequence[str], theirs: Sequence[str], a: int, c: int) -> Iterator[Row]:
    for index in range(max(len(ours), len(theirs))):
        left, right = (ours[index] if index < len(ours) else None), (theirs[index] if index < len(theirs) else None)
        if left is not None and right is not None:
            mine, other = words(left, right)
            yield Row(Line(a + index + 1, mine), Line(c + index + 1, other))
        elif left is not None:
            yield Row(left=Line(a + index + 1, (Piece(left, True),)))
        elif right is not None:
            yield Row(right=Line(c + index + 1, (Piece(right, True),)))
