"""Runs of words, each found once in a message, whatever the number of phrases that use them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

import spacy
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from nlu.risk.chains import Span

UNKNOWN = "_"
"""Stands for every word that no phrase has, so that no message's words are kept in the matcher's vocabulary."""


class Segments:
    """Numbered segments, each a choice between runs of words."""

    def __init__(self) -> None:
        """Without segments."""
        self._vocab = spacy.blank("en").vocab
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        self._words: set[str] = set()
        self._runs: dict[tuple[str, ...], int] = {}
        self._numbers: dict[int, int] = {}
        """The number of a run, by the matcher's key."""
        self._choices: list[frozenset[int]] = []
        self._users: dict[int, list[int]] = defaultdict(list)

    @property
    def run_count(self) -> int:
        """How many different runs of words are looked for."""
        return len(self._runs)

    def add(self, runs: Iterable[tuple[str, ...]]) -> int:
        """A new segment that is any of `runs`; its number."""
        number = len(self._choices)
        self._choices.append(frozenset(self._run(run) for run in runs))
        for run in self._choices[number]:
            self._users[run].append(number)
        return number

    def find(self, forms: Sequence[str]) -> Places:
        """Where the runs stand in a message in common forms."""
        doc = Doc(self._vocab, words=[form if form in self._words else UNKNOWN for form in forms])
        runs: dict[int, list[Span]] = defaultdict(list)
        for key, start, end in self._matcher(doc):
            runs[self._numbers[key]].append((start, end))
        return Places(dict(runs), self._choices, self._users)

    def _run(self, run: tuple[str, ...]) -> int:
        if run not in self._runs:
            self._runs[run] = len(self._runs)
            self._words.update(run)
            key = str(self._runs[run])
            self._matcher.add(key, [Doc(self._vocab, words=list(run))])
            self._numbers[self._vocab.strings[key]] = self._runs[run]
        return self._runs[run]


class Places:
    """Where segments stand in one message; worked out for those that are asked for."""

    def __init__(self, runs: dict[int, list[Span]], choices: Sequence[frozenset[int]], users: dict[int, list[int]]) -> None:
        """`runs` has the spans of each run that was found."""
        self._runs = runs
        self._choices = choices
        self._users = users
        self._spans: dict[int, list[Span]] = {}

    def present(self) -> set[int]:
        """All segments that stand somewhere."""
        return set(chain.from_iterable(map(self._users.__getitem__, self._runs)))

    def spans(self, segment: int) -> list[Span]:
        """Where a segment stands, in order."""
        if segment not in self._spans:
            self._spans[segment] = sorted(span for run in self._choices[segment] & self._runs.keys() for span in self._runs[run])
        return self._spans[segment]
