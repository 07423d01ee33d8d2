"""The code, five plain words, with which a young person finds a web chat again.

The words are `content/policy/return_words.txt`: 1,024 short ones, each at least two letters' change from every other, so
that a code holds 50 bits and one slip of the finger still leads to the right word.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from content.editorial.library import CONTENT

WORDS_IN_A_CODE = 5
LONGEST = 200
"""Characters that are looked at; a code has 44 at most, slips aside."""

_SHORT_WORD = 5
"""Up to this many letters one slip is forgiven, above it two."""


@cache
def words() -> tuple[str, ...]:
    """The words that codes are made of, in the order of the file."""
    return tuple((CONTENT / "policy" / "return_words.txt").read_text(encoding="utf-8").split())


def new_code() -> str:
    """A fresh code, such as `lantern-pebble-otter-crumble-maple`. It is told once and kept only as a keyed digest."""
    return "-".join(secrets.choice(words()) for _ in range(WORDS_IN_A_CODE))


def normalise_code(text: str) -> str | None:
    """The code that was meant: capitals, spaces, dashes and small slips are forgiven. `None` where no code can be told."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    typed = re.findall(r"[a-z]+", plain)
    if len(typed) == 1:
        return _run_together(typed[0])
    if len(typed) != WORDS_IN_A_CODE:
        return None
    meant = [_nearest(word) for word in typed]
    return "-".join(word for word in meant if word) if all(meant) else None


def _nearest(typed: str) -> str | None:
    """The one word of the list that is nearest to what was typed, or `None` where two are equally near."""
    slips = 1 if len(typed) <= _SHORT_WORD else 2
    found = process.extract(typed, words(), scorer=OSA.distance, score_cutoff=slips, limit=2)
    if not found or (len(found) == 2 and found[0][1] == found[1][1]):
        return None
    return str(found[0][0])


def _run_together(typed: str) -> str | None:
    """The code in letters without a gap, where there is only one way to part them."""
    ways: list[list[list[str]]] = [[] for _ in range(len(typed) + 1)]
    ways[0] = [[]]
    known = frozenset(words())
    for end in range(1, len(typed) + 1):
        for start in range(max(0, end - max(map(len, known))), end):
            if typed[start:end] in known:
                ways[end] += [[*way, typed[start:end]] for way in ways[start] if len(way) < WORDS_IN_A_CODE]
    whole = [way for way in ways[-1] if len(way) == WORDS_IN_A_CODE]
    return "-".join(whole[0]) if len(whole) == 1 else None
