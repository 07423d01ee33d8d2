"""A sign of harm, `concern` or `urgent`: believe, thank, and offer an adult, unless that was done already."""

from __future__ import annotations

from bot.dialogue import onward
from bot.dialogue.adult import agreement, waiting
from bot.dialogue.own import pause
from bot.dialogue.responses import response
from bot.dialogue.risk.sums import adds_up
from bot.dialogue.scene import Scene
from escalation.case import Stage
from nlu.understanding import Risk


def sign_of_harm(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    """Answer what was told, from where the talk about an adult stands."""
    stage = scene.turn.case.stage if scene.turn.case else None
    offer = scene.state.offer
    if stage is Stage.WAITING:
        _while_waiting(scene, risk, raised_by)
    elif agreement.in_agreement(scene) and offer and risk.level <= offer.level and not pause.hides(scene):
        _more_was_said(scene, risk, raised_by)
        agreement.keep_open(scene)
    elif scene.state.refused_level >= risk.level:
        _after_a_no(scene, risk, raised_by)
    else:
        agreement.offer_for(scene, risk, raised_by)


def sum_is_answered(scene: Scene, risk: Risk) -> bool:
    """Whether only a sum of small signs is one of harm, and an adult is offered, refused or on the way for it already."""
    return adds_up(risk) and (scene.waiting or agreement.in_agreement(scene) or scene.state.refused_level >= risk.level)


def _while_waiting(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    hidden = pause.hides(scene)
    _more_was_said(scene, risk, raised_by)
    if hidden:
        pause.ask(scene)
    else:
        waiting.note(scene, risk.level)


def _after_a_no(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    """They said no before: believe, help, keep the offer open, ask once more at most."""
    if scene.state.asked_again:
        _more_was_said(scene, risk, raised_by)
        onward.speak(scene, "consent.still_open")
    elif pause.hides(scene):
        scene.state.asked_again = True
        agreement.offer_for(scene, risk, raised_by)
    else:
        _more_was_said(scene, risk, raised_by)
        agreement.ask_again(scene)


def _more_was_said(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    agreement.notice_more(scene, risk, raised_by)
    scene.say(response(scene, risk))
