"""Reading a very long text in parts, so that memory and time stay in proportion and nothing is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nlu.understanding import Risk

PART = 20_000
OVERLAP = 400
"""Code points. A phrase cut in two by one part's end is whole in the next."""
MOST_PARTS = 50
"""Beyond a million code points only the beginning and the end are read: no person types that."""


def parts_of(text: str, read: Callable[[str], Risk]) -> Risk:
    """Read `text` in parts and put the risks together, with offsets into the whole."""
    if len(text) <= PART:
        return read(text)
    starts = list(range(0, len(text), PART - OVERLAP))
    if len(starts) > MOST_PARTS:
        starts = starts[: MOST_PARTS // 2] + starts[-MOST_PARTS // 2 :]
    return together([_shifted(read(text[start : start + PART]), start) for start in starts])


def together(risks: list[Risk]) -> Risk:
    """One risk of several parts: the highest level, and everything that explains it, once."""
    highest = max(risks, key=lambda risk: risk.level)
    evidence = sorted(dict.fromkeys(item for risk in risks for item in risk.evidence), key=lambda item: (-item.level, item.start))
    signs = {sign.id: sign for risk in reversed(risks) for sign in risk.signs}
    categories = dict.fromkeys((*highest.categories, *(category for risk in risks for category in risk.categories)))
    flags = frozenset(flag for risk in risks for flag in risk.flags)
    return Risk(highest.level, tuple(categories), highest.subject, tuple(evidence), tuple(signs.values()), flags)


def _shifted(risk: Risk, by: int) -> Risk:
    evidence = tuple(replace(item, start=item.start + by, end=item.end + by) for item in risk.evidence)
    signs = tuple(replace(sign, start=sign.start + by, end=sign.end + by) for sign in risk.signs)
    return replace(risk, evidence=evidence, signs=signs)
