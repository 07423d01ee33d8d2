"""What age and law ask for, whatever was agreed: an age said in passing, sexual activity under 13, a position of trust."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.events import AdultOffered, AgeBandChosen, EmergencyRaised, LeadFlagged
from bot.dialogue.scene import Scene
from nlu.understanding import Level, Risk

BANDS = ("under_13", "13_15", "16_17", "18_25", "unknown")
"""Age bands, the youngest first; somebody of unknown age may become any of them by what they say."""


def age_said(scene: Scene, risk: Risk) -> None:
    """An age in free text can lower the band, never raise it (S28)."""
    for band in BANDS[:3]:
        if f"says_{band}" in risk.flags and BANDS.index(band) < BANDS.index(scene.person.age_band):
            scene.did(AgeBandChosen(band))
            scene.set_person(age_band=band)
            return


def at_least(scene: Scene, risk: Risk) -> Risk:
    """Sexual activity under 13 always counts as a sign of harm; a question is not activity (S20)."""
    if not _under_13_activity(scene, risk):
        return risk
    subject = risk.subject if risk.evidence else "self"
    return replace(risk, level=max(risk.level, Level.CONCERN), categories=risk.categories or ("sexual_abuse",), subject=subject)


def flag(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    """What reaches the safeguarding lead whatever was agreed."""
    reasons = [
        reason
        for reason, holds in (
            ("under_13", _under_13_activity(scene, risk)),
            ("position_of_trust", "position_of_trust" in risk.flags and risk.level >= Level.CONCERN),
        )
        if holds
    ]
    if reasons and scene.turn.case is None and not any(isinstance(event, AdultOffered | EmergencyRaised) for event in scene.events):
        scene.did(AdultOffered(risk.level, risk.categories, risk.subject, risk.flags, raised_by))
    for reason in reasons:
        scene.did(LeadFlagged(reason))


def _under_13_activity(scene: Scene, risk: Risk) -> bool:
    nobody = risk.evidence and risk.subject == "general"
    return "sexual_activity" in risk.flags and scene.person.age_band == "under_13" and not nobody
