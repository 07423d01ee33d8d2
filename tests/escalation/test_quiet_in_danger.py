"""An adult who has the conversation and does not answer, when it turns out that a life may be at risk."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from escalation import quiet
from escalation.record.tables import DueRow
from escalation.work import case_work
from nlu.understanding import Level
from tests.escalation.talking import does


def gives_up_in(house: House, case_id: str) -> list[float]:
    """In how many minutes others are asked, where the adult owes an answer."""
    armed = select(DueRow.due_at).where(DueRow.case_id == case_id, DueRow.kind == quiet.GIVE_UP, DueRow.done_at.is_(None))
    return [(at - house.clock()).total_seconds() / 60 for at in house.record.read(lambda tx: list(tx.session.scalars(armed)))]


@pytest.mark.parametrize("owed_before", [False, True])
async def test_in_danger_others_are_asked_as_soon_as_policy_says_for_it(
    staffed: House, young: YoungPerson, talking: str, owed_before: bool
) -> None:
    if not owed_before:
        staffed.worker_says("Sam", talking, "hi, I'm Sam")
    await young.says("i have taken all the tablets")
    assert gives_up_in(staffed, talking) == [staffed.service.policy.quiet["immediate"].give_up]
    await staffed.wait(minutes=5)
    assert young.case().stage == "waiting"  # type: ignore[union-attr]
    assert any(text.startswith("Someone is waiting") for text in staffed.alerts("Alex"))


async def test_what_is_urgent_is_answered_sooner_too(staffed: House, young: YoungPerson, talking: str) -> None:
    staffed.worker_says("Sam", talking, "hi, I'm Sam")
    await young.says("he raped me last night")
    assert young.case().level == Level.URGENT  # type: ignore[union-attr]
    assert gives_up_in(staffed, talking) == [staffed.service.policy.quiet["urgent"].give_up]


async def test_graver_words_never_give_the_adult_more_time(staffed: House, young: YoungPerson, talking: str) -> None:
    await staffed.wait(minutes=10)
    before = gives_up_in(staffed, talking)
    await young.says("i have taken all the tablets")
    assert gives_up_in(staffed, talking)[0] <= before[0] < 4


async def test_a_step_up_by_staff_hurries_an_answer_that_is_owed(staffed: House, young: YoungPerson, talking: str) -> None:
    now = staffed.clock()
    does(staffed, "Jo", lambda tx, me: case_work.set_level(tx, staffed.service, talking, me, Level.IMMEDIATE, (), "took pills", now))
    assert gives_up_in(staffed, talking) == [staffed.service.policy.quiet["immediate"].give_up]
