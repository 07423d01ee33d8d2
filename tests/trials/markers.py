"""Markers: made-up words that stand nowhere else, planted wherever somebody can type, and looked for in all the shapes they could have."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import ceil
from string import ascii_lowercase

CORE = "qxvjzkqwy"
"""What every marker begins with."""
NUMBER = 5
"""Letters after it that tell markers apart."""
SHOWN = 40


@dataclass
class Markers:
    """Every marker that was planted, and where."""

    planted: list[str] = field(default_factory=list)

    def new(self, where: str) -> str:
        """A word that was never used before, to be planted there. Its last letter is one that JSON would escape."""
        self.planted.append(where)
        return f"{CORE}{_letters(len(self.planted) - 1)}é"

    def where(self, letters: str) -> str:
        """Where the marker with these letters after the beginning was planted."""
        number = 0
        for letter in letters:
            number = number * 26 + ascii_lowercase.index(letter)
        return self.planted[number] if number < len(self.planted) else "?"


@dataclass(frozen=True, order=True)
class Found:
    """A marker that can be read: in which place, in which shape, where it had been planted (`?`: not to be told in that shape)."""

    place: str
    shape: str
    planted: str


def shapes(word: str = CORE) -> dict[str, tuple[bytes, ...]]:
    """The word as it could stand in a file, but for capitals."""
    plain, wide = word.encode(), word.encode("utf-16-le")
    return {
        "utf-8": (plain,),
        "utf-16": (wide, word.encode("utf-16-be")),
        "utf-32": (word.encode("utf-32-le"), word.encode("utf-32-be")),
        "hex": (plain.hex().encode(), wide.hex().encode()),
        "escaped": ("".join(f"\\u{ord(letter):04x}" for letter in word).encode(),),
        "base64": tuple(_in_base64(data, before) for data in (plain, wide) for before in range(3)),
    }


def look(places: Iterable[tuple[str, bytes]], markers: Markers) -> list[Found]:
    """Every marker in these places, by name and content."""
    return sorted({found for place, content in places for found in _found(place, content, markers)})


def _found(place: str, content: bytes, markers: Markers) -> Iterator[Found]:
    small = content.lower()
    for shape, forms in shapes().items():
        for form in forms:
            text = content if shape == "base64" else small
            for hit in re.finditer(re.escape(form), text):
                letters = text[hit.end() : hit.end() + NUMBER].decode("latin-1")
                known = shape == "utf-8" and re.fullmatch(r"[a-z]{5}", letters)
                yield Found(place, shape, markers.where(letters) if known else "?")


def _letters(number: int) -> str:
    letters = ""
    for _ in range(NUMBER):
        number, rest = divmod(number, 26)
        letters = ascii_lowercase[rest] + letters
    return letters


def _in_base64(data: bytes, before: int) -> bytes:
    """The characters that stand for these bytes wherever `before` bytes, modulo three, come before them."""
    whole = base64.b64encode(bytes(before) + data)
    return whole[ceil(before * 8 / 6) : (before + len(data)) * 8 // 6]
