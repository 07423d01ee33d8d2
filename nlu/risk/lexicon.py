"""All phrases in one matcher, whose cost is that of the message's length, whatever their number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import spacy
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from content.editorial.phrases import ContextWords, Group, RiskPhrases
from nlu.normalise import normalise
from nlu.risk.chains import Chain, Span, spans, split
from nlu.risk.grammar import Grammar, PhraseError
from nlu.risk.stream import BOUNDARY, Forms, Stream, Word

UNKNOWN = "_"
"""Stands for every word that no phrase has, so that no message's words are kept in the matcher's vocabulary."""


_DENYING = frozenset(("not", "never"))
_STILL_SO = frozenset(("stop", "know", "want", "let", "care", "help", "think", "mean", "only", "tell", "say", "leave"))
"""After "not", these leave what follows as it is: "will not stop hitting me"."""


@dataclass(frozen=True)
class Found:
    """What was found in one message: spans over the words of `stream`, by part.

    Parts are `phrases:<group>`, `needs:<group>` and so on, and `context:<field>`.
    """

    stream: Stream
    parts: dict[str, list[Span]]

    def spans(self, part: str) -> list[Span]:
        """Where a part was found, in order."""
        return self.parts.get(part, [])


class Lexicon:
    """The compiled phrases of a content folder."""

    def __init__(self, phrases: RiskPhrases) -> None:
        """Compile. Raises `PhraseError` naming the group of a phrase that cannot be read."""
        self.groups: dict[str, tuple[str, Group]] = {group.id: (category, group) for category, group in phrases.groups}
        self._forms = Forms.of(phrases.words)
        self._grammar = Grammar(phrases.words.lists, self._forms.phrase)
        self._segments: dict[str, int | None] = {}
        self._chains: dict[int, list[tuple[str, Chain]]] = defaultdict(list)
        self._vocabulary = {BOUNDARY}
        self._vocab = spacy.blank("en").vocab
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        self.phrase_count = 0
        openings = "|".join(re.escape(normalise(opening).text) for opening in phrases.context.general_questions)
        self.question = re.compile(rf"(?:{openings})\b")
        """Openings of questions, in normalised text: they are made of words that phrases skip."""
        for part, phrase in _parts(phrases):
            self._add(part, phrase)

    def read(self, text: str) -> Stream:
        """The message in common forms."""
        normalised = normalise(text)
        return Stream(normalised, self._forms.read(normalised.text))

    def find(self, stream: Stream) -> Found:
        """Every phrase in the message, longest first at each place."""
        segments: dict[int, list[Span]] = defaultdict(list)
        for key, start, end in self._matcher(self._doc(stream.words)):
            segments[int(self._vocab.strings[key])].append((start, end))
        for found in segments.values():
            found.sort(key=lambda span: (span[0], -span[1]))
        barriers = _barriers([word.form for word in stream.words])
        parts: dict[str, list[Span]] = defaultdict(list)
        for first in segments:
            for part, chain in self._chains[first] if first in self._chains else ():
                if all(segment in segments for segment in chain.segments):
                    parts[part] += spans(chain, [segments[segment] for segment in chain.segments], barriers)
        return Found(stream, {part: sorted(set(found), key=lambda span: (span[0], -span[1])) for part, found in parts.items()})

    def _doc(self, words: list[Word]) -> Doc:
        return Doc(self._vocab, words=[word.form if word.form in self._vocabulary else UNKNOWN for word in words])

    def _add(self, part: str, phrase: str) -> None:
        pieces, gaps = split(phrase)
        try:
            numbered = [(self._segment(piece), gap) for piece, gap in zip(pieces, (0, *gaps), strict=True)]
        except PhraseError as error:
            raise PhraseError(f"{part}: {error}") from None
        said = [(number, gap) for number, gap in numbered if number is not None]
        if not said:
            raise PhraseError(f"{part}: nothing is left of {phrase!r}, all its words are skipped; add a telling word")
        numbers, widths = zip(*said, strict=True)
        self._chains[numbers[0]].append((part, Chain(numbers, widths[1:])))

    def _segment(self, text: str) -> int | None:
        """The number of a segment, or `None` where all its words are ones that the matcher skips."""
        if text not in self._segments:
            combinations = self._grammar.expand(text)
            if _several_pieces(text):
                combinations = [forms for forms in combinations if len(forms) > 1] or combinations
            self._segments[text] = len(self._segments) if combinations else None
            self._vocabulary.update(form for forms in combinations for form in forms)
            if combinations:
                self._matcher.add(str(self._segments[text]), [Doc(self._vocab, words=list(forms)) for forms in combinations])
            self.phrase_count += len(combinations)
        return self._segments[text]


def _barriers(forms: list[str]) -> list[int]:
    """Places that no gap of a phrase may span: ends of sentences, and words that deny what follows."""
    afters = (*forms[1:], BOUNDARY)
    return [place for place, form in enumerate(forms) if form == BOUNDARY or (form in _DENYING and afters[place] not in _STILL_SO)]


def _several_pieces(text: str) -> bool:
    """Whether more than one word has to be there: skipped words must not leave one common word alone."""
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == " " and depth == 0:
            return True
    return False


def _parts(phrases: RiskPhrases) -> Iterator[tuple[str, str]]:
    for _, group in phrases.groups:
        for part in ("phrases", "needs", "needs_also", "unless"):
            for phrase in getattr(group, part):
                yield f"{part}:{group.id}", phrase
    for name in ContextWords.model_fields:
        if name not in {"note", "general_questions"}:
            for phrase in getattr(phrases.context, name):
                yield f"context:{name}", phrase
