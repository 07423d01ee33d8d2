"""How it stands while an adult is on the way to the chat: the truth, and the time that the record holds as promised."""

from __future__ import annotations

from datetime import datetime

from bot.dialogue.scene import Scene
from nlu.understanding import Level


def note(scene: Scene, level: Level = Level.NONE) -> None:
    """Say it. `level` is that of what was just said: something graver makes it quicker."""
    case, promised = scene.turn.case, promised_by(scene)
    if case is not None and level > max(case.level, Level.CONCERN) and scene.adult():
        scene.speak("hand_over.waiting_note", adult=scene.adult_name(), by=in_time(scene, level))
    elif promised:
        scene.speak("hand_over.waiting_note", adult=scene.adult_name(), by=scene.clock(promised))
    elif scene.adult():
        late = "hand_over.still_waiting_immediate" if scene.immediate else "hand_over.still_waiting"
        scene.speak(late, next_time=scene.next_time() or scene.words("hand_over.soon")[0])
    else:
        scene.speak("hand_over.waiting_note_nobody")


def promised_by(scene: Scene) -> datetime | None:
    """The time promised to someone who waits, while it is still to come."""
    case = scene.turn.case
    if not scene.waiting or case is None or case.promised_at is None or case.promised_at <= scene.turn.now:
        return None
    return case.promised_at


def in_time(scene: Scene, level: Level) -> str:
    """By when an adult should be there, in words, if they are asked now."""
    return scene.clock_in(scene.service.policy.promise_minutes[max(level, Level.CONCERN).id])
