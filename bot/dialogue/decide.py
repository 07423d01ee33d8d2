"""One decision: what has come in, and what the bot does about it. Risk comes first, always.

`decide` is pure and total: every turn gets an outcome, whether or not the intent service answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from bot.dialogue import agreement, emergency, guidance, presses, topics
from bot.dialogue.events import AdultOffered, AgeBandChosen, EmergencyRaised, LeadFlagged, PassedOn
from bot.dialogue.presses import press
from bot.dialogue.scene import Heard, Outcome, Scene, Turn, together
from bot.dialogue.state import Conversation
from escalation.case import Stage
from escalation.context import Service
from nlu.understanding import Level, Risk, Understanding

SURE = 0.45
"""From this confidence on, a topic is answered straight away; below it the nearest topics are offered."""

SURE_IN_LIVE_CHAT = 0.9
CHECK_IN_EVERY = 4
"""Turns between two check-ins, so that the bot does not nag."""

LEVEL_BY_AGE = {"under_13": 0, "13_15": 1, "16_17": 2, "18_25": 3, "unknown": 4}


def decide(turn: Turn, conversation: Conversation, service: Service) -> Outcome:
    """What happens in this turn."""
    scene = Scene.open(turn, conversation, service)
    returning = _after_a_pause(scene)
    for texts, group in _grouped(turn.heard):
        if texts:
            _words_came(scene, group, returning)
        else:
            press(scene, group[0], returning)
    scene.state.last_at = turn.now
    return Outcome(scene.state, tuple(scene.events))


def _grouped(heard: tuple[Heard, ...]) -> Iterator[tuple[bool, list[Heard]]]:
    """Messages sent in a burst together, buttons one by one; the same button tapped twice counts once."""
    for texts, run in groupby(heard, key=lambda one: one.kind != "button"):
        if texts:
            yield True, list(run)
        else:
            for one in {one.text: one for one in run}.values():
                yield False, [one]


def _after_a_pause(scene: Scene) -> bool:
    """Whether they come back after a pause to a conversation that should not show at a glance (S77)."""
    if scene.state.behind_carry_on:
        return True
    last = scene.state.last_at
    if not scene.state.private_matter or last is None:
        return False
    return (scene.turn.now - last).total_seconds() > scene.service.policy.pause_minutes * 60


def _words_came(scene: Scene, heard: list[Heard], returning: bool) -> None:
    words = [one for one in heard if one.text.strip()]
    if not words:
        _no_words(scene, heard[-1], returning)
        return
    understood, raised_by = together(words)
    for one in words:
        scene.state.remember(one.understood.risk.signs)
    text = "\n".join(one.text for one in words)
    if any(one.kind == "media" for one in heard) and not scene.live:
        scene.say(scene.words("conversation.media"))
    _age_said(scene, understood.risk)
    risk = _with_duties(scene, understood.risk)
    if risk.level is Level.IMMEDIATE:
        _pass_on(scene, text)
        emergency.raise_it(scene, risk, raised_by)
    elif scene.live:
        _in_live_chat(scene, text, understood, risk, raised_by)
        if returning:
            _ask_to_carry_on(scene)
    elif _withdraws(scene, understood, SURE):
        agreement.withdraw(scene)
    elif scene.state.question == "write_summary":
        agreement.summary_written(scene, text)
    elif risk.level >= Level.CONCERN:
        _sign_of_harm(scene, risk, raised_by)
    elif returning and not _clear_question(scene, understood):
        _ask_to_carry_on(scene)
    elif not presses.answered_in_words(scene, text, understood):
        _no_sign_of_harm(scene, understood, text, raised_by)
    _duties(scene, risk, raised_by)


def _no_words(scene: Scene, last: Heard, returning: bool) -> None:
    """A picture, a sticker, a start, an empty message: nothing to understand, but never nothing to say."""
    if scene.live:
        if last.kind == "media":
            scene.say(scene.words("conversation.media"))
    elif last.kind == "media":
        scene.speak("conversation.media")
    elif last.kind == "left":
        pass
    elif returning or (last.kind == "started" and scene.state.private_matter):
        _ask_to_carry_on(scene)
    elif last.kind in ("started", "command"):
        topics.command(scene, last.text)
    else:
        scene.speak("conversation.empty")


def _pass_on(scene: Scene, text: str) -> None:
    if scene.live:
        scene.did(PassedOn(text))


def _in_live_chat(scene: Scene, text: str, understood: Understanding, risk: Risk, raised_by: str | None) -> None:
    """A human has the conversation: the bot is silent (S60), still listens for risk, and hears a withdrawal."""
    if _withdraws(scene, understood, SURE_IN_LIVE_CHAT):
        agreement.withdraw(scene)
        return
    scene.did(PassedOn(text))
    if risk.level >= Level.CONCERN:
        agreement.notice_more(scene, risk, raised_by)
    if "emergency_number_asked" in risk.flags:
        scene.speak("emergency.while_live", urgent=True)


def _sign_of_harm(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    """`concern` or `urgent`: offer an adult, unless that was done already."""
    stage = scene.turn.case.stage if scene.turn.case else None
    if stage is Stage.WAITING:
        agreement.notice_more(scene, risk, raised_by)
        scene.say(agreement.response(scene, risk.categories, risk.subject, risk.level))
        agreement.waiting_note(scene)
    elif presses.in_agreement(scene) and scene.state.offer and risk.level <= scene.state.offer.level:
        agreement.notice_more(scene, risk, raised_by)
        scene.say(agreement.response(scene, risk.categories, risk.subject, risk.level))
        presses.ask_open_question(scene)
    elif scene.state.refused_level >= risk.level:
        _after_a_no(scene, risk, raised_by)
    else:
        agreement.offer_for(scene, risk, raised_by)


def _after_a_no(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    """They said no before: believe, help, keep the offer open, ask once more at most."""
    agreement.notice_more(scene, risk, raised_by)
    scene.say(agreement.response(scene, risk.categories, risk.subject, risk.level))
    if scene.state.asked_again:
        scene.speak("consent.still_open")
    else:
        agreement.ask_again(scene)


def _no_sign_of_harm(scene: Scene, understood: Understanding, text: str, raised_by: str | None) -> None:
    _limits_first(scene, understood)
    risk = understood.risk
    if "emergency_number_asked" in risk.flags:
        emergency.numbers(scene)
    elif "wants_person" in risk.flags:
        topics.wants_person(scene, risk, raised_by)
    elif "other_language" in risk.flags:
        scene.speak("conversation.language")
    elif risk.level is Level.WORRY:
        _worry(scene, understood, raised_by)
    elif (topic := topics.short_word(scene, text)) or understood.confidence >= SURE:
        topics.answer(scene, topic or understood.topic or "", risk, raised_by)
    else:
        guidance.not_understood(scene, understood.ranking)


def _worry(scene: Scene, understood: Understanding, raised_by: str | None) -> None:
    """Unclear: guidance and a gentle check-in; the answer decides."""
    if understood.risk.categories[:1] == ("suicide",) and not scene.state.suicide_asked:
        emergency.ask_about_suicide(scene, raised_by)
        return
    topic = understood.topic if understood.confidence >= SURE and topics.is_guidance(scene, understood.topic) else None
    recently = scene.state.last_check_in and scene.state.turn - scene.state.last_check_in < CHECK_IN_EVERY
    if recently and topic and guidance.show_topic(scene, topic):
        return
    if topic:
        guidance.begin_topic(scene, topic)
    scene.state.last_check_in = scene.state.turn
    scene.ask("check_in", "conversation.check_in")


def _limits_first(scene: Scene, understood: Understanding) -> None:
    """What is private and what is not comes before the first answer (S10)."""
    if not scene.state.told_limits and understood.topic != "greet":
        scene.state.told_limits = True
        scene.say(scene.words("conversation.limits_short"))


def _ask_to_carry_on(scene: Scene) -> None:
    scene.state.behind_carry_on = True
    scene.speak("conversation.carry_on")


def _clear_question(scene: Scene, understood: Understanding) -> bool:
    return understood.confidence >= SURE and topics.is_guidance(scene, understood.topic)


def _withdraws(scene: Scene, understood: Understanding, sure: float) -> bool:
    if scene.turn.case is None and not presses.in_agreement(scene):
        return False
    said = understood.topic == "withdraw_consent" and understood.confidence >= sure
    return said or "withdraws" in understood.risk.flags


def _age_said(scene: Scene, risk: Risk) -> None:
    """An age in free text can lower the band, never raise it (S28)."""
    for band in ("under_13", "13_15", "16_17"):
        if f"says_{band}" in risk.flags and LEVEL_BY_AGE[band] < LEVEL_BY_AGE[scene.person.age_band]:
            scene.did(AgeBandChosen(band))
            scene.set_person(age_band=band)
            return


def _with_duties(scene: Scene, risk: Risk) -> Risk:
    """Sexual activity under 13 always counts as a sign of harm; a question is not activity (S20)."""
    if _under_13_activity(scene, risk) and risk.level < Level.CONCERN:
        return Risk(Level.CONCERN, risk.categories or ("sexual_abuse",), risk.subject, risk.evidence, risk.signs, risk.flags)
    return risk


def _duties(scene: Scene, risk: Risk, raised_by: str | None) -> None:
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
    return "sexual_activity" in risk.flags and scene.person.age_band == "under_13" and risk.subject != "general"
