"""A word of their own without which nobody can carry on after a pause. The record keeps a keyed digest of it, nothing else."""

from __future__ import annotations

import re

from bot.dialogue import topics
from bot.dialogue.events import CodeWordChosen
from bot.dialogue.scene import Scene
from nlu.understanding import Level, Risk

LEAST, MOST = 4, 40
"""Characters in a code word."""


def plain(text: str) -> str:
    """A code word as it is compared: capitals, spaces and marks do not count."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def begin(scene: Scene) -> None:
    """What a code word is, and what is kept of it; or, where one is set, to change it or take it away."""
    scene.state.question, scene.aside = None, True
    scene.speak("code_word.have" if scene.person.has_code_word else "code_word.intro")


def choose(scene: Scene) -> None:
    """Ask for the word."""
    scene.aside = True
    scene.ask("new_code_word", "code_word.choose")


def written(scene: Scene, text: str, risk: Risk) -> None:
    """Take what was typed as the code word, unless it could be mistaken for something else that they may want to say.

    Several messages at once are none: they would be shut out by a word that they don't know.
    """
    scene.aside = scene.forget = True
    word, one = plain(text), len(text.strip().splitlines()) == 1
    if not one or not LEAST <= len(word) <= MOST or risk.level > Level.NONE or risk.flags or topics.short_word(scene, text):
        scene.ask("new_code_word", "code_word.not_this")
        return
    scene.state.question, scene.state.private_matter = None, True
    scene.did(CodeWordChosen(word))
    scene.set_person(has_code_word=True)
    scene.speak("code_word.set")


def remove(scene: Scene) -> None:
    """Take the code word away."""
    scene.state.question, scene.aside = None, True
    scene.did(CodeWordChosen(None))
    scene.set_person(has_code_word=False)
    scene.speak("code_word.removed")
