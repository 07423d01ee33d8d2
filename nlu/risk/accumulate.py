"""Weak signs over a conversation: nothing each, something together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlu.risk.policy import RiskPolicy
from nlu.understanding import Evidence, Level, Sign, Source


@dataclass(frozen=True)
class Accumulated:
    """What the signs of this and earlier messages come to."""

    level: Level = Level.NONE
    categories: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def accumulate(earlier: Sequence[Sequence[Sign]], now: Sequence[Sign], policy: RiskPolicy) -> Accumulated:
    """Add up distinct signs; older ones weigh less. `earlier` is oldest first, and evidence keeps its indices.

    A conversation whose latest message adds no sign stays as it was judged before: nothing is raised again.
    """
    if not now:
        return Accumulated()
    looked_at = list(enumerate(earlier))[-policy.signs.messages or len(earlier) :] if policy.signs.messages else []
    latest: dict[str, tuple[Sign, int | None, float]] = {}
    for index, signs in looked_at:
        weight = policy.signs.fade ** (len(earlier) - index)
        latest.update({sign.id: (sign, index, weight) for sign in signs})
    latest.update({sign.id: (sign, None, 1.0) for sign in now})
    if len(latest) < policy.signs.fewest or sum(weight for _, _, weight in latest.values()) < policy.signs.concern:
        return Accumulated()
    evidence = tuple(_evidence(sign, index) for sign, index, _ in latest.values())
    return Accumulated(Level.CONCERN, _by_weight(list(latest.values())), evidence)


def _evidence(sign: Sign, index: int | None) -> Evidence:
    source: Source = "lexicon" if index is None else "history"
    why = f"{sign.why}: one of several signs that add up"
    return Evidence(sign.start, sign.end, source, why, Level.CONCERN, sign.category, index)


def _by_weight(signs: list[tuple[Sign, int | None, float]]) -> tuple[str, ...]:
    weights: dict[str, float] = {}
    for sign, _, weight in signs:
        weights[sign.category] = weights.get(sign.category, 0) + weight
    return tuple(sorted(weights, key=lambda category: -weights[category]))
