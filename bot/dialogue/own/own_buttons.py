"""What a young person asks of the service about themselves: by a button, or by a few plain words said alone."""

from __future__ import annotations

from collections.abc import Callable

from bot.dialogue import topics
from bot.dialogue.adult import agreement, call_back, waiting
from bot.dialogue.own import code_word, concern, moving, own_view, plan
from bot.dialogue.scene import Scene
from bot.dialogue.state import Question
from nlu.understanding import Risk

Handler = Callable[[Scene], None]


def ask_for_call(scene: Scene) -> None:
    """They would rather be rung: what they chose to share stays chosen; without a yes an adult is offered first."""
    offer = scene.state.offer
    chosen = offer is not None and offer.scope is not None
    if chosen and (scene.waiting or scene.state.question == "confirm"):
        call_back.begin(scene)
    elif scene.waiting:
        agreement.yes(scene)
    else:
        topics.wants_person(scene, Risk(), None)


def then_confirm(step: Handler) -> Handler:
    """A step of the call-back after which everything is shown once more."""

    def handler(scene: Scene) -> None:
        step(scene)
        agreement.confirm(scene)

    return handler


def write_after_all(scene: Scene) -> None:
    """No call: back to where they were."""
    call_back.drop(scene)
    if scene.waiting and scene.state.question != "confirm":
        scene.state.question = None
        waiting.note(scene)
    else:
        agreement.confirm(scene)


WAYS: dict[str, Handler] = {
    "own_view": own_view.begin,
    "own_held": own_view.held,
    "own_readers": own_view.readers,
    "own_agreed": own_view.agreed,
    "own_change": own_view.change,
    "own_summary": own_view.change_summary,
    "own_age": topics.ask_age,
    "own_clear": own_view.clear,
    "own_copy": own_view.offer_copy,
    "move": moving.begin,
    "privacy": own_view.privacy,
    "code_word": code_word.begin,
    "code_word_new": code_word.choose,
    "code_word_off": code_word.remove,
}

ANSWERS: dict[str, tuple[Question, Handler]] = {
    "copy_yes": ("copy", own_view.give_copy),
    "copy_no": ("copy", own_view.keep_copy),
    "move_yes": ("move", moving.yes),
    "move_no": ("move", moving.no),
    "call_back": ("confirm", call_back.begin),
    "voicemail_ok": ("confirm", then_confirm(call_back.allow_voicemail)),
    "call_no_name": ("call_name", then_confirm(call_back.no_name)),
    "concern_send": ("concern_send", concern.send),
    "concern_change": ("concern_send", concern.change),
}

TYPED: dict[tuple[Question, str], Handler] = {
    ("copy", "affirm"): own_view.give_copy,
    ("copy", "deny"): own_view.keep_copy,
    ("move", "affirm"): moving.yes,
    ("move", "deny"): moving.no,
}
"""What a plain word answers."""

IN_ANY_STEP: dict[str, tuple[tuple[Question, ...], Handler]] = {
    "no_call": (("call_number", "call_when", "call_name", "confirm"), write_after_all),
    "concern_drop": (concern.QUESTIONS, concern.drop),
}
"""Ways out that several questions offer."""

PREFIXES: tuple[tuple[str, Callable[[Scene, str], None]], ...] = ((call_back.PICK, call_back.pick_time), (concern.ABOUT, concern.about))

SAID: dict[str, Handler] = {
    "own_view": own_view.begin,
    "code_word": code_word.begin,
    "concern": concern.begin,
    "call_back": ask_for_call,
    "copy": own_view.offer_copy,
    "privacy": own_view.privacy,
    "move": moving.begin,
    "safety_plan": plan.begin,
    "sworn_at": lambda scene: scene.speak("conversation.sworn_at"),
    "said_sorry": lambda scene: scene.speak("conversation.said_sorry"),
    "delete_plan": plan.delete,
}
"""What a message does that is nothing but a plain word for it (`policy/short_words.yml`)."""


def said(scene: Scene, topic: str | None) -> bool:
    """Do what a plain word asks for. `False` where it is none of these."""
    if topic not in SAID:
        return False
    SAID[topic](scene)
    return True


def answer(scene: Scene, turn: str, name: str) -> bool:
    """A way out of the question that is open, from the message that asked it."""
    questions, handler = IN_ANY_STEP.get(name, ((), None))
    if handler is None or scene.state.question not in questions or turn != str(scene.state.question_turn):
        return False
    handler(scene)
    return True


def answer_in_live_chat(scene: Scene, turn: str, name: str) -> None:
    """A concern can be raised while the adult it is about has the conversation; nothing else of this is answered then."""
    question, handler = ANSWERS.get(name, (None, None))
    current = turn == str(scene.state.question_turn)
    if name.startswith(concern.LEAVE):
        concern.leave(scene, name.removeprefix(concern.LEAVE))
    elif not current or scene.state.question not in concern.QUESTIONS:
        return
    elif name.startswith(concern.ABOUT):
        concern.about(scene, name.removeprefix(concern.ABOUT))
    elif not answer(scene, turn, name) and handler and question == scene.state.question:
        handler(scene)
