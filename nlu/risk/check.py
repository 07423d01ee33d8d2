"""What phrases and clues say of one message."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from content.editorial.clues import HEADS
from content.editorial.phrases import Group
from nlu.risk.age import age_flags
from nlu.risk.chains import Span
from nlu.risk.clues import Clues, Points
from nlu.risk.context import Context, nearest
from nlu.risk.lexicon import Found, Lexicon
from nlu.risk.policy import RiskPolicy
from nlu.risk.subject import subject_of
from nlu.understanding import Evidence, Level, Risk, Sign, Subject

_JOINED_WITHIN = 8
"""A needed phrase this near is shown together with the phrase it explains."""

ADULTS = "18_25"
"""The one age band with which a phrase may come to something else than with any other."""

Seen = list[tuple[Evidence, Subject]]


@dataclass(frozen=True)
class Checker:
    """Phrases, clues and the policy that weighs them: all that a check needs."""

    lexicon: Lexicon
    clues: Clues
    policy: RiskPolicy

    def check(self, text: str, age_band: str = "unknown") -> Risk:
        """The risk that phrases and clues show in `text`."""
        found = self.lexicon.find(self.lexicon.read(text))
        context = Context(found, self.lexicon.question)
        points = self.clues.count(found.stream.forms)
        seen: Seen = []
        signs: dict[str, Sign] = {}
        flags = set(age_flags(found.stream.normalised.text))
        for category, group, span in holding(self.lexicon, found, context):
            if group.flag:
                flags.add(group.flag)
            elif group.sign:
                signs.setdefault(group.id, Sign(group.id, category, group.why, *found.stream.span(*span)))
            else:
                meant = context.level(group, span, _level(group, age_band))
                level = meant if group.doubt == "keeps" else self._weighed(meant, points)
                subject = subject_of(found, group, span, points.about_other)
                doubted = level < Level.CONCERN <= meant
                evidence = _evidence(found, group, span, level)
                evidence = replace(evidence, doubted=doubted, beyond_doubt=group.doubt == "keeps")
                seen += [(replace(evidence, category=each), subject) for each in (category, *group.also)]
        seen += self._from_clues(found, context, points, max((item.level for item, _ in seen), default=Level.NONE))
        return _risk(seen, tuple(signs.values()), frozenset(flags))

    def _weighed(self, level: Level, points: Points) -> Level:
        clues = self.policy.clues
        doubted = points.heads["concern"] < clues.doubts_below and len(points.places) >= clues.doubts_from
        # Clues come from messages that mostly lack the plain words: they know too little of "I took an overdose" to doubt it.
        return min(level, Level.WORRY) if doubted and level < Level.IMMEDIATE else level

    def _from_clues(self, found: Found, context: Context, points: Points, phrases: Level) -> Seen:
        level = max((Level.of(head) for head in HEADS if points.heads[head] >= getattr(self.policy.clues, head)), default=Level.NONE)
        if level <= phrases or not points.categories:
            return []
        category = points.categories[0][0]
        why = f"has several of the words in which young people tell of {self.policy.plain[category]}"
        evidence = Evidence(*found.stream.span(*_fullest(context, points)), "lexicon", why, level, category)
        return [(evidence, "other" if points.about_other else "self")]


def holding(lexicon: Lexicon, found: Found, context: Context) -> list[tuple[str, Group, Span]]:
    """Category, group and first place of every group that is there and that the context lets stand."""
    holds = []
    for id in lexicon.groups_in(found):
        category, group = lexicon.groups[id]
        first = next((span for span in found.spans(f"phrases:{id}") if context.holds(group, span)), None)
        if first is not None:
            holds.append((category, group, first))
    return holds


def _level(group: Group, age_band: str) -> Level:
    chosen = group.level_18_25 if age_band == ADULTS and group.level_18_25 else group.level
    return Level.of(chosen or "none")


def _fullest(context: Context, points: Points) -> Span:
    """The sentence whose clues have the most points."""
    sentences = context.sentences()
    return max(sentences, key=lambda sentence: sum(points.places[sentence[0] : sentence[1]]))


def _evidence(found: Found, group: Group, span: Span, level: Level) -> Evidence:
    start, end = span
    for part in ("needs", "needs_also"):
        other = nearest(span, found.spans(f"{part}:{group.id}"))
        if other and max(end, other[1]) - min(start, other[0]) <= _JOINED_WITHIN + (span[1] - span[0]):
            start, end = min(start, other[0]), max(end, other[1])
    return Evidence(*found.stream.span(start, end), "lexicon", group.why, level)


def _risk(seen: Seen, signs: tuple[Sign, ...], flags: frozenset[str]) -> Risk:
    if not seen:
        return Risk(signs=signs, flags=flags)
    ranked = sorted(seen, key=lambda item: (-item[0].level, item[0].start))
    level = ranked[0][0].level
    subjects = Counter(subject for item, subject in ranked if item.level == level)
    categories = tuple(dict.fromkeys(item.category for item, _ in ranked if item.category))
    return Risk(level, categories, subjects.most_common(1)[0][0], tuple(item for item, _ in ranked), signs, flags)
