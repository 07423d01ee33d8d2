"""A message with its observed signs marked. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from escalation.reading import Observed


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message; `why` says which signs were observed in it, none for plain words."""

    text: str
    why: tuple[str, ...] = ()


def marked(text: str, observed: Iterable[Observed]) -> list[Piece]:
    """`text` cut where signs begin and end; overlapping signs share a piece. The pieces together are exactly `text`."""
    inside = [sign for sign in observed if 0 <= sign.start < sign.end <= len(text)]
    edges = sorted({0, len(text), *(sign.start for sign in inside), *(sign.end for sign in inside)})
    spans = itertools.pairwise(edges)
    return [
        Piece(text[start:end], tuple(dict.fromkeys(sign.why for sign in inside if sign.start <= start and end <= sign.end)))
        for start, end in spans
    ]
