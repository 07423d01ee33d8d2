"""A decision is made on a copy: the state that it was given stays as it was, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bot.dialogue.decide import decide
from bot.dialogue.scene import Heard, PersonView, Turn
from bot.dialogue.state import Asking, Call, Concern, Conversation, Fixed, KeptSign, Offer, Part, Place, PlanLine, Shown
from escalation.case import CaseView, Stage
from escalation.context import Service
from escalation.rota.on_duty import Staffing
from nlu.understanding import Level, Risk, Sign, Understanding

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SIGN = KeptSign(id="new_phone", category="criminal_exploitation", why="has a new phone", start=0, end=5, at=NOW)
FULL = Conversation(
    turn=5,
    place=Place(topic="sleep", step="start", begun_at=NOW),
    offer=Offer(level=2, categories=("bullying",), shown=Shown(id="offer", version="1", text="Shall I?", language="en")),
    responded=["bullying"],
    signs=[[SIGN], [], [SIGN, SIGN]],
    plan=[PlanLine(part="people", words="my nan")],
    concern=Concern(about="late", words="nobody came"),
    call=Call(number="07700 900123"),
    asking=Asking(file="sleep/0", turn=5, at=NOW),
    opinions_asked=["sleep"],
)
"""A conversation in which everything is there that could be changed in its place."""


def changeable(value: Any) -> Iterator[object]:
    """Everything in a state that somebody could change in its place."""
    if isinstance(value, Part):
        if not isinstance(value, Fixed):
            yield value
        for within in value.__dict__.values():
            yield from changeable(within)
    elif isinstance(value, list):
        yield value
        for within in value:
            yield from changeable(within)
    else:
        # What is of another kind has to be thought of in `Part.own` first.
        hash(value)


def test_a_copy_is_equal_and_shares_nothing_that_can_be_changed() -> None:
    copy = FULL.own()
    assert copy == FULL and copy.model_dump_json() == FULL.model_dump_json()
    there = list(changeable(FULL))
    assert not {id(one) for one in there} & {id(one) for one in changeable(copy)}
    assert {type(one) for one in there} == {Conversation, Place, Offer, Concern, Call, Asking, list}


@pytest.mark.parametrize("fixed", [SIGN, FULL.plan[0], Shown(id="offer", version="1", text="Shall I?", language="en")])
def test_what_copies_share_cannot_be_changed(fixed: Fixed) -> None:
    for name in type(fixed).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(fixed, name, "another")


def text(words: str, level: Level) -> Heard:
    risk = Risk(level, ("bullying",), "self", signs=(Sign("secrecy", "online_grooming", "keeps a secret", 0, 5),))
    return Heard("1", "text", words, understood=Understanding("sleep", 0.9, risk))


HEARD = {
    **{f"words, {level.id}": text("they keep on at me", level) for level in Level},
    **{
        f"the button {go}": Heard("1", "button", f"5:do:{go}")
        for go in ("yes", "no", "menu", "useful_yes", "share_all", "share_less", "summary_ok", "not_sure", "stop", "delete")
    },
    "a step of a script": Heard("1", "button", "5:go:screen_time/beach_away"),
    "a command": Heard("1", "command", "stop"),
}


@pytest.mark.parametrize(
    "question", [None, "offer", "scope", "summary", "write_summary", "confirm", "plan", "concern_words", "call_number"]
)
@pytest.mark.parametrize(
    "case", [None, CaseView("c", Stage.OFFERED, Level.CONCERN, ("bullying",), "self", "agreement")], ids=["", "offered"]
)
@pytest.mark.parametrize("heard", HEARD.values(), ids=HEARD.keys())
def test_a_decision_leaves_the_state_that_it_was_given_as_it_was(
    service: Service, heard: Heard, case: CaseView | None, question: Any
) -> None:
    given = FULL.model_copy(update={"question": question, "question_turn": 5}, deep=True)
    before = given.model_dump_json()
    outcome = decide(Turn(NOW, (heard,), PersonView(), Staffing, case, lambda level: 10.0), given, service)
    assert given.model_dump_json() == before
    assert outcome.conversation.turn == 6
