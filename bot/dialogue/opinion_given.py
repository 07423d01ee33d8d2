"""After somebody said what they thought of a script: one short thank-you, and on."""

from __future__ import annotations

from bot.dialogue import guidance, onward, opinion
from bot.dialogue.scene import Scene


def answer(scene: Scene, turn: str, name: str) -> bool:
    """Take an answer. `False` where this is none, or the question is not open any more."""
    if not opinion.answered(scene, turn, name):
        return False
    if opinion.ANSWERS[name] == opinion.USEFUL:
        _useful(scene)
    else:
        _not_useful(scene)
    return True


def _useful(scene: Scene) -> None:
    place = scene.state.place
    if place is None or not guidance.go_on(scene, place, "conversation.opinion_yes"):
        scene.speak("conversation.opinion_yes")


def _not_useful(scene: Scene) -> None:
    """Another way to say it, a person, or helplines; and the rest of the guidance."""
    without = () if _can_be_simpler(scene) else ("do:simpler",)
    onward.with_ideas(scene, "conversation.opinion_no", without)


def _can_be_simpler(scene: Scene) -> bool:
    place = scene.state.place
    script = scene.script_begun(place.topic) if place else None
    step = script.steps.get(place.step) if script and place else None
    return step is not None and bool(step.easy) and not scene.person.easy_read
