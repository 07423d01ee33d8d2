"""What the words round a phrase do to it: negation, jokes, idioms, games and school work, general questions, the past."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from content.editorial.phrases import Group
from nlu.risk.chains import Span
from nlu.risk.lexicon import Found
from nlu.risk.stream import BOUNDARY
from nlu.understanding import Level

_BEFORE = 4
"""Words before a phrase in which a negation reaches it."""
_JOKE_REACH = 8
_FICTION_REACH = 14
_LONGEST_SENTENCE = 100
"""Words on each side; who writes without full stops has no longer sentences, either."""
_OPENING = re.compile(r"(?:\W|(?:so|and|hi|hey|hello|um|ok|okay|but|also|quick question|just wondering|question|random|be honest)\b)*")
"""What people say before a question."""
_OWN_FAMILY = re.compile(
    r"(?<!\ba )(?<!\bthe )(?<!\byour )(?<!\bhis )(?<!\bher )(?<!\btheir )(?<!\bsomeones )(?<!\bpeoples )"
    r"\b(?:mum|mam|mummy|mom|maw|dad|daddy|da|stepdad|stepmum|nan|grandad)\b"
)
"""Said without "a" or "your" before it, it is the writer's own: "why does dad hit mum"."""
_WRITER = frozenset({"i", "me", "my", "myself", "mine", "we", "us", "our"})


@dataclass(frozen=True)
class Context:
    """The surroundings of every phrase of one message."""

    found: Found
    question: re.Pattern[str]
    """Openings of general questions."""

    @property
    def _forms(self) -> tuple[str, ...]:
        return self.found.stream.forms

    def holds(self, group: Group, span: Span) -> bool:
        """Whether what the group needs is near, what it excludes is not, and no context makes it nothing."""
        return self._company(group, span) and not self._discounted(group, span)

    def level(self, group: Group, span: Span, level: Level) -> Level:
        """The level that is left of it: less where it is long over, and no more than a worry where it is over or said in jest.

        Nothing that says a life may be at risk now is lowered because the message also says that all is well, nor is what was these days.
        """
        if group.joke and self._in_jest(span):
            return min(level, Level.WORRY)
        if group.past == "keeps":
            return level
        if level < Level.IMMEDIATE and self._any("over_now") and not self._near("lately", span, _FICTION_REACH):
            return min(level, Level.WORRY)
        if self._near("long_ago", span, _FICTION_REACH) and not self._near("going_on", span, _FICTION_REACH):
            return min(level, max(Level.CONCERN, Level(level - 1)))
        return level

    def sentence(self, span: Span) -> Span:
        """The sentence in which a phrase stands."""
        forms = self._forms
        start, end = span
        while start > max(0, span[0] - _LONGEST_SENTENCE) and forms[start - 1] != BOUNDARY:
            start -= 1
        while end < min(len(forms), span[1] + _LONGEST_SENTENCE) and forms[end] != BOUNDARY:
            end += 1
        return start, end

    def sentences(self) -> list[Span]:
        """All sentences with words in them, in order."""
        ends = [place for place, form in enumerate(self._forms) if form == BOUNDARY]
        spans = zip((0, *(end + 1 for end in ends)), (*ends, len(self._forms)), strict=True)
        return [(start, end) for start, end in spans if start < end]

    def _company(self, group: Group, span: Span) -> bool:
        if group.whole and span != (0, len([form for form in self._forms if form != BOUNDARY])):
            return False
        needed = all(
            self._within(f"{part}:{group.id}", span, group.within)
            for part, phrases in (("needs", group.needs), ("needs_also", group.needs_also))
            if phrases
        )
        return needed and not self._within(f"unless:{group.id}", span, group.within)

    def _discounted(self, group: Group, span: Span) -> bool:
        return (
            self._idiom(span)
            or (group.negation == "ends" and self._negated(span))
            or (group.joke and self._about_trifles(span))
            or (group.fiction == "ends" and self._fiction(group, span))
            or self._general_question(span)
        )

    def _idiom(self, span: Span) -> bool:
        return any(start < span[1] and span[0] < end for start, end in self.found.around("context:idioms", span))

    def _negated(self, span: Span) -> bool:
        first = max(0, span[0] - _BEFORE)
        ends = [end for start, end in self.found.around("context:clause_ends", span) if first <= start and end <= span[0]]
        reach = (max([first, *ends, *(i + 1 for i in range(first, span[0]) if self._forms[i] == BOUNDARY)]), span[0])
        spared = self.found.around("context:not_negating", span)
        return any(
            _inside(negator, reach) and not any(_inside(negator, other) for other in spared)
            for negator in self.found.around("context:negators", span)
        )

    def _about_trifles(self, span: Span) -> bool:
        return self._near("harmless_causes", span, _FICTION_REACH) and not self._any("serious")

    def _in_jest(self, span: Span) -> bool:
        return self._near("jokes", span, _JOKE_REACH) and not self._any("serious")

    def _fiction(self, group: Group, span: Span) -> bool:
        """Talk of games and the like nearby.

        What may mean danger to life now is discounted within its own sentence only, and not because it happened at school or at sport.
        """
        if self._any("serious"):
            return False
        if group.level == Level.IMMEDIATE.id:
            sentence = self.sentence(span)
            real = self.found.around("context:real_settings", sentence)
            return any(_inside(other, sentence) and other not in real for other in self.found.around("context:fiction", sentence))
        return self._near("fiction", span, _FICTION_REACH)

    def _general_question(self, span: Span) -> bool:
        start, end = self.sentence(span)
        words = self.found.stream.words
        text = self.found.stream.normalised.text[words[start - 1].end if start else 0 : words[end - 1].end]
        if not _OPENING.match(text) or not self.question.match(_OPENING.sub("", text, count=1)):
            return False
        if _WRITER.intersection(self._forms[start:end]) or _OWN_FAMILY.search(text):
            return False
        return not any(_inside(other, (start, end)) for other in self.found.around("context:other_people", (start, end)))

    def _any(self, field: str) -> bool:
        return bool(self.found.spans(f"context:{field}"))

    def _near(self, field: str, span: Span, reach: int) -> bool:
        return self._within(f"context:{field}", span, reach)

    def _within(self, part: str, span: Span, reach: int) -> bool:
        return self.found.near(part, span, reach)


def distance(one: Span, other: Span) -> int:
    """Words between two spans; 0 where they touch or overlap."""
    return max(0, one[0] - other[1], other[0] - one[1])


def nearest(span: Span, others: Iterable[Span]) -> Span | None:
    """The span closest to `span`."""
    return min(others, key=lambda other: distance(span, other), default=None)


def _inside(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
