"""The age a young person mentions: it may lower the age band, never raise it."""

from __future__ import annotations

import re

_AGE = re.compile(
    r"\bi am (?:only |just |nearly |a |still |like )*(?P<said>\d{1,2})\b(?! ?(?:min|hour|week|day|month|%|am|pm|km|mile|stone|kg|st|percent|quid))"
    r"|\b(?P<short>\d{1,2}) ?(?:m|f)\b"
    r"|\bi am in (?:year |yr ?|y)(?P<year>\d{1,2})\b"
    r"|\bmy age is (?P<age>\d{1,2})\b"
)
_FIRST_YEAR_AGE = 5
"""The youngest age in year 1 is 5: in year 7 the youngest is 11."""
_WORDS = {
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "thirteen": "13",
    "fourteen": "14",
    "fifteen": "15",
    "sixteen": "16",
    "seventeen": "17",
}
_WORD = re.compile("|".join(_WORDS))


def age_flags(normalised_text: str) -> frozenset[str]:
    """`says_under_13`, `says_13_15` or `says_16_17` for the youngest age the writer gives as their own."""
    text = _WORD.sub(lambda match: _WORDS[match.group()], normalised_text)
    ages = []
    for match in _AGE.finditer(text):
        if match["year"]:
            ages.append(int(match["year"]) + _FIRST_YEAR_AGE)
        else:
            ages.append(int(match["said"] or match["short"] or match["age"]))
    band = _band(min((age for age in ages if 6 <= age <= 17), default=None))
    return frozenset({f"says_{band}"} if band else ())


def _band(age: int | None) -> str | None:
    if age is None:
        return None
    if age < 13:
        return "under_13"
    return "13_15" if age < 16 else "16_17"
