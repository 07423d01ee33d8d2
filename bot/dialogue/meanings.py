"""What a message may mean whatever was asked: a change of mind, somebody who came, an edit without anything new."""

from __future__ import annotations

import re

from bot.dialogue import guidance, onward
from bot.dialogue.scene import Heard, Scene
from nlu.understanding import Level, Understanding

SURE = 0.45
"""From this confidence on, a topic is answered straight away; below it the nearest topics are offered."""

SURE_IN_LIVE_CHAT = 0.9
"""The same where an adult has the conversation: what is not passed on to them is lost to them."""

SURE_AFTER_HARM = 0.7
"""The same once harm was told: what follows is most likely about that, so another topic is not taken for granted."""

SURE_OF_STOP = 0.8
"""From this confidence on, they want the bot to stop; below it, it may be something else that should stop."""


def answers(scene: Scene, understood: Understanding) -> bool:
    """Whether the topic is sure enough to be answered."""
    new = guidance.is_guidance(scene, understood.topic) and understood.topic != onward.about(scene)
    return understood.confidence >= (SURE_AFTER_HARM if new and onward.about(scene) else SURE)


def stop_of_what(understood: Understanding) -> bool:
    """Whether "stop" is likely, and not sure."""
    return understood.topic == "stop_messages" and SURE <= understood.confidence < SURE_OF_STOP


_ASKS_FOR_THE_ADULT = re.compile(r"\s*(?:is|are|when)\b.*\b(?:coming|here|there)\b", re.IGNORECASE)
"""Somebody who waits: "are they coming?" is not "they are coming"."""


def only_edited(scene: Scene, words: list[Heard], understood: Understanding) -> bool:
    """Whether they only changed what was answered already: nothing worrying in it, and no new question."""
    if understood.risk.level > Level.NONE or any(one.kind != "edited" for one in words):
        return False
    place = scene.state.place
    return understood.confidence < SURE or (place is not None and place.topic == understood.topic)


def somebody_came(scene: Scene, understood: Understanding, sure: float) -> bool:
    """Said outright; words such as "have to go" count unless they clearly belong to a question about something else."""
    if scene.waiting and any(_ASKS_FOR_THE_ADULT.match(one.text) for one in scene.turn.heard):
        return False
    if understood.topic == "cant_talk_now" and understood.confidence >= sure:
        return True
    asks = understood.confidence >= SURE and guidance.is_guidance(scene, understood.topic)
    return "someone_here" in understood.risk.flags and not asks


def sure(scene: Scene) -> float:
    """From which confidence on a few words are a change of mind, or say that somebody came."""
    return SURE_IN_LIVE_CHAT if scene.live else SURE


def withdraws(scene: Scene, understood: Understanding) -> bool:
    """A change of mind, or "I was joking": one answer for all, whether or not there is anything to take back (S78).

    An adult who has the conversation reads "I told him to stop it" and "don't tell my mum, but he hits me" too: words that tell
    of harm, or that the model reads otherwise, end that conversation only where a change of mind is sure.
    """
    topic = "withdraw_consent"
    said = understood.topic == topic and understood.confidence >= sure(scene)
    otherwise = scene.live and (understood.risk.level > Level.NONE or understood.topic not in (None, topic))
    return said or ("withdraws" in understood.risk.flags and not otherwise)
