"""How it stands while an adult is on the way to the chat: the truth, and the time that the record holds as promised."""

from __future__ import annotations

from datetime import datetime

from bot.dialogue.scene import Scene
from nlu.understanding import Level

WAITING = "waiting"
"""Kept among what was said to them: how it stands is not told in the same words twice."""


def note(scene: Scene, level: Level = Level.NONE) -> None:
    """Say it. `level` is that of what was just said: something graver makes it quicker."""
    case, promised = scene.turn.case, promised_by(scene)
    again = "_again" if WAITING in scene.state.responded else ""
    scene.state.responded = list(dict.fromkeys((*scene.state.responded, WAITING)))
    if scene.adult() is None:
        scene.speak(f"hand_over.waiting_note_nobody{again}")
    elif case is not None and level > max(case.level, Level.CONCERN):
        scene.speak(f"hand_over.waiting_note{again}", adult=scene.adult_name(), by=in_time(scene, level))
    elif promised:
        scene.speak(f"hand_over.waiting_note{again}", adult=scene.adult_name(), by=scene.clock(promised))
    else:
        _late(scene)


def _late(scene: Scene) -> None:
    """The time that was promised has passed, and the chain has owned up to it then: say how it stands, at length only once."""
    next_time = scene.next_time() or scene.words("hand_over.soon")[0]
    promised = scene.turn.case.promised_at if scene.turn.case else None
    if scene.immediate:
        scene.speak("hand_over.still_waiting_immediate", next_time=next_time)
    elif scene.state.owned_up_to != promised:
        scene.state.owned_up_to = promised
        scene.speak("hand_over.late_note")
    else:
        scene.say(scene.words("hand_over.late_note")[:1], scene.buttons(scene.service.library.message("hand_over.late_note").buttons))


def promised_by(scene: Scene) -> datetime | None:
    """The time promised to someone who waits, while it is still to come."""
    case = scene.turn.case
    if not scene.waiting or case is None or case.promised_at is None or case.promised_at <= scene.turn.now:
        return None
    return case.promised_at


def in_time(scene: Scene, level: Level) -> str:
    """By when an adult should be there, in words, if they are asked now."""
    return scene.clock_in(scene.turn.minutes_until_here(level))
