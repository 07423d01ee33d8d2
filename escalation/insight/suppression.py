"""Counts that give nobody away: what is under five is held back, and whatever would let somebody work it out. Pure.

For whoever sees a table and its whole, each held-back cell of it could be none and could be five or more. For whoever also knows
how it was made, each still has several values. The common rule of one further cell (secondary suppression) does not reach that
where the held-back cells add up to very little, or to nearly all that they could hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

LEAST = 5
"""The smallest count that is shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as it may be shown: the whole, and the count of each cell. `None`: held back."""

    total: int | None
    cells: dict[str, int | None]


def divided(counts: Mapping[str, int]) -> Shown:
    """A whole that the cells divide: each counted thing is in exactly one of them. The whole is shown from `LEAST` on."""
    total = sum(counts.values())
    if total < LEAST:
        return _nothing(counts)
    smallest_first = sorted(counts, key=lambda name: (counts[name], name))
    numbers = [counts[name] for name in smallest_first]
    held = sum(number < LEAST for number in numbers)
    while held and not _safe(numbers, held):
        held += 1
    while 0 < held < len(numbers) and numbers[held] == numbers[held - 1]:
        held += 1  # which of two equal cells came first would tell something
    back = set(smallest_first[:held])
    return Shown(total, {name: None if name in back else number for name, number in counts.items()})


def overlapping(counts: Mapping[str, int], total: int) -> Shown:
    """Cells of which one counted thing can be in several: neither those in a cell nor those outside it may be fewer than `LEAST`.

    Most things are in one cell only, so what the shown cells leave of the whole may not be small either.
    """
    if total < LEAST:
        return _nothing(counts)
    most_first = sorted((name for name, number in counts.items() if LEAST <= number <= total - LEAST), key=lambda n: (-counts[n], n))
    while most_first and 0 <= total - sum(counts[name] for name in most_first) < LEAST:
        most_first.pop()
    return Shown(total, {name: number if name in most_first else None for name, number in counts.items()})


def nested(groups: Mapping[str, Mapping[str, int]]) -> tuple[Shown, dict[str, Shown]]:
    """A whole divided into groups and these into cells: nothing inside a held-back group is shown."""
    above = divided({group: sum(cells.values()) for group, cells in groups.items()})
    inside = {group: _nothing(cells) if above.cells[group] is None else divided(cells) for group, cells in groups.items()}
    return above, inside


def in_steps(by_month: Iterable[int]) -> int | None:
    """What may be told of a count that grows from month to month and whose whole is never told; `None`: held back.

    It grows by `LEAST` or more at a time, of whichever months that takes, so that no two looks at it differ by fewer. What waits is
    below `LEAST`.
    """
    told = waiting = 0
    for number in by_month:
        waiting += number
        if waiting >= LEAST:
            told, waiting = told + waiting, 0
    return told or None


def _safe(numbers: Sequence[int], held: int) -> bool:
    """Whether each of the smallest cells, held back together, could be none and could be five or more for all that is shown.

    Their sum is known from the whole, and that none of them is greater than the smallest shown one.
    """
    together, greatest = sum(numbers[:held]), numbers[held] if held < len(numbers) else inf
    return held > 1 and LEAST <= together <= greatest * (held - 1)


def _nothing(counts: Mapping[str, int]) -> Shown:
    return Shown(None, dict.fromkeys(counts))
