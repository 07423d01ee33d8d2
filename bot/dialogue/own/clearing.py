"""Clearing the chat: one neutral answer, whether or not a record is kept (S78)."""

from __future__ import annotations

from bot.dialogue.events import DeletionAsked
from bot.dialogue.scene import Scene
from bot.dialogue.state import Conversation


def ask(scene: Scene) -> None:
    """Shall I? What an app keeps is said where it is so."""
    here = "conversation.delete_ask_here" if scene.app.own_page else "apps.delete_ask"
    scene.ask("delete", "conversation.delete_ask" if scene.app.deletes_for else here)


def yes(scene: Scene) -> None:
    """Clear it."""
    scene.state.question = None
    scene.did(DeletionAsked())
    scene.state = _cleared(scene)
    scene.speak("conversation.delete_done")


def no(scene: Scene) -> None:
    """Leave it as it is."""
    scene.state.question = None
    scene.speak("conversation.delete_not_done")


def _cleared(scene: Scene) -> Conversation:
    """A new conversation, except for what keeps an open case from view."""
    was = scene.state
    new = Conversation(turn=was.turn, told_limits=True, asked_age=True, told_app_age=True, no_tries_until=was.no_tries_until)
    new.wrong_words, new.private_matter = was.wrong_words, scene.person.has_code_word
    if scene.turn.case is not None:
        new.private_matter, new.behind_carry_on, new.behind_since = True, was.behind_carry_on, was.behind_since
    return new
