"""When somebody may be asked whether a script was useful: each rule by itself, on a conversation that would be asked but for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.dialogue import opinion
from bot.dialogue.decide import decide
from bot.dialogue.events import Said
from bot.dialogue.scene import Heard, Outcome, PersonView, Turn
from bot.dialogue.state import Asking, Call, Concern, Conversation, KeptSign, Offer, Place
from bot.rehearsal.house import House, YoungPerson
from content.editorial.earlier import Earlier
from content.editorial.library import Library
from content.editorial.schema import Button, Script, Step
from escalation.case import CaseView, Stage
from escalation.context import Service
from escalation.ending.ended import Ended
from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import InboxRow, InsightCount, OutboxRow
from escalation.rota.on_duty import Staffing
from nlu.understanding import Level, Risk, Understanding

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
END = "0:go:screen_time/beach_away"
QUESTION = "Was any of this useful? You can skip this."
READING = Conversation(turn=5, told_limits=True, place=Place(topic="screen_time", step="beach", begun_at=NOW - timedelta(minutes=2)))
CASE = CaseView("c", Stage.OFFERED, Level.CONCERN, ("bullying",), "self", "agreement")
ENDED = Ended("c", Level.CONCERN, ("bullying",), "self")


def tapped(*tokens: str) -> Turn:
    """A turn in which these buttons were tapped."""
    heard = tuple(Heard(str(number), "button", token) for number, token in enumerate(tokens))
    return Turn(NOW, heard, PersonView(), Staffing, None, lambda level: 10.0)


def asks(outcome: Outcome) -> bool:
    return any(isinstance(event, Said) and event.text == QUESTION for event in outcome.events)


def state(**changes: object) -> Conversation:
    return READING.model_copy(update=changes, deep=True)


def test_somebody_who_reads_calmly_is_asked_under_the_buttons_of_the_last_step(service: Service, words: Library) -> None:
    outcome = decide(tapped(END), READING, service)
    said = [event for event in outcome.events if isinstance(event, Said)]
    assert said[-1].text == QUESTION
    own = [button.label for button in words.scripts["screen_time"].steps["beach_away"].buttons]
    assert [label for label, _ in said[-1].buttons] == [*own, "Yes, useful", "Not really"]


KEEPS_SILENT: dict[str, Conversation] = {
    "a risk was noticed": state(risk_noticed=True),
    "a private matter": state(private_matter=True),
    "suicide was asked about": state(suicide_asked=True),
    "somebody asked whether they are OK": state(last_check_in=2),
    "an adult was offered": state(offer=Offer(level=2)),
    "small signs": state(signs=[[KeptSign(id="x", category="bullying", why="y", start=0, end=1)]]),
    "a question is open": state(question="suicide", question_turn=4),
    "after a pause": state(behind_carry_on=True, question="age", question_turn=5),
    "a concern is being written": state(concern=Concern()),
    "a call is being asked for": state(call=Call()),
    "asked thirteen days ago": state(asking=Asking(file="sleep/0", turn=2, at=NOW - timedelta(days=13))),
    "asked about this before": state(opinions_asked=["screen_time"]),
    "helplines an hour ago": state(helpers_shown=NOW - timedelta(hours=1)),
}


@pytest.mark.parametrize("why", KEEPS_SILENT)
def test_nobody_is_asked_where_it_would_be_wrong(service: Service, why: str) -> None:
    assert not asks(decide(tapped(END), KEEPS_SILENT[why], service)), why


SILENT_TURNS: dict[str, Callable[[Turn], Turn]] = {
    "a case is open": lambda turn: replace(turn, case=CASE),
    "a case ended a month ago, less a day": lambda turn: replace(turn, case_ended=NOW - timedelta(days=29)),
    "a check-in waits for its answer": lambda turn: replace(turn, ended=replace(ENDED, asked=True)),
    "a check-in is to come": lambda turn: replace(turn, ended=replace(ENDED, check_in_to_come=True)),
    "something is kept back for them": lambda turn: replace(turn, person=PersonView(kept_back=True)),
    "they did two things at once": lambda turn: replace(turn, heard=(*turn.heard, Heard("2", "button", "0:do:menu"))),
}


@pytest.mark.parametrize("why", SILENT_TURNS)
def test_nobody_is_asked_in_such_a_turn(service: Service, why: str) -> None:
    assert not asks(decide(SILENT_TURNS[why](tapped(END)), READING, service)), why


ASKED: dict[str, tuple[Conversation, Turn]] = {
    "two weeks later": (state(asking=Asking(file="sleep/0", turn=2, at=NOW - timedelta(days=14))), tapped(END)),
    "another topic before": (state(opinions_asked=["sleep"]), tapped(END)),
    "an age that was never told": (state(question="age", question_turn=1), tapped(END)),
    "a day after helplines": (state(helpers_shown=NOW - timedelta(days=1)), tapped(END)),
    "a case that is long over": (READING, replace(tapped(END), case_ended=NOW - timedelta(days=30), ended=ENDED)),
}


@pytest.mark.parametrize("why", ASKED)
def test_what_is_long_ago_or_harmless_keeps_nobody_from_being_asked(service: Service, why: str) -> None:
    assert asks(decide(ASKED[why][1], ASKED[why][0], service)), why


@pytest.mark.parametrize("level", list(Level)[1:])
def test_words_of_worry_or_graver_are_remembered_whatever_is_answered(service: Service, level: Level) -> None:
    risk = Risk(level, ("bullying",), "self")
    heard = Heard("1", "text", "they keep on at me", understood=Understanding("screen_time", 0.9, risk=risk))
    outcome = decide(replace(tapped(), heard=(heard,)), state(asking=Asking(file="sleep/0", turn=5, at=NOW)), service)
    assert outcome.conversation.risk_noticed
    assert outcome.conversation.asking is not None and not outcome.conversation.asking.open


def test_an_answer_counts_once_from_its_own_message_and_not_while_there_is_a_case(service: Service) -> None:
    asked = state(asking=Asking(file="sleep.pl/3", turn=5, at=NOW))
    assert decide(tapped("5:do:useful_no"), asked, service).noted == (("useful", "sleep.pl/3/no"),)
    assert decide(tapped("5:do:useful_yes", "5:do:useful_no"), asked, service).noted == (("useful", "sleep.pl/3/yes"),)
    assert decide(tapped("4:do:useful_no"), asked, service).noted == ()
    assert decide(replace(tapped("5:do:useful_no"), case=CASE), asked, service).noted == ()


def test_of_a_version_that_was_replaced_meanwhile_nobody_is_asked(service: Service, words: Library) -> None:
    old = words.scripts["screen_time"].model_copy(update={"title": "As it was"})
    replaced = replace(service, edition=1, replaced={"screen_time": (Earlier(0, {"en": old}),)})
    assert not asks(decide(tapped(END), READING, replaced))


def test_which_file_and_version_is_counted(service: Service) -> None:
    there = replace(service, versions={"screen_time": 4})
    asking = decide(tapped(END), READING, there).conversation.asking
    assert asking is not None and asking.file == "screen_time/4"


def test_a_count_that_could_not_be_stored_is_not_asked_for(service: Service) -> None:
    there = replace(service, versions={"screen_time": 10**30})
    assert not asks(decide(tapped(END), READING, there)), "PostgreSQL refuses longer names, and the turn would fail"
    assert InsightCount.__table__.c.which.type.length == opinion.LONGEST  # type: ignore[attr-defined]


def test_no_end_is_asked_about_that_points_to_help_or_belongs_to_harm(words: Library) -> None:
    help = {"do:talk", "do:helplines", "do:emergency", "do:plan", "do:concern"}
    ends = [(script, script.steps[name]) for script in words.scripts.values() for name in script.steps if opinion.is_end(script, name)]
    assert len(ends) > 100
    for script, step in ends:
        assert not help & {button.go for button in step.buttons}, script.topic
        assert "999" not in " ".join((*step.say, *step.easy, *step.under_13)), script.topic


@pytest.mark.parametrize("topic", ["low_mood", "coping_self_harm", "county_lines", "grooming_signs", "images_shared", "goodbye"])
def test_nobody_is_asked_about_a_topic_of_harm_or_about_the_talk_itself(service: Service, words: Library, topic: str) -> None:
    for name in words.scripts[topic].steps:
        assert not asks(decide(tapped(f"0:go:{topic}/{name}"), READING, service)), name


def test_a_step_that_leads_further_into_the_script_is_no_end() -> None:
    def step(*ways: str) -> Step:
        return Step(say=("Words",), buttons=tuple(Button(label=way, go=way) for way in ways))

    steps = {"start": step("one", "do:menu"), "one": step("two", "do:menu"), "two": step("one", "do:menu"), "lost": step("do:menu")}
    script = Script.model_construct(topic="x", title="X", steps={**steps, "three": step("one")})
    assert [name for name in script.steps if opinion.is_end(script, name)] == ["two"]


async def test_only_the_count_is_kept_and_staff_read_nothing_of_it(house: House, young: YoungPerson) -> None:
    await young.says("i cant stop scrolling", topic="screen_time")
    await young.taps_token(END)
    await young.taps("Not really")

    def kept(tx: Tx) -> tuple[list[tuple[str, str, int]], bool, list[bool]]:
        counts = [(row.what, row.which, row.number) for row in tx.session.query(InsightCount) if row.what == "useful"]
        tap = tx.session.query(InboxRow).order_by(InboxRow.seq.desc()).first()
        answers = [row.aside for row in tx.session.query(OutboxRow).order_by(OutboxRow.seq)][-1:]
        someone, _ = people.find(tx, young.channel, young.address) or pytest.fail("nobody wrote")
        body = tx.vault.open_for(someone, "inbox.body", tap.id, tap.body_sealed) if tap else ""
        return counts, "useful_no" in body, answers

    assert house.record.read(kept) == ([("useful", "screen_time/0/no", 1)], False, [True])
