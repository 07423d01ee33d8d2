"""In which language the bot speaks. What it reads stays English: each language says so in its own words."""

from __future__ import annotations

import re

from bot.dialogue.adult import agreement
from bot.dialogue.own import pause
from bot.dialogue.scene import Scene
from escalation.words import message
from nlu.understanding import Risk

CHOICE = "language_"
"""How the name of a language's button begins."""

_POLISH = re.compile("[ąćęłńśźż]", re.IGNORECASE)
"""Letters that nobody types by chance in an English message."""


def is_other(scene: Scene, text: str, risk: Risk) -> bool:
    """Whether they write in a language that the bot could offer, and does not speak with them yet."""
    return "other_language" in risk.flags or (scene.person.language == "en" and _POLISH.search(text) is not None)


def offer(scene: Scene) -> None:
    """They write in another language, or ask for one: say which there are, each in its own words."""
    now, words = scene.turn.now, scene.service.library.message("conversation.language")
    others = [scene.service.speaking(code, now).library for code in scene.service.languages(now) if code != scene.service.library.language]
    offers = [message(library, "conversation.language_offer")[0] for library in others]
    buttons = scene.own_buttons((library.label("language_name"), f"do:{CHOICE}{library.language}") for library in others)
    scene.say((*scene.words("conversation.language"), *offers), (*buttons, *scene.buttons(words.buttons)))


def choose(scene: Scene, code: str) -> None:
    """They chose one. Silent while an adult has the conversation; a question that is open is asked again, in that language."""
    if code not in scene.service.languages(scene.turn.now):
        offer(scene)
        return
    scene.speak_in(code)
    if scene.live:
        return
    scene.speak("conversation.language_chosen")
    if agreement.in_agreement(scene) and not pause.hides(scene):
        agreement.ask_open_question(scene)


def begin(scene: Scene, code: str) -> None:
    """The page on which they start is in this language."""
    if code != scene.person.language and code in scene.service.languages(scene.turn.now):
        scene.speak_in(code)
