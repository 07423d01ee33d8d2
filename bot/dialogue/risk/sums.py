"""Small signs in several messages: what it means that only their sum is a sign of harm."""

from __future__ import annotations

from dataclasses import replace

from nlu.understanding import Level, Risk


def adds_up(risk: Risk) -> bool:
    """Whether nothing in the message alone is a sign of harm, only what was said before together with it."""
    return risk.level is Level.CONCERN and any(evidence.message is not None for evidence in risk.evidence)


def by_itself(risk: Risk) -> Risk:
    """The risk in the message alone, where only the sum is a sign of harm."""
    own = tuple(evidence for evidence in risk.evidence if evidence.message is None and evidence.level < Level.CONCERN)
    return replace(risk, level=max((evidence.level for evidence in own), default=Level.NONE), evidence=own)
