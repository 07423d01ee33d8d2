"""What is typed to the bot alone: a code word, a concern about an adult here, how to be rung.

It stays between the two, also while a human has the conversation. Risk is read first, as everywhere; an emergency never gets here.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.dialogue import topics
from bot.dialogue.adult import agreement, call_back
from bot.dialogue.own import code_word, coming_back, concern, pause
from bot.dialogue.own.own_buttons import said, write_after_all
from bot.dialogue.scene import Heard, Scene
from nlu.understanding import Level, Risk

NOT_KEPT = ("code_word", "new_code_word", "call_number", "call_when", "call_name")
"""Questions whose answers are kept in no chat."""


def answered(scene: Scene, heard: list[Heard], text: str, risk: Risk) -> bool:
    """Whether these words were for the bot alone, and are answered now."""
    if any(one.is_code_word for one in heard):
        return _is_the_word(scene)
    if any(one.aside for one in heard):
        return _edited(scene, risk)
    if scene.live and topics.short_word(scene, text) == "concern":
        return said(scene, "concern")
    if scene.state.question == "code_word":
        return _guessed(scene, text, risk)
    if scene.live and scene.state.question in call_back.QUESTIONS:
        return call_back.adult_came(scene, text)
    answer = _ANSWERS.get(scene.state.question or "")
    return answer is not None and _to_question(scene, text, risk, answer)


def _is_the_word(scene: Scene) -> bool:
    """Their code word: after a pause it opens, and it is never passed on."""
    if scene.state.behind_carry_on:
        coming_back.word_tried(scene, right=True)
        return True
    scene.aside = scene.forget = True
    return scene.live


def _edited(scene: Scene, risk: Risk) -> bool:
    if risk.level >= Level.CONCERN and not scene.live:
        return False
    scene.aside = True
    if not scene.live:
        scene.speak("conversation.edited_noted")
    return True


def _guessed(scene: Scene, text: str, risk: Risk) -> bool:
    means_else = pause.shows_nothing(scene, topics.short_word(scene, text)) or len(text) > code_word.MOST
    if pause.hides(scene) or means_else or risk.level >= Level.CONCERN:
        return False
    coming_back.word_tried(scene, right=False)
    return True


def _to_question(scene: Scene, text: str, risk: Risk, answer: Callable[[Scene, str, Risk], None]) -> bool:
    question, word = scene.state.question, topics.short_word(scene, text)
    harm = risk.level >= Level.CONCERN and question not in concern.QUESTIONS
    if pause.hides(scene):
        scene.aside, scene.forget = True, question in NOT_KEPT
        if scene.live:
            pause.ask(scene)
        return scene.live
    if word == "affirm" and question == "concern_send":
        concern.send(scene)
    elif word in ("deny", "stop_messages"):
        _out_of_it(scene)
    elif harm or (word and not scene.live and word not in ("affirm", "unsure")):
        scene.state.question = None
        return False
    else:
        answer(scene, text, risk)
    return True


def _out_of_it(scene: Scene) -> None:
    if scene.state.question in concern.QUESTIONS:
        concern.drop(scene)
    elif scene.state.question == "new_code_word":
        scene.state.question = None
        code_word.begin(scene)
    else:
        write_after_all(scene)


def _name(scene: Scene, text: str, risk: Risk) -> None:
    call_back.name_written(scene, text)
    agreement.confirm(scene)


_ANSWERS: dict[str, Callable[[Scene, str, Risk], None]] = {
    "new_code_word": code_word.written,
    "concern_about": concern.written,
    "concern_words": concern.written,
    "concern_send": concern.written,
    "call_number": lambda scene, text, risk: call_back.number_written(scene, text),
    "call_when": lambda scene, text, risk: call_back.time_written(scene, text),
    "call_name": _name,
}
