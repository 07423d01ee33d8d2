"""Phrases with gaps: `took ~ tablets` is both, in this order, with up to four words of a sentence between them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

Span = tuple[int, int]
_GAP = re.compile(r"\s(~~?)\s")
_WIDTH = {"~": 4, "~~": 10}
"""Telling words that may stand in a gap."""
_CHOICES = 2
"""Continuations looked at from each place, so that repeating one word a thousand times costs no more than its length."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Segments by number, in order and as a set, and the widest gap before each but the first."""

    segments: tuple[int, ...]
    gaps: tuple[int, ...]
    needed: frozenset[int]


def split(phrase: str) -> tuple[list[str], tuple[int, ...]]:
    """The segments of a phrase, and the gaps between them; a phrase without gaps is one segment."""
    pieces = _GAP.split(phrase)
    return pieces[::2], tuple(_WIDTH[mark] for mark in pieces[1::2])


def spans(chain: Chain, found: Sequence[Sequence[Span]], barriers: Sequence[int]) -> list[Span]:
    """Where the whole chain stands. `found` has the ordered spans of each segment, `barriers` the places no gap may span."""
    whole = list(found[0])
    for gap, nexts in zip(chain.gaps, found[1:], strict=True):
        whole = [(start, follower[1]) for start, end in whole for follower in _followers(end, nexts, gap, barriers)]
    return whole


def _followers(end: int, nexts: Sequence[Span], gap: int, barriers: Sequence[int]) -> Sequence[Span]:
    barrier = bisect_left(barriers, end)
    latest = min(end + gap, barriers[barrier]) if barrier < len(barriers) else end + gap
    first = bisect_left(nexts, (end, 0))
    return [span for span in nexts[first : first + _CHOICES] if span[0] <= latest]
