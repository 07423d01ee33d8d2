"""Phrases and model make the risk in one message, and history adds to it, by the organisation's policy."""

from __future__ import annotations

import re
from dataclasses import replace

from nlu.risk.accumulate import Accumulated
from nlu.risk.policy import RiskPolicy, Thresholds
from nlu.understanding import Evidence, Level, Risk, RiskScores, Subject

_SENTENCE = re.compile(r"[^.!?\n]*[^.!?\n\s][^.!?\n]*[.!?]*")
_FROM_16 = frozenset({"16_17", "18_25"})


def merge(text: str, risk: Risk, scores: RiskScores | None, age_band: str, policy: RiskPolicy) -> Risk:
    """The risk in one message from what the phrases saw and what the model reads (`None` when it did not answer)."""
    band = youngest(age_band, risk.flags)
    merged = risk if scores is None else _with_model(text, risk, scores, band, policy)
    certain = scores is None or scores.at_least.get("concern", 0) >= policy.flags_doubted_below or _tells_of_harm(risk)
    return _with_flags(merged, risk, band, certain, policy)


def with_history(risk: Risk, history: Accumulated) -> Risk:
    """The risk in a message together with what earlier ones and it come to."""
    if history.level <= risk.level:
        return risk
    categories = tuple(dict.fromkeys((*history.categories, *risk.categories)))
    subject: Subject = risk.subject if risk.evidence else "self"
    return replace(risk, level=history.level, categories=categories, subject=subject, evidence=risk.evidence + history.evidence)


def youngest(age_band: str, flags: frozenset[str]) -> str:
    """The age band after what the writer says of their age: it may lower the band, never raise it."""
    bands = ("under_13", "13_15", "16_17", "18_25")
    said = [band for band in bands if f"says_{band}" in flags]
    if age_band not in bands:
        return said[0] if said else age_band
    return min((age_band, *said), key=bands.index)


def _with_model(text: str, risk: Risk, scores: RiskScores, band: str, policy: RiskPolicy) -> Risk:
    factor = policy.model.from_16 if band in _FROM_16 else 1.0
    level = _read(scores, policy.model.beside(risk.level), factor)
    if level < Level.CONCERN and (_both_see_it(risk, scores, policy) or _sure_which(scores, factor, policy)):
        level = Level.CONCERN
    level = max((level, *(item.level for item in risk.evidence if item.beyond_doubt)))
    if level is Level.NONE:
        return Risk(signs=risk.signs, flags=risk.flags)
    named = _named(scores, policy)
    evidence = risk.evidence
    if level > risk.level:
        start, end = _carrying(text, risk)
        evidence = (Evidence(start, end, "model", _why(named, policy), level, named[0] if named else None), *evidence)
    categories = tuple(dict.fromkeys((*named, *risk.categories)))
    return replace(risk, level=level, categories=categories, subject=_subject(risk, scores, policy), evidence=evidence)


def _tells_of_harm(risk: Risk) -> bool:
    """Whether a phrase says so, doubted or not."""
    return any(item.doubted or item.level >= Level.CONCERN for item in risk.evidence)


def _sure_which(scores: RiskScores, factor: float, policy: RiskPolicy) -> bool:
    """Whether the model is sure which harm it is: to believe that it is one, it needs no phrase beside it."""
    sure = max(scores.categories.values(), default=0.0) >= policy.model.category_sure
    return sure and scores.at_least.get("concern", 0) >= factor * policy.model.phrases_worry.concern


def _both_see_it(risk: Risk, scores: RiskScores, policy: RiskPolicy) -> bool:
    """Whether phrases tell of harm and the model reads at least a worry: each too unsure alone, together they are a concern.

    A phrase that clues doubt counts only where the model reads the same harm; one that they don't is believed sooner there.
    """
    worry, clues = scores.at_least.get("worry", 0), policy.clues
    same = [item for item in risk.evidence if scores.categories.get(item.category or "", 0) >= clues.agree_category]
    if any(item.level >= Level.CONCERN for item in same) and worry >= clues.agree_worry_same:
        return True
    told = risk.level >= Level.CONCERN or any(item.doubted for item in same)
    return told and worry >= clues.agree_worry


def _read(scores: RiskScores, thresholds: Thresholds, factor: float) -> Level:
    reached = [level for level in list(Level)[1:] if scores.at_least.get(level.id, 0) >= factor * getattr(thresholds, level.id)]
    return max(reached, default=Level.NONE)


def _named(scores: RiskScores, policy: RiskPolicy) -> list[str]:
    """The likeliest category, and what else is likely."""
    ranked = sorted(scores.categories, key=lambda name: -scores.categories[name])[: policy.model.most_categories]
    return [name for place, name in enumerate(ranked) if place == 0 or scores.categories[name] >= policy.model.category]


def _subject(risk: Risk, scores: RiskScores, policy: RiskPolicy) -> Subject:
    subjects: tuple[Subject, ...] = ("self", "other", "general")
    best = max(subjects, key=lambda subject: scores.subject.get(subject, 0))
    if risk.evidence and scores.subject.get(best, 0) < policy.model.subject:
        return risk.subject
    return best


def _why(named: list[str], policy: RiskPolicy) -> str:
    return f"reads like messages in which young people tell of {policy.plain[named[0]] if named else 'something that hurts them'}"


def _carrying(text: str, risk: Risk) -> tuple[int, int]:
    sentences = [match.span() for match in _SENTENCE.finditer(text)] or [(0, len(text))]
    seen = [(item.start, item.end) for item in risk.evidence if item.message is None] + [(sign.start, sign.end) for sign in risk.signs]
    carrying = [span for span in sentences if any(span[0] < end and start < span[1] for start, end in seen)] or sentences
    start, end = carrying[0][0], carrying[-1][1]
    return start + len(text[start:end]) - len(text[start:end].lstrip()), end


def _with_flags(risk: Risk, phrases: Risk, band: str, certain: bool, policy: RiskPolicy) -> Risk:
    rules = {**(policy.flags if certain else {}), **(policy.under_13 if band == "under_13" else {})}
    raised = max((Level.of(level) for flag, level in rules.items() if flag in risk.flags), default=Level.NONE)
    return replace(risk if risk.evidence else phrases, level=raised) if raised > risk.level else risk
