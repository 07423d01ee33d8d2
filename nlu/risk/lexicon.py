"""All phrases in one matcher, whose cost is that of the message's length, whatever their number."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from content.editorial.phrases import ContextWords, Group, RiskPhrases
from nlu.normalise import normalise
from nlu.risk.chains import Chain, Span, spans, split
from nlu.risk.grammar import Grammar, PhraseError
from nlu.risk.segments import Places, Segments
from nlu.risk.stream import BOUNDARY, Forms, Stream

_LONGEST = 60
"""Words; no phrase with all its gaps is longer."""
_DENYING = frozenset(("not", "never"))
_STILL_SO = frozenset(("stop", "know", "want", "let", "care", "help", "think", "mean", "only", "tell", "say", "leave"))
"""After "not", these leave what follows as it is: "will not stop hitting me"."""


class Found:
    """What stands in one message: spans over the words of `stream`, by part, worked out when they are asked for.

    Parts are `phrases:<group>`, `needs:<group>` and so on, and `context:<field>`.
    """

    def __init__(self, stream: Stream, places: Places, chains: Mapping[str, list[Chain]]) -> None:
        """`chains` has the phrases of each part of which every segment stands in the message."""
        self.stream = stream
        self._places = places
        self._chains = chains
        self._barriers = _barriers(stream.forms)
        self._spans: dict[str, list[Span]] = {}

    @property
    def parts(self) -> Iterable[str]:
        """Parts that may stand in the message: no other does."""
        return self._chains.keys()

    def spans(self, part: str) -> list[Span]:
        """Where a part stands, in order, the longest first at each place."""
        if part not in self._chains:
            return []
        if part not in self._spans:
            self._spans[part] = sorted({span for chain in self._chains[part] for span in self._where(chain)}, key=_longest_first)
        return self._spans[part]

    def around(self, part: str, span: Span, reach: int = 0) -> list[Span]:
        """Where a part stands within `reach` words of `span`, or a little before it."""
        places = self.spans(part)
        return places[
            bisect_left(places, (span[0] - reach - _LONGEST, 0)) : bisect_right(places, (span[1] + reach, span[1] + reach + _LONGEST))
        ]

    def near(self, part: str, span: Span, reach: int) -> bool:
        """Whether a part stands within `reach` words of `span`."""
        return any(span[0] - end <= reach and start - span[1] <= reach for start, end in self.around(part, span, reach))

    def _where(self, chain: Chain) -> list[Span]:
        return spans(chain, [self._places.spans(segment) for segment in chain.segments], self._barriers)


class Lexicon:
    """The compiled phrases of a content folder."""

    def __init__(self, phrases: RiskPhrases) -> None:
        """Compile. Raises `PhraseError` naming the group of a phrase that cannot be read."""
        self.groups: dict[str, tuple[str, Group]] = {group.id: (category, group) for category, group in phrases.groups}
        self._forms = Forms.of(phrases.words)
        self._grammar = Grammar(phrases.words.lists, self._forms.phrase)
        self._segments = Segments()
        self._numbers: dict[str, int | None] = {}
        openings = "|".join(re.escape(normalise(opening).text) for opening in phrases.context.general_questions)
        self.question = re.compile(rf"(?:{openings})\b")
        """Openings of questions, in normalised text: they are made of words that phrases skip."""
        self._by_rarest = _by_rarest([(part, self._chain(part, phrase)) for part, phrase in _parts(phrases)])
        self._ranks = {f"phrases:{id}": (rank, id) for rank, id in enumerate(self.groups)}

    @property
    def phrase_count(self) -> int:
        """How many different runs of words the phrases are made of."""
        return self._segments.run_count

    def read(self, text: str) -> Stream:
        """The message in common forms."""
        normalised = normalise(text)
        return Stream(normalised, self._forms.read(normalised.text))

    def find(self, stream: Stream) -> Found:
        """Whatever phrases the message has."""
        places = self._segments.find(stream.forms)
        present = places.present()
        # Only phrases that can stand there are touched: of thousands, a few dozen.
        there: dict[str, list[Chain]] = {}
        for segment in present & self._by_rarest.keys():
            for part, chain in self._by_rarest[segment]:
                if chain.needed <= present:
                    there.setdefault(part, []).append(chain)
        return Found(stream, places, there)

    def groups_in(self, found: Found) -> Iterator[str]:
        """Ids of the groups of which a phrase stands in the message."""
        candidates = sorted(self._ranks[part] for part in found.parts if part in self._ranks)
        return (id for _, id in candidates if found.spans(f"phrases:{id}"))

    def _chain(self, part: str, phrase: str) -> Chain:
        pieces, gaps = split(phrase)
        try:
            numbered = [(self._segment(piece), gap) for piece, gap in zip(pieces, (0, *gaps), strict=True)]
        except PhraseError as error:
            raise PhraseError(f"in {part}: {error}", _group_of(part)) from None
        said = [(number, gap) for number, gap in numbered if number is not None]
        if not said:
            raise PhraseError(f"in {part}: all words of {phrase!r} are skipped; add a telling word", _group_of(part))
        numbers, widths = zip(*said, strict=True)
        return Chain(numbers, widths[1:], frozenset(numbers))

    def _segment(self, text: str) -> int | None:
        """The number of a segment, or `None` where all its words are ones that the matcher skips."""
        if text not in self._numbers:
            runs = self._grammar.expand(text)
            self._numbers[text] = self._segments.add(runs) if runs else None
        return self._numbers[text]


def _by_rarest(chains: Sequence[tuple[str, Chain]]) -> Mapping[int, list[tuple[str, Chain]]]:
    """Phrases with their parts by that segment of each which the fewest phrases have, so that few are looked at in vain."""
    users = Counter(segment for _, chain in chains for segment in chain.needed)
    by_rarest: dict[int, list[tuple[str, Chain]]] = defaultdict(list)
    for part, chain in chains:
        by_rarest[min(chain.segments, key=users.__getitem__)].append((part, chain))
    return dict(by_rarest)


def _group_of(part: str) -> str:
    return part.partition(":")[2]


def _longest_first(span: Span) -> Span:
    return span[0], -span[1]


def _barriers(forms: Sequence[str]) -> list[int]:
    """Places that no gap of a phrase may span: ends of sentences, and words that deny what follows."""
    afters = (*forms[1:], BOUNDARY)
    return [place for place, form in enumerate(forms) if form == BOUNDARY or (form in _DENYING and afters[place] not in _STILL_SO)]


def _parts(phrases: RiskPhrases) -> Iterator[tuple[str, str]]:
    for _, group in phrases.groups:
        for part in ("phrases", "needs", "needs_also", "unless"):
            for phrase in getattr(group, part):
                yield f"{part}:{group.id}", phrase
    for name in ContextWords.model_fields:
        if name not in {"note", "general_questions"}:
            for phrase in getattr(phrases.context, name):
                yield f"context:{name}", phrase
