"""A message as the phrases see it: its telling words in one form each, without the words that say nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from content.editorial.phrases import WordBook
from nlu.normalise import Normalised, normalise

_TOKEN = re.compile(r"'s\b|[^\W_]+|[.!?]+|\n")
BOUNDARY = "."
_AUXILIARY = frozenset({"do", "does", "did"})
"""Skipped before "not", so that `i do not want` and `i not want` are one."""


class Word(NamedTuple):
    """One word of a message: its common form, and where it stands in the normalised text."""

    form: str
    start: int
    end: int


@dataclass(frozen=True)
class Forms:
    """The common form of each word: `hits`, `hitting` and `hit` are one, `really` is none."""

    same: Mapping[str, str]
    skipped: frozenset[str]

    @classmethod
    def of(cls, book: WordBook) -> Forms:
        """From the word book, every word of which is normalised first."""
        same = {normalise(other).text: form for form, others in book.same.items() for other in others}
        return cls(same, frozenset(normalise(word).text for word in book.skip) | {"'s"})

    def read(self, text: str) -> list[Word]:
        """The words of a normalised text. The end of a sentence is the word `.`."""
        words: list[Word] = []
        matches = list(_TOKEN.finditer(text))
        tokens = [match.group() for match in matches]
        skipped, same = self.skipped, self.same
        for place, token in enumerate(tokens):
            if token[0] in ".!?\n":
                if len(token) > 1 and token.strip(".") == "":
                    continue
                token = BOUNDARY
            elif token in skipped or (token in _AUXILIARY and tokens[place + 1 : place + 2] == ["not"]):
                continue
            words.append(Word(same.get(token, token), *matches[place].span()))
        return words

    def phrase(self, text: str) -> tuple[str, ...]:
        """The common forms of a phrase, read by the same rules as a message."""
        return tuple(word.form for word in self.read(normalise(text).text) if word.form != BOUNDARY)


@dataclass(frozen=True)
class Stream:
    """A message in common forms, and the way back to its own code points."""

    normalised: Normalised
    words: list[Word]

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The words' common forms."""
        return tuple(word.form for word in self.words)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original code points of `words[start:end]`."""
        return self.normalised.span(self.words[start].start, self.words[end - 1].end)
