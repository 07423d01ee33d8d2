"""Bringing two changed texts together, by lines, from the text that both were made from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the text. Where both changed it differently, `clash`: it is for a human to choose."""

    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    clash: bool = False


def merged(base: str, mine: str, theirs: str) -> list[Part]:
    """The parts of a text that has the changes of both; each line keeps its own end. Outside a clash `mine` and `theirs` are equal."""
    origin, ours, others = (text.splitlines(keepends=True) for text in (base, mine, theirs))
    found: list[Part] = []
    at, left, right = 0, 0, 0
    for start, a, c, size in _unchanged(origin, ours, others):
        _add(found, origin[at:start], ours[left:a], others[right:c])
        _add(found, *(lines[begin : begin + size] for lines, begin in ((origin, start), (ours, a), (others, c))))
        at, left, right = start + size, a + size, c + size
    return found


def together(parts: Sequence[Part], chosen: Sequence[str]) -> str:
    """The whole text; `chosen` says of each clash, in order, whether `mine`, `theirs` or `both` (mine first) is meant.

    Raises `ValueError` where that is not said of each.
    """
    answers = list(chosen)
    if len(answers) != sum(part.clash for part in parts) or not set(answers) <= {"mine", "theirs", "both"}:
        raise ValueError("say of each place what is to stand there")
    return "".join(line for part in parts for line in _lines(part, answers.pop(0) if part.clash else "mine"))


def _lines(part: Part, chosen: str) -> tuple[str, ...]:
    return {"mine": part.mine, "theirs": part.theirs, "both": (*part.mine, *part.theirs)}[chosen]


def _unchanged(origin: Sequence[str], ours: Sequence[str], others: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Stretches of the origin that both sides still have: where in each, and how long; an empty one at the end."""
    mine, other = _kept(origin, ours), _kept(origin, others)
    found = []
    line = 0
    while line < len(origin):
        size = 0
        while line + size < len(origin) and _follows(mine, line, size) and _follows(other, line, size):
            size += 1
        if size:
            found.append((line, mine[line], other[line], size))
        line += max(size, 1)
    return [*found, (len(origin), len(ours), len(others), 0)]


def _kept(origin: Sequence[str], side: Sequence[str]) -> dict[int, int]:
    """For each line of the origin that this side still has, where."""
    blocks = SequenceMatcher(None, origin, side, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _follows(where: dict[int, int], line: int, size: int) -> bool:
    return line + size in where and line in where and where[line + size] == where[line] + size


def _add(found: list[Part], origin: Sequence[str], ours: Sequence[str], others: Sequence[str]) -> None:
    if list(ours) == list(others) or list(others) == list(origin):
        part = Part(tuple(ours), tuple(ours))
    elif list(ours) == list(origin):
        part = Part(tuple(others), tuple(others))
    else:
        part = Part(tuple(ours), tuple(others), clash=True)
    if part.mine or part.theirs:
        found.append(part)
