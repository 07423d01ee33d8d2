"""The lexicon's answer to one message."""

from __future__ import annotations

from collections import Counter

from content.editorial.phrases import Group
from nlu.risk.age import age_flags
from nlu.risk.context import Context, nearest
from nlu.risk.chains import Span
from nlu.risk.lexicon import Found, Lexicon
from nlu.risk.subject import subject_of
from nlu.understanding import Evidence, Level, Risk, Sign, Subject

_JOINED_WITHIN = 8
"""A needed phrase this near is shown together with the phrase it explains."""


def check(lexicon: Lexicon, text: str, age_band: str = "unknown") -> Risk:
    """The risk that the phrases show in `text`."""
    found = lexicon.find(lexicon.read(text))
    context = Context(found, lexicon.question)
    evidence: list[tuple[Evidence, Subject]] = []
    signs: dict[str, Sign] = {}
    flags = set(age_flags(found.stream.normalised.text))
    for category, group, span in _holding(lexicon, found, context):
        if group.flag:
            flags.add(group.flag)
        elif group.sign:
            signs.setdefault(group.id, Sign(group.id, category, group.why, *found.stream.span(*span)))
        else:
            level = context.level(group, span, _level(group, age_band))
            evidence += [(_evidence(found, group, span, level, c), subject_of(found, group, span)) for c in (category, *group.also)]
    return _risk(evidence, tuple(signs.values()), frozenset(flags))


def _holding(lexicon: Lexicon, found: Found, context: Context) -> list[tuple[str, Group, Span]]:
    holding = []
    for part in found.parts:
        kind, _, id = part.partition(":")
        if kind == "phrases":
            category, group = lexicon.groups[id]
            first = next((span for span in found.spans(part) if context.holds(group, span)), None)
            if first is not None:
                holding.append((category, group, first))
    return holding


def _level(group: Group, age_band: str) -> Level:
    chosen = group.level_18_25 if age_band == "18_25" and group.level_18_25 else group.level
    return Level.of(chosen or "none")


def _evidence(found: Found, group: Group, span: Span, level: Level, category: str) -> Evidence:
    start, end = span
    for part in ("needs", "needs_also"):
        other = nearest(span, found.spans(f"{part}:{group.id}"))
        if other and max(end, other[1]) - min(start, other[0]) <= _JOINED_WITHIN + (span[1] - span[0]):
            start, end = min(start, other[0]), max(end, other[1])
    return Evidence(*found.stream.span(start, end), "lexicon", group.why, level, category)


def _risk(evidence: list[tuple[Evidence, Subject]], signs: tuple[Sign, ...], flags: frozenset[str]) -> Risk:
    if not evidence:
        return Risk(signs=signs, flags=flags)
    ranked = sorted(evidence, key=lambda item: (-item[0].level, item[0].start))
    level = ranked[0][0].level
    subjects = Counter(subject for item, subject in ranked if item.level == level)
    categories = tuple(dict.fromkeys(item.category for item, _ in ranked if item.category))
    return Risk(level, categories, subjects.most_common(1)[0][0], tuple(item for item, _ in ranked), signs, flags)
