"""While an adult ends the conversation with them: lines of the plan, how they feel, and whether to be asked again in a few days.

The bot says only what answers a tap of theirs: the conversation is the adult's (S60).
"""

from __future__ import annotations

from bot.dialogue.ending_events import CheckInAgreed, CheckInRefused, CheckInsStopped, FeltBefore, PlanLineAnswered, PlanLineWritten
from bot.dialogue.scene import Scene
from escalation.case import NotPossible
from escalation.ending.plan import MOST_CHARACTERS, tidy
from escalation.ending.safe_hours import on_day

LINE_BUTTONS = ("line_yes", "line_out", "line_change", "line_add")
BUTTONS = (*LINE_BUTTONS, "before_1", "before_2", "before_3", "check_in_no", "other_hours")
_DAYS, _HOURS = "check_in_", "hours_"


def answers(name: str) -> bool:
    """Whether a button is one of these."""
    number = name.removeprefix(_DAYS).removeprefix(_HOURS)
    return name.partition(":")[0] in BUTTONS or (name != number and number.isdecimal())


def press(scene: Scene, turn: str, name: str) -> bool:
    """One of these buttons was tapped. `False` where it is over: what it asked cannot be answered any more."""
    what, _, line_id = name.partition(":")
    if what in LINE_BUTTONS:
        _line(scene, what, line_id)
        return True
    if what.startswith(_HOURS):
        return _hours_chosen(scene, turn, int(what.removeprefix(_HOURS)))
    if what == "other_hours":
        return _ask_hours(scene)
    if not scene.live:
        return False
    if what.startswith("before_"):
        scene.did(FeltBefore(int(what.removeprefix("before_"))))
    elif what == "check_in_no":
        scene.did(CheckInRefused())
        scene.speak("ending.check_in_no")
    else:
        return _days_chosen(scene, int(what.removeprefix(_DAYS)))
    return True


def writes_a_line(scene: Scene) -> bool:
    """Whether what they write next is a line of the plan."""
    return scene.state.question == "own_line" and not scene.state.behind_carry_on


def line_written(scene: Scene, text: str) -> bool:
    """Their own words for a line. `False` where that is no line: it is asked for once more."""
    try:
        words = tidy(text)
    except NotPossible:
        scene.ask("own_line", "ending.line_too_long", most=str(MOST_CHARACTERS))
        return False
    scene.state.question = None
    scene.did(PlanLineWritten(scene.state.plan_line, words))
    return True


def stop_check_ins(scene: Scene) -> None:
    """No more of these, by one tap. The answer is neutral, since somebody else may see it."""
    scene.did(CheckInsStopped())
    scene.speak("ending.check_in_stopped")


def _line(scene: Scene, what: str, line_id: str) -> None:
    if what in ("line_yes", "line_out"):
        scene.did(PlanLineAnswered(line_id, what == "line_yes"))
        return
    scene.state.plan_line = line_id or None
    scene.ask("own_line", "ending.line_own")


def _days_chosen(scene: Scene, days: int) -> bool:
    if days not in scene.service.ending.check_in_days:
        return False
    scene.state.check_in_days = days
    return _ask_hours(scene)


def _ask_hours(scene: Scene) -> bool:
    if not _may_agree(scene) or scene.state.check_in_days is None:
        return False
    offered = enumerate(scene.service.ending.safe_hours)
    pairs = [
        (scene.words("ending.hours", start=f"{each.start:%H:%M}", end=f"{each.end:%H:%M}")[0], f"do:{_HOURS}{n}") for n, each in offered
    ]
    scene.state.ask("safe_hours")
    scene.say(scene.words("ending.hours_question"), scene.own_buttons(pairs))
    return True


def _hours_chosen(scene: Scene, turn: str, number: int) -> bool:
    days, offered = scene.state.check_in_days, scene.service.ending.safe_hours
    asked = scene.state.question == "safe_hours" and turn == str(scene.state.question_turn)
    if not asked or days is None or number >= len(offered) or not _may_agree(scene):
        return False
    scene.state.question, hours = None, offered[number]
    scene.did(CheckInAgreed(days, hours))
    at = scene.clock(on_day(scene.turn.now, days, hours, scene.service.zone))
    if scene.app.own_page:
        scene.speak("ending.check_in_agreed_web", when=at)
    else:
        scene.speak("ending.check_in_agreed", when=at, end=f"{hours.end:%H:%M}")
    return True


def _may_agree(scene: Scene) -> bool:
    """While the adult is there, or to change the hours of one that is still to come."""
    return scene.live or (scene.turn.ended is not None and scene.turn.ended.check_in_to_come)
