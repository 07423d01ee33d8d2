"""Leaving the names of other people out of a text (S87). Pure: the names are given, and kept nowhere."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ANOTHER_PERSON = "[another person]"
LONGEST_NAME = 80
MOST_NAMES = 60
_TITLES = {
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "sir",
    "mr.",
    "mrs.",
    "ms.",
    "dr.",
    "uncle",
    "aunt",
    "auntie",
    "nan",
    "grandad",
    "coach",
    "the",
    "van",
    "von",
    "der",
    "de",
    "la",
}
_SHORTEST_PART = 3
_APOSTROPHES = "['’‘ʼ]"
_ACCENTS = "[\u0300-\u036f]"
_UNSEEN = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff")
"""Characters that nobody sees, and that would part a name."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NO_NAMES = set(calendar.month_name) | set(calendar.day_name) | {"I", "Christmas", "Easter", "English", "Instagram", "Snapchat", "Discord"}


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text in pieces: `True` beside what stands in place of somebody's name."""

    pieces: tuple[tuple[str, bool], ...]

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)

    @property
    def places(self) -> int:
        """How often a name was left out."""
        return sum(left_out for _, left_out in self.pieces)


def names_in(typed: str) -> tuple[str, ...]:
    """The names in what somebody typed, one on a line or between commas, without the empty ones and those that come twice."""
    given = (" ".join(unicodedata.normalize("NFKC", name).split())[:LONGEST_NAME] for name in re.split(r"[\n,;]", typed))
    return tuple({name.casefold(): name for name in given if any(letter.isalnum() for letter in name)}.values())[:MOST_NAMES]


def redact(text: str, names: Sequence[str]) -> Redacted:
    """`text` without these names: however they are written, with an ending, and each part of a name by itself too."""
    text = unicodedata.normalize("NFD", text.translate(_UNSEEN))
    pieces, at = list[tuple[str, bool]](), 0
    for found in _pattern(names).finditer(text) if names else ():
        pieces += [(text[at : found.start()], False), (ANOTHER_PERSON, True), ("’s" if found["ending"] else "", False)]
        at = found.end()
    pieces.append((text[at:], False))
    return Redacted(tuple((unicodedata.normalize("NFC", piece), out) for piece, out in pieces if piece))


def still_there(text: str, names: Iterable[str]) -> list[str]:
    """The words of a text, after redaction, in which a name still stands as a part of something longer: for a human to look at."""
    kept = text.replace(ANOTHER_PERSON, " ")
    forms = [_plain(form).casefold() for name in names for form in _forms(name)]
    words = dict.fromkeys(word.strip('.,!?;:()[]"“”') for word in kept.split())
    return [word for word in words if any(form in _plain(word).casefold() for form in forms)]


def perhaps_names(texts: Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """Words that begin with a capital inside a sentence, as names do, in the order in which they stand; none of `known`."""
    dropped = {part.casefold() for name in known for part in (name, *name.split())}
    found: dict[str, None] = {}
    for text in texts:
        for word in _WORD.finditer(text):
            inside = re.search(r"[\w,;:’'\"“(-]\s*$", text[: word.start()]) is not None
            said = re.sub(r"['’]s$", "", word[0])
            if inside and said[0].isupper() and not said.isupper() and said not in _NO_NAMES and said.casefold() not in dropped:
                found[said] = None
    return list(found)


def _pattern(names: Sequence[str]) -> re.Pattern[str]:
    forms = sorted({form for name in names for form in _forms(name)}, key=len, reverse=True)
    written = "|".join(_written(form) for form in forms)
    # A digit or an underscore ends a name, as in an account's: only letters make it another word.
    return re.compile(rf"(?<![^\W\d_])(?:{written})(?P<ending>{_APOSTROPHES}?s{_APOSTROPHES}?)?(?![^\W\d_])", re.I)


def _forms(name: str) -> list[str]:
    """The name, and each part of it that can stand for the person by itself."""
    parts = re.split(r"[\s-]+", name)
    alone = [part for part in parts if len(parts) > 1 and len(part) >= _SHORTEST_PART and part.casefold() not in _TITLES]
    return [name, *alone]


def _written(name: str) -> str:
    """A pattern for a name whatever stands between its parts, with or without its apostrophes and accents."""
    letters = _plain(name)
    return "".join(
        r"[\s-]+" if one in " -" else f"{_APOSTROPHES}?" if re.match(_APOSTROPHES, one) else f"{re.escape(one)}{_ACCENTS}*"
        for one in letters
    )


def _plain(text: str) -> str:
    """`text` without accents."""
    return re.sub(_ACCENTS, "", unicodedata.normalize("NFD", text))
