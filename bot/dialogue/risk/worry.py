"""A worry without a sign of harm: guidance, and a gentle check-in whose answer decides."""

from __future__ import annotations

from bot.dialogue import guidance, onward
from bot.dialogue.adult import agreement, waiting
from bot.dialogue.meanings import SURE
from bot.dialogue.risk import emergency
from bot.dialogue.scene import Scene
from nlu.understanding import Understanding

CHECK_IN_EVERY = 4
"""Turns between two check-ins, so that the bot does not nag."""


def answer(scene: Scene, understood: Understanding, raised_by: str | None) -> None:
    """Unclear: guidance and a gentle check-in; the answer decides."""
    if understood.risk.categories[:1] == ("suicide",) and not scene.state.suicide_asked:
        emergency.ask_about_suicide(scene, raised_by)
    elif scene.waiting:
        _while_they_wait(scene, understood)
    elif agreement.in_agreement(scene):
        _while_an_adult_is_offered(scene)
    else:
        _check_in(scene, understood)


def _while_they_wait(scene: Scene, understood: Understanding) -> None:
    """What was asked gets its answer too, and then how it stands."""
    if topic := _new_guidance(scene, understood):
        guidance.begin_topic(scene, topic)
    else:
        scene.say(scene.words("conversation.thanks_for_telling"))
    waiting.note(scene)


def _check_in(scene: Scene, understood: Understanding) -> None:
    if scene.state.last_check_in and scene.state.turn - scene.state.last_check_in < CHECK_IN_EVERY:
        topic = _new_guidance(scene, understood)
        if topic is None or not guidance.show_topic(scene, topic):
            onward.with_ideas(scene, "conversation.worry_again")
        return
    begin_what_is_asked(scene, understood)
    scene.state.last_check_in = scene.state.turn
    scene.ask("check_in", "conversation.check_in")


def begin_what_is_asked(scene: Scene, understood: Understanding) -> None:
    if topic := _new_guidance(scene, understood):
        guidance.begin_topic(scene, topic)


def _new_guidance(scene: Scene, understood: Understanding) -> str | None:
    """The guidance that was asked for, unless it is being read already: nobody wants the same words again."""
    place, topic = scene.state.place, understood.topic
    sure = understood.confidence >= SURE and guidance.is_guidance(scene, topic)
    return topic if sure and not (place and place.topic == topic) else None


def _while_an_adult_is_offered(scene: Scene) -> None:
    """The offer stays open; worry about somebody else is answered for what it is, once."""
    told = f"begun/{onward.FRIEND}"
    if onward.about(scene) == onward.FRIEND and told not in scene.state.responded:
        scene.state.responded = [*scene.state.responded, told]
        guidance.begin_topic(scene, onward.FRIEND)
    else:
        scene.say(scene.words("conversation.thanks_for_telling"))
    agreement.keep_open(scene)
