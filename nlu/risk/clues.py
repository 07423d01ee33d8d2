"""Clues: words and pairs of words that carry points, few each, which together say what no single phrase says.

The points come from the training messages (`nlu.risk.learn_clues`) and stand in a table that a person can read and change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from content.editorial.clues import HEADS, OTHER, ClueTable
from nlu.risk.stream import BOUNDARY

_HEADS = (*HEADS, OTHER)
_Row = tuple[tuple[int, ...], tuple[tuple[str, int], ...]]
"""Points for each of the heads, in order, and for categories."""


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
        self._start = tuple(table.start.get(head, 0) for head in _HEADS)
        # Five numbers in a row are added up in a fraction of the time that it takes to go through the mappings of each clue.
        self._rows: dict[str, _Row] = {
            clue: (tuple(row.heads.get(head, 0) for head in _HEADS), tuple(row.categories.items())) for clue, row in table.rows.items()
        }

    def count(self, forms: Sequence[str]) -> Points:
        """Add up the clues of a message in common forms. Each clue counts once, where it first stands."""
        worry, concern, urgent, immediate, other = self._start
        categories: dict[str, int] = {}
        places = [0] * len(forms)
        rows = self._rows
        for clue, place in clues_in(forms).items():
            if clue in rows:
                (for_worry, for_concern, for_urgent, for_immediate, for_other), named = rows[clue]
                worry += for_worry
                concern += for_concern
                urgent += for_urgent
                immediate += for_immediate
                other += for_other
                places[place] += for_concern
                for category, points in named:
                    categories[category] = categories.get(category, 0) + points
        heads = dict(zip(_HEADS, (worry, concern, urgent, immediate, other), strict=True))
        return Points(heads, tuple(sorted(categories.items(), key=_most_first)), tuple(places))


def clues_in(forms: Sequence[str]) -> dict[str, int]:
    """Each word and pair of neighbours of a message, and the place of its first."""
    first: dict[str, int] = {}
    before = BOUNDARY
    for place, form in enumerate(forms):
        if form != BOUNDARY:
            first.setdefault(form, place)
            if before != BOUNDARY:
                first.setdefault(f"{before} {form}", place)
        before = form
    return first


def _most_first(item: tuple[str, int]) -> int:
    return -item[1]
