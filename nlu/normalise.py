"""One way of reading what people type, for phrases and messages alike.

Look-alike letters, emoji, spaced-out words, leet, repeated letters, text-speak and common spellings become plain
lower-case English, and every code point of the result knows where it came from. Standard library only; Python 3.10.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from nlu.lookalikes import fold, is_mark
from nlu.spelling import spell, spell_group
from nlu.telling_words import TELLING

_SPACED_BY_MARKS = r"[a-z0-9@$](?:(?P<mark>[.\-_*/|])[a-z0-9@$]){1,40}(?:(?P=mark)[a-z0-9@$])(?![a-z0-9@$])"
_SPACED_BY_SPACES = r"[a-z](?: [a-z0-9@$]){2,40} [a-z](?![a-z0-9@$'])"
_SPACED_OUT = re.compile(rf"(?<![a-z0-9@$'])(?:{_SPACED_BY_MARKS}|{_SPACED_BY_SPACES})")
_GROUP = re.compile(
    r"(?<![a-z0-9])(?:un[ -]alive\w{0,3}|sewer ?slid(?:e|al|ing)|s/h|w/o?|self-harm\w{0,3}|le dollar bean|o/d|a/e|a&e"
    r"|[a-z]{1,12}[!|][a-z]{1,12})(?![a-z0-9])"
)
_WORD = re.compile(r"[a-z0-9@$](?:[a-z0-9'@$*]*[a-z0-9@$*])?")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True)
class Normalised:
    """Plain lower-case text, and where each of its code points came from in the original."""

    text: str
    offsets: tuple[int, ...]
    """For each code point of `text`, the index of its source code point."""
    ends: tuple[int, ...] = field(repr=False)
    """For each code point of `text`, the index just behind what it was read from."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original code points that `text[start:end]` was read from. Raises `ValueError` for an empty or outside span."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no text from {start} to {end} in a text of {len(self.text)} code points")
        return self.offsets[start], self.ends[end - 1]


def normalise(text: str) -> Normalised:
    """Read `text` as plain lower-case English. Takes time in proportion to its length."""
    tape = _fold(text)
    tape = tape.rewrite(_SPACED_OUT, lambda match: _close_up(match.group()))
    tape = tape.rewrite(_GROUP, lambda match: spell_group(match.group()))
    tape = tape.rewrite(_WORD, lambda match: spell(match.group()))
    tape = tape.rewrite(_BLANK, lambda match: "\n" if "\n" in match.group() else " ").strip()
    return Normalised(tape.text, tuple(tape.starts), tuple(tape.ends))


@dataclass(frozen=True)
class _Tape:
    """Text on its way through the stages."""

    text: str
    starts: list[int]
    ends: list[int]

    def rewrite(self, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> _Tape:
        """Replace each match by `new(match)`; its code points share out the source of the match in order."""
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for match in pattern.finditer(self.text):
            replacement = new(match)
            if replacement == match.group():
                continue
            first, last = match.span()
            pieces += (self.text[done:first], replacement)
            starts += self.starts[done:first]
            ends += self.ends[done:first]
            old, size = last - first, len(replacement)
            starts += [self.starts[first + k * old // size] for k in range(size)]
            ends += [self.ends[first + ((k + 1) * old - 1) // size] for k in range(size)]
            done = last
        return _Tape("".join((*pieces, self.text[done:])), starts + self.starts[done:], ends + self.ends[done:])

    def strip(self) -> _Tape:
        first = len(self.text) - len(self.text.lstrip())
        last = len(self.text.rstrip())
        return _Tape(self.text[first:last], self.starts[first:last], self.ends[first:last])


def _fold(text: str) -> _Tape:
    if text.isascii() and text.replace("\n", "").isprintable():
        return _Tape(text.lower(), list(range(len(text))), list(range(1, len(text) + 1)))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, character in enumerate(text):
        read = fold(character)
        if read:
            pieces.append(read)
            starts += [index] * len(read)
            ends += [index + 1] * len(read)
        elif ends and is_mark(character) and ends[-1] == index:
            ends[-1] = index + 1
    return _Tape("".join(pieces), starts, ends)


def _close_up(spaced: str) -> str:
    letters = re.sub(r"[^a-z0-9@$]", "", spaced)
    return f"i {letters[1:]}" if letters[0] == "i" and letters[1:] in TELLING else letters
