"""What the bot does about a topic: most are a script; a few of the `conversation` ones do something."""

from __future__ import annotations

from collections.abc import Callable

from bot.dialogue import agreement, guidance
from bot.dialogue.events import WentAway
from bot.dialogue.scene import Scene
from escalation.case import Stage
from nlu.understanding import Risk


def answer(scene: Scene, topic: str, risk: Risk, raised_by: str | None) -> None:
    """Answer a topic that was understood."""
    if topic == "talk_to_person":
        wants_person(scene, risk, raised_by)
    elif handler := _HANDLERS.get(topic):
        handler(scene)
    elif not guidance.show_topic(scene, topic):
        scene.speak("conversation.no_script")


def is_guidance(scene: Scene, topic: str | None) -> bool:
    """Whether a topic belongs to the guidance themes, not to the conversation itself."""
    return any(topic in scene.service.library.themes.get(theme, ()) for theme in guidance.THEMES)


def short_word(scene: Scene, text: str) -> str | None:
    """The topic of a message that is nothing but one well-known word, so that menus work without the intent service."""
    return scene.service.library.short_words.get(text.casefold().strip(" \n.!?…/"))


def wants_person(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    """They ask for a human: the same offer as ever, without a reason."""
    if scene.turn.case is not None and scene.turn.case.stage is Stage.WAITING:
        agreement.waiting_note(scene)
    else:
        agreement.offer_because_asked(scene, risk, raised_by)


def command(scene: Scene, name: str) -> None:
    """A start, or a slash command of an app; its name is read like a word."""
    if name in ("", "start"):
        welcome(scene)
    else:
        answer(scene, scene.service.library.short_words.get(name, "menu"), Risk(), None)


def welcome(scene: Scene) -> None:
    """Hello: what is private and what is not, then one optional question, or the menu."""
    if not scene.state.told_limits:
        scene.state.told_limits = True
        scene.say(scene.words("conversation.limits", bot_name=scene.service.bot_name, organisation=scene.service.organisation))
    if scene.person.age_band == "unknown" and not scene.state.asked_age:
        ask_age(scene)
    else:
        guidance.show_menu(scene)


def ask_age(scene: Scene) -> None:
    """Asked once, optional, never a birth date."""
    scene.state.asked_age = True
    scene.ask("age", "conversation.age_question")


def app_age(scene: Scene) -> None:
    """Where the app has a minimum age, the young are told of the web chat, never refused (S35). Once."""
    young = scene.person.age_band in ("under_13", "13_15", "unknown")
    if scene.person.channel == "telegram" and young and not scene.state.told_app_age:
        scene.state.told_app_age = True
        scene.say(scene.words("conversation.telegram_minimum_age", web_chat=scene.service.web_chat))


def _greet(scene: Scene) -> None:
    if not scene.state.told_limits:
        welcome(scene)
    elif not guidance.show_topic(scene, "greet"):
        guidance.show_menu(scene)


def _helplines(scene: Scene) -> None:
    guidance.show_helplines(scene, scene.state.place.topic if scene.state.place else None)


def _delete(scene: Scene) -> None:
    scene.ask("delete", "conversation.delete_ask")


def _stop(scene: Scene) -> None:
    scene.state.question = None
    scene.speak("conversation.stopped")


def _away(scene: Scene) -> None:
    scene.did(WentAway())
    scene.state.behind_carry_on = scene.state.private_matter
    guidance.show_topic(scene, "cant_talk_now")
    scene.state.place = None


def _withdraw(scene: Scene) -> None:
    agreement.withdraw(scene)


_HANDLERS: dict[str, Callable[[Scene], None]] = {
    "greet": _greet,
    "menu": guidance.show_menu,
    "repeat_simpler": guidance.repeat_simpler,
    "delete_my_data": _delete,
    "stop_messages": _stop,
    "cant_talk_now": _away,
    "withdraw_consent": _withdraw,
    "change_language": lambda scene: scene.speak("conversation.language"),
    "helplines": _helplines,
}
