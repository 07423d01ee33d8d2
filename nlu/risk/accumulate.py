"""Weak signs over a conversation: nothing each, something together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.risk.policy import RiskPolicy
from nlu.understanding import Evidence, Level, Risk, Sign

Kinds = Mapping[str, tuple[str, str]]
"""Category and reason of each weak sign, by its id."""

WORRIES = "worries"
"""Id of the mark on a message that is a worry or graver by itself. It adds nothing to the sum of the signs; it makes us believe sooner
that the conversation as a whole is one of harm."""


def worries(text: str, alone: Risk) -> tuple[Sign, ...]:
    """The mark of a message that is a worry or graver by itself; none for others."""
    if alone.level is Level.NONE:
        return ()
    category = alone.categories[0] if alone.categories else "mental_health_crisis"
    return (Sign(WORRIES, category, "is a worry by itself", 0, len(text), "model"),)


@dataclass(frozen=True)
class Accumulated:
    """What the signs of this and earlier messages come to."""

    level: Level = Level.NONE
    categories: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def signs_in(text: str, seen: Sequence[Sign], scores: Mapping[str, float], kinds: Kinds, policy: RiskPolicy) -> tuple[Sign, ...]:
    """The weak signs of one message: those that phrases saw and the model does not rule out, and those that it reads there."""
    kept = [sign for sign in seen if scores.get(sign.id, 1) >= policy.signs.doubts_below]
    there = {sign.id for sign in kept}
    read = [id for id, score in scores.items() if score >= policy.signs.model and id in kinds and id not in there]
    return (*kept, *(Sign(id, *kinds[id], 0, len(text), "model") for id in read))


def accumulate(
    earlier: Sequence[Sequence[Sign]], now: Sequence[Sign], policy: RiskPolicy, standing: bool = False, together: float | None = None
) -> Accumulated:
    """Add up distinct signs; older ones weigh less. `earlier` is oldest first, and evidence keeps its indices.

    `together` is the model's reading of the conversation as a whole, where there is one: if it is sure, fewer signs are enough, and if
    it is sure of the contrary, signs alone are not. It need be less sure where one of the messages is a worry by itself.
    A conversation whose latest message adds no sign stays as it was judged before, and nothing is raised again, unless `standing`
    asks what all of it comes to.
    """
    if not (now or standing):
        return Accumulated()
    latest: dict[str, tuple[Sign, int | None, float]] = {}
    for index, signs in _looked_at(earlier, policy):
        faded = policy.signs.fade ** (len(earlier) - index)
        latest.update({sign.id: (sign, index, faded * policy.signs.fade_day**sign.days_ago * _weight(sign, policy)) for sign in signs})
    latest.update({sign.id: (sign, None, _weight(sign, policy)) for sign in now})
    worried = latest.pop(WORRIES, None) is not None
    weight = sum(weight for _, _, weight in latest.values())
    if not _enough(len(latest), weight, together, worried, policy):
        return Accumulated()
    evidence = tuple(_evidence(sign, index) for sign, index, _ in latest.values())
    return Accumulated(Level.CONCERN, _by_weight(list(latest.values())), evidence)


def may_add_up(earlier: Sequence[Sequence[Sign]], now: Sequence[Sign], policy: RiskPolicy) -> bool:
    """Whether the model's reading of the conversation as a whole could make a difference: without it, nothing needs it to be asked."""
    before = (signs for _, signs in _looked_at(earlier, policy))
    different = {sign.id for signs in (*before, now) for sign in signs} - {WORRIES}
    return bool(now) and len(different) >= min(policy.signs.fewest, policy.signs.together_fewest)


def _looked_at(earlier: Sequence[Sequence[Sign]], policy: RiskPolicy) -> list[tuple[int, Sequence[Sign]]]:
    return list(enumerate(earlier))[-policy.signs.messages :] if policy.signs.messages else []


def _enough(signs: int, weight: float, together: float | None, worried: bool, policy: RiskPolicy) -> bool:
    sure = policy.signs.together_beside_worry if worried else policy.signs.together
    if together is not None and together >= sure:
        return signs >= policy.signs.together_fewest
    doubted = together is not None and together < policy.signs.together_doubts_below
    return not doubted and signs >= policy.signs.fewest and weight >= policy.signs.concern


def _weight(sign: Sign, policy: RiskPolicy) -> float:
    return policy.signs.weights.get(sign.id, 1.0) * (policy.signs.model_weight if sign.source == "model" else 1.0)


def _evidence(sign: Sign, index: int | None) -> Evidence:
    why = f"{sign.why}: one of several signs that add up"
    return Evidence(sign.start, sign.end, sign.source if index is None else "history", why, Level.CONCERN, sign.category, index)


def _by_weight(signs: list[tuple[Sign, int | None, float]]) -> tuple[str, ...]:
    weights: dict[str, float] = {}
    for sign, _, weight in signs:
        weights[sign.category] = weights.get(sign.category, 0) + weight
    return tuple(sorted(weights, key=lambda category: -weights[category]))
