"""The phone may be in other hands: after a pause nothing tells of what was said before, until "Carry on" (S77)."""

from __future__ import annotations

from bot.dialogue import guidance
from bot.dialogue.scene import Scene

SHOWS_NOTHING = (
    *("thanks", "goodbye", "menu", "helplines", "chitchat", "are_you_human", "out_of_scope"),
    *("change_language", "delete_my_data", "stop_messages", "cant_talk_now"),
)
"""Conversation topics whose answer is the same for everyone."""

OPEN_WAYS = ("menu", "helplines", "areas", "theme_", "area_", "band_")


def notice(scene: Scene) -> None:
    """Whether they come back after a pause, or from another place, to a conversation that should not show at a glance."""
    last = scene.state.last_at
    if scene.person.kept_back or (scene.person.away and scene.state.private_matter):
        scene.state.go_behind()
    if not scene.state.private_matter or last is None:
        return
    if (scene.turn.now - last).total_seconds() > scene.service.policy.pause_minutes * 60:
        scene.state.go_behind()


def ask(scene: Scene) -> None:
    """One neutral question, which says nothing about what was written."""
    scene.state.go_behind()
    scene.speak("conversation.carry_on")


def hides(scene: Scene) -> bool:
    """Whether what was said before is kept from view now."""
    return scene.state.behind_carry_on and not scene.state.asked_since_the_pause


def shows_nothing(scene: Scene, topic: str | None) -> bool:
    """Whether this topic can be answered without telling of anything that was said before."""
    if topic == "talk_to_person":
        return scene.turn.case is None
    return topic in SHOWS_NOTHING or guidance.is_guidance(scene, topic)


def button_shows_nothing(scene: Scene, kind: str, name: str) -> bool:
    """The same of a button."""
    if kind == "topic":
        return shows_nothing(scene, name)
    return kind == "go" or (kind == "do" and name.startswith(OPEN_WAYS))
