"""Short answers that are typed where there are buttons: "yes", "not sure", an age, or what stands on the button."""

from __future__ import annotations

import re

from bot.dialogue import onward, presses, topics
from bot.dialogue.adult import after_the_end, agreement
from bot.dialogue.own import clearing, own_buttons, plan
from bot.dialogue.risk import emergency
from bot.dialogue.scene import Scene
from bot.dialogue.state import Question
from nlu.understanding import Level, Understanding

SURE_OF_AN_ANSWER = 0.6
"""From this confidence on, words that are no plain yes or no are taken for one."""

BANDS = (("under_13", 13), ("13_15", 16), ("16_17", 18))
"""Age bands that a typed age may choose, each with the age it ends before; a typed age never makes anyone older (S28)."""

_AGE = re.compile(r"\D{0,5}([5-9]|[12]\d)\D{0,12}")


def answered_in_words(scene: Scene, text: str, understood: Understanding) -> bool:
    """Whether a typed "yes", "no" or "not sure" answered the question that is open."""
    question, typed = scene.state.question, topics.short_word(scene, text)
    if question == "age" and understood.risk.level is Level.NONE and (age := _AGE.fullmatch(text.strip())):
        presses.age_band(scene, next((band for band, below in BANDS if int(age[1]) < below), "older"))
        return True
    word = typed or (understood.topic if understood.confidence >= SURE_OF_AN_ANSWER else None)
    handler = _TYPED.get((question, word)) if question and word else None
    if question == "how_are_you":
        handler = _label_typed(scene, text) or handler
    if handler is None and question in _HALF_SAID and not typed and _hard_to_read(scene, text, understood):
        handler = _HALF_SAID[question]
    if handler is None or (question == "safe" and word == "affirm" and not text.casefold().lstrip().startswith("y")):
        return False  # "ok", after "call 999", does not say that they are safe
    if handler is agreement.send and not typed:
        handler = agreement.confirm  # nothing is shared because a model read a yes
    handler(scene)
    return True


def _label_typed(scene: Scene, text: str) -> presses.Handler | None:
    """What a button under "How are you doing now?" does, where its label was typed."""
    buttons = scene.service.library.message("ending.how_are_you").buttons
    go = next((one.go for one in buttons if onward.reads_as(text, one.label)), "")
    return presses.ANSWERS[go.removeprefix("do:")][1] if go else None


def _hard_to_read(scene: Scene, text: str, understood: Understanding) -> bool:
    """ "Sometimes", "a bit": a few words straight after a question, which are neither yes nor no nor anything else for certain."""
    few = len(text) <= topics.LONGEST_SHORT_WORD and scene.state.question_turn == scene.state.turn - 1
    return few and understood.confidence < SURE_OF_AN_ANSWER and not understood.risk.flags


def typed_label(scene: Scene, text: str, topic: str | None) -> bool:
    """Whether they wrote what stands on a button, and went where it leads."""
    kind, _, name = (onward.typed_label(scene, text, topic) or "").partition(":")
    if kind == "do" and name in presses.ALWAYS:
        presses.ALWAYS[name](scene)
        return True
    return presses.find_the_way(scene, kind, name)


_TYPED: dict[tuple[Question, str], presses.Handler] = {
    ("offer", "affirm"): agreement.yes,
    ("offer", "deny"): agreement.no,
    ("offer", "unsure"): agreement.more,
    ("confirm", "affirm"): agreement.send,
    ("confirm", "deny"): agreement.no,
    ("confirm", "unsure"): agreement.confirm,
    ("scope", "affirm"): agreement.yes,
    ("scope", "unsure"): agreement.yes,
    ("scope", "deny"): agreement.no,
    ("write_summary", "deny"): agreement.no,
    ("safe", "affirm"): emergency.safe,
    ("safe", "deny"): emergency.not_safe,
    ("safe", "unsure"): emergency.not_safe,
    ("suicide", "affirm"): presses.thoughts_of_suicide,
    ("suicide", "unsure"): presses.not_sure_about_suicide,
    ("suicide", "deny"): emergency.no_thoughts_of_suicide,
    ("check_in", "affirm"): presses.okay,
    ("check_in", "deny"): presses.not_really,
    ("check_in", "unsure"): presses.not_really,
    ("plan", "unsure"): plan.skip,
    ("plan", "deny"): plan.skip,
    ("age", "deny"): lambda scene: presses.age_band(scene, "skip"),
    ("delete", "affirm"): clearing.yes,
    ("delete", "deny"): clearing.no,
    ("how_are_you", "affirm"): after_the_end.fine,
    ("how_are_you", "deny"): after_the_end.perhaps_not_fine,
    ("how_are_you", "unsure"): after_the_end.perhaps_not_fine,
    **own_buttons.TYPED,
}

_HALF_SAID: dict[Question, presses.Handler] = {"suicide": presses.not_sure_about_suicide, "how_are_you": after_the_end.perhaps_not_fine}
"""What a few words do that are hard to read, straight after these questions."""
