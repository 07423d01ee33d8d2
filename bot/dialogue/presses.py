"""Buttons. What is typed instead of them stands in `typed_answers`.

A token is `<turn>:<go>`. Finding one's way (menu, topics, help) works from any message, old or new. An answer counts
only for the question that is open now, and only from the turn that asked it: an old button never agrees to anything.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.dialogue import guidance, languages, onward, opinion, opinion_given, topics
from bot.dialogue.adult import after_the_end, agreement, call_back, closing, staff_questions, waiting
from bot.dialogue.events import AgeBandChosen, AreaChosen, EasyReadChosen
from bot.dialogue.own import clearing, coming_back, concern, own_buttons, pause, plan
from bot.dialogue.risk import emergency, harm
from bot.dialogue.scene import Heard, Scene
from bot.dialogue.state import Question
from escalation.consent import Scope
from nlu.understanding import Level, Risk

Handler = Callable[[Scene], None]


def press(scene: Scene, heard: Heard) -> None:
    """A button was tapped."""
    turn, _, go = heard.text.partition(":")
    kind, _, name = go.partition(":")
    if kind == "do" and name in ALWAYS:
        ALWAYS[name](scene)
    elif kind == "do" and name.startswith(languages.CHOICE):
        languages.choose(scene, name.removeprefix(languages.CHOICE))
    elif scene.live and staff_questions.answers(name):
        staff_questions.answer(scene, name)
    elif closing.answers(name) and pause.hides(scene):
        pause.ask(scene)
    elif scene.live:
        if closing.answers(name):
            closing.press(scene, turn, name)
        elif name in CODE and not scene.state.behind_carry_on:
            WAYS[name](scene)
        elif not pause.hides(scene):
            own_buttons.answer_in_live_chat(scene, turn, name)
    elif scene.state.behind_carry_on and not pause.button_shows_nothing(scene, kind, name):
        if pause.hides(scene) or not _answer(scene, turn, name):
            pause.ask(scene)
    elif not (find_the_way(scene, kind, name) or _answer(scene, turn, name) or _at_the_end(scene, turn, name)):
        _stale(scene)


def find_the_way(scene: Scene, kind: str, name: str) -> bool:
    """Go where this leads, from whichever message. `False` where it is no way but an answer."""
    if kind == "topic":
        topics.answer(scene, name, Risk(), None)
        return True
    if kind == "go":
        topic, _, step = name.partition("/")
        return guidance.show_step(scene, topic, step)
    if kind != "do":
        return False
    for prefix, handler in (
        ("theme_", guidance.show_theme),
        ("area_", _area),
        ("band_", age_band),
        (plan.PICK, plan.pick),
        *own_buttons.PREFIXES,
    ):
        if name.startswith(prefix):
            handler(scene, name.removeprefix(prefix))
            return True
    if name in WAYS:
        WAYS[name](scene)
        return True
    return False


def _answer(scene: Scene, turn: str, name: str) -> bool:
    if own_buttons.answer(scene, turn, name) or opinion_given.answer(scene, turn, name):
        return True
    question, handler = ANSWERS.get(name, (None, None))
    from_staff = name in FROM_STAFF and turn == "0"
    if handler is None or not (from_staff or (question == scene.state.question and turn == str(scene.state.question_turn))):
        return False
    handler(scene)
    return True


def _at_the_end(scene: Scene, turn: str, name: str) -> bool:
    return closing.answers(name) and closing.press(scene, turn, name)


def _stale(scene: Scene) -> None:
    """An old button: say so, and show where things stand."""
    scene.say(scene.words("conversation.stale_button"))
    if agreement.in_agreement(scene):
        agreement.ask_open_question(scene)
    elif scene.waiting:
        waiting.note(scene)
    else:
        guidance.show_menu(scene)


def _talk(scene: Scene) -> None:
    topics.wants_person(scene, Risk(), None)


def okay(scene: Scene) -> None:
    """A check-in was answered well: on with where they were."""
    scene.state.question = None
    place = scene.state.place
    if place is None or not guidance.go_on(scene, place, "conversation.okay_answer"):
        scene.speak("conversation.okay_answer")


def not_really(scene: Scene) -> None:
    """It was not: what else could help."""
    scene.state.question = None
    onward.with_ideas(scene, "conversation.not_really_answer")


def thoughts_of_suicide(scene: Scene) -> None:
    """Yes to the question about suicide: a grave sign of harm, raised by what led to the question."""
    scene.state.question = None
    raised_by = scene.state.offer.raised_by if scene.state.offer else None
    harm.sign_of_harm(scene, Risk(Level.URGENT, ("suicide",), "self"), raised_by)


def not_sure_about_suicide(scene: Scene) -> None:
    """The same, but no summary says for them what they are not sure of."""
    thoughts_of_suicide(scene)
    if scene.state.offer:
        scene.state.offer.summary = scene.words("consent.summary_not_sure")[0]


def age_band(scene: Scene, band: str) -> None:
    """Their age band; `older` for a typed age that is in none of the young ones, `skip` for none."""
    scene.state.question, scene.state.asked_age = None, True
    if band in ("under_13", "13_15", "16_17", "18_25"):
        scene.did(AgeBandChosen(band))
        scene.set_person(age_band=band)
    if band == "older" or not topics.app_age(scene):
        scene.say(scene.words("conversation.age_thanks"))
    guidance.show_menu(scene)


def _area(scene: Scene, area: str) -> None:
    scene.state.question = None
    if area in scene.service.library.directories:
        scene.did(AreaChosen(area))
        scene.set_person(area=area)
    guidance.show_helplines(scene)


def _easy(on: bool) -> Handler:
    def choose(scene: Scene) -> None:
        scene.did(EasyReadChosen(on))
        scene.set_person(easy_read=on)
        if not scene.live:
            scene.speak("conversation.easy_on" if on else "conversation.easy_off")

    return choose


def _no_code(scene: Scene) -> None:
    scene.state.question = None
    scene.speak("consent.no_code")


def _scope(scope: Scope) -> Handler:
    return lambda scene: agreement.choose_scope(scene, scope)


ALWAYS: dict[str, Handler] = {
    "withdraw": agreement.withdraw,
    "not_meant": emergency.not_meant,
    "safe_no": emergency.not_safe,
    "emergency": emergency.numbers,
    "carry_on": coming_back.carry_on,
    "code_word_forgotten": coming_back.forgotten,
    "code_word_afresh": coming_back.afresh,
    "concern": concern.begin,
    "concern_look": concern.look_again,
    "easy_on": _easy(True),
    "easy_off": _easy(False),
    "check_in_stop": closing.stop_check_ins,
}
"""What works at any moment, from any message, also while a human has the conversation."""

WAYS: dict[str, Handler] = {
    "menu": guidance.show_menu,
    "talk": _talk,
    "helplines": topics.helplines,
    "areas": guidance.show_areas,
    "simpler": guidance.repeat_simpler,
    "ideas": onward.ideas,
    "stop_messages": topics.stop,
    "return_code": agreement.make_code,
    "no_code": _no_code,
    "plan": plan.begin,
    "plan_next": plan.next_part,
    "plan_show": plan.show,
    "plan_delete": plan.delete,
    "my_plan": after_the_end.show_plan,
    "feedback": after_the_end.ask_how_it_was,
    **own_buttons.WAYS,
}

CODE = ("return_code", "no_code")
"""What may be answered while a human has the conversation: a code is how they find it again."""

FROM_STAFF = ("feel_good", "feel_same", "feel_bad")
"""Answers to what a hand-over message asks, which comes from no turn of the dialogue."""

ANSWERS: dict[str, tuple[Question, Handler]] = {
    "offer_yes": ("offer", agreement.yes),
    "offer_no": ("offer", agreement.no),
    "offer_more": ("offer", agreement.more),
    "scope_talk": ("scope", _scope(Scope.WANTS_TO_TALK)),
    "scope_summary": ("scope", _scope(Scope.SUMMARY)),
    "scope_chat": ("scope", _scope(Scope.CHAT)),
    "scope_none": ("scope", agreement.no),
    "send": ("confirm", agreement.send),
    "change_summary": ("confirm", agreement.write_summary),
    "other_person": ("confirm", agreement.other_person),
    "stop": ("confirm", agreement.no),
    "safe_yes": ("safe", emergency.safe),
    "suicide_yes": ("suicide", thoughts_of_suicide),
    "suicide_unsure": ("suicide", not_sure_about_suicide),
    "suicide_no": ("suicide", emergency.no_thoughts_of_suicide),
    "okay": ("check_in", okay),
    "not_really": ("check_in", not_really),
    "delete_yes": ("delete", clearing.yes),
    "delete_no": ("delete", clearing.no),
    "offer_other": ("offer", agreement.not_last_time),
    **own_buttons.ANSWERS,
    **after_the_end.ANSWERS,
}


def known_actions() -> frozenset[str]:
    """Every `do:` that a button in the content may name."""
    fixed = {*ALWAYS, *WAYS, *ANSWERS, *opinion.ANSWERS, *staff_questions.ANSWERS, "pick_up", "send_anyway", "dont_send", *closing.BUTTONS}
    themes = {f"theme_{theme}" for theme in guidance.THEMES}
    bands = {"band_under_13", "band_13_15", "band_16_17", "band_18_25", "band_skip"}
    picks = {f"{prefix}{number}" for prefix in (plan.PICK, call_back.PICK) for number in range(1, 4)}
    return frozenset(fixed | themes | bands | picks | set(own_buttons.IN_ANY_STEP))
