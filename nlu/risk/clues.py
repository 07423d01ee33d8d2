"""Clues: words and pairs of words that carry points, few each, which together say what no single phrase says.

The points come from the training messages (`nlu.risk.learn_clues`) and stand in a table that a person can read and change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from content.editorial.clues import OTHER, ClueTable
from nlu.risk.stream import BOUNDARY


@dataclass(frozen=True, slots=True)
class Points:
    """What a message's clues come to. `places` has each word's share of the points for concern."""

    heads: Mapping[str, int]
    categories: tuple[tuple[str, int], ...]
    places: tuple[int, ...]

    @property
    def about_other(self) -> bool:
        """Whether it reads like messages about somebody else than the writer."""
        return self.heads[OTHER] >= 0


class Clues:
    """The table, ready to be counted."""

    def __init__(self, table: ClueTable) -> None:
        """From the table of a content folder."""
        self._table = table

    def count(self, forms: Sequence[str]) -> Points:
        """Add up the clues of a message in common forms. Each clue counts once, where it first stands."""
        heads = dict(self._table.start)
        categories: dict[str, int] = defaultdict(int)
        places = [0] * len(forms)
        for clue, place in clues_in(forms).items():
            row = self._table.rows.get(clue)
            if row is None:
                continue
            for head, points in row.heads.items():
                heads[head] += points
            places[place] += row.heads.get("concern", 0)
            for category, points in row.categories.items():
                categories[category] += points
        return Points(heads, tuple(sorted(categories.items(), key=lambda item: -item[1])), tuple(places))


def clues_in(forms: Sequence[str]) -> dict[str, int]:
    """Each word and pair of neighbours of a message, and the place of its first."""
    first: dict[str, int] = {}
    for clue, place in _all(forms):
        first.setdefault(clue, place)
    return first


def _all(forms: Sequence[str]) -> Iterator[tuple[str, int]]:
    before = BOUNDARY
    for place, form in enumerate(forms):
        if form != BOUNDARY:
            yield form, place
            if before != BOUNDARY:
                yield f"{before} {form}", place
        before = form
