"""What a message may mean whatever was asked: a change of mind, somebody who came, an edit without anything new."""

from __future__ import annotations

from bot.dialogue import guidance
from bot.dialogue.scene import Heard, Scene
from nlu.understanding import Level, Understanding

SURE = 0.45
"""From this confidence on, a topic is answered straight away; below it the nearest topics are offered."""


def only_edited(scene: Scene, words: list[Heard], understood: Understanding) -> bool:
    """Whether they only changed what was answered already: nothing worrying in it, and no new question."""
    if understood.risk.level > Level.NONE or any(one.kind != "edited" for one in words):
        return False
    place = scene.state.place
    return understood.confidence < SURE or (place is not None and place.topic == understood.topic)


def somebody_came(scene: Scene, understood: Understanding, sure: float) -> bool:
    """Said outright; words such as "have to go" count unless they clearly belong to a question about something else."""
    if understood.topic == "cant_talk_now" and understood.confidence >= sure:
        return True
    asks = understood.confidence >= SURE and guidance.is_guidance(scene, understood.topic)
    return "someone_here" in understood.risk.flags and not asks


def withdraws(understood: Understanding, sure: float) -> bool:
    """A change of mind, or "I was joking": one answer for all, whether or not there is anything to take back (S78)."""
    said = understood.topic == "withdraw_consent" and understood.confidence >= sure
    return said or "withdraws" in understood.risk.flags
