"""Carrying on after a pause: first the code word, where there is one, then where things stand (S77)."""

from __future__ import annotations

from datetime import timedelta

from bot.dialogue import guidance
from bot.dialogue.adult import after_the_end, agreement, waiting
from bot.dialogue.events import BegunAfresh, CarriedOn
from bot.dialogue.scene import Scene

TRIES = 3
NO_TRIES_FOR = timedelta(hours=1)


def carry_on(scene: Scene) -> None:
    """They want to carry on: with a code word set it is asked for, and nothing shows before it."""
    if not (scene.person.has_code_word and scene.state.behind_carry_on):
        _open(scene)
    elif _no_more_tries(scene):
        scene.speak("code_word.later")
    else:
        if scene.state.question not in (None, "code_word", "afresh"):
            scene.state.question_kept = scene.state.question
        scene.ask("code_word", "code_word.ask")


def word_tried(scene: Scene, right: bool) -> None:
    """A code word was typed. After three wrong ones it is not asked for again for an hour; the answer stays neutral."""
    scene.aside = scene.forget = True
    if _no_more_tries(scene):
        scene.state.question = None
        scene.speak("code_word.later")
    elif right:
        scene.state.wrong_words, scene.state.question, scene.state.no_tries_until = 0, None, None
        _open(scene)
    elif scene.state.wrong_words + 1 < TRIES:
        scene.state.wrong_words += 1
        scene.ask("code_word", "code_word.wrong")
    else:
        scene.state.wrong_words, scene.state.question = 0, None
        scene.state.no_tries_until = scene.turn.now + NO_TRIES_FOR
        scene.speak("code_word.later")


def forgotten(scene: Scene) -> None:
    """After three wrong words they say that they forgot it: what they can do, in words that give nothing away."""
    if _is_shut(scene):
        scene.ask("afresh", "code_word.forgotten")
    else:
        carry_on(scene)


def afresh(scene: Scene) -> None:
    """They begin afresh, after they were told that nothing of before opens here again."""
    if _is_shut(scene) and scene.state.question == "afresh":
        scene.state.question = None
        scene.did(BegunAfresh())
    else:
        carry_on(scene)


def _is_shut(scene: Scene) -> bool:
    return scene.person.has_code_word and scene.state.behind_carry_on and scene.state.no_tries_until is not None


def _no_more_tries(scene: Scene) -> bool:
    until = scene.state.no_tries_until
    return until is not None and scene.turn.now < until


def _open(scene: Scene) -> None:
    scene.state.behind_carry_on = False
    scene.state.question, scene.state.question_kept = scene.state.question or scene.state.question_kept, None
    scene.did(CarriedOn())
    if scene.live:
        return
    if agreement.in_agreement(scene):
        agreement.ask_open_question(scene)
    elif waiting.promised_by(scene):
        waiting.note(scene)
    elif scene.waiting:
        scene.speak("conversation.nothing_hidden")  # what was kept back has told how it stands
    elif after_the_end.is_asked(scene):
        after_the_end.ask_how_they_are(scene)
    else:
        guidance.show_menu(scene)
