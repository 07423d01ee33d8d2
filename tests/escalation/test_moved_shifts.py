"""A time at which somebody would be there was told, and the rota changes for the worse: they hear so once, by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from escalation.record.store import Tx
from escalation.record.tables import DueRow, Shift, Staff
from escalation.rota import shifts
from escalation.rota.spans import Span
from tests.escalation.talking import WANTS_TO_TALK, past, waits

MOVED = "I told you when a person could answer, and that has changed."


async def leaves_word(young: YoungPerson) -> str:
    """Nobody is there, and they leave a message; returns the case's id."""
    await young.starts()
    await young.says("person")
    for label in ("Leave a message", WANTS_TO_TALK, "Send it"):
        await young.taps(label)
    young.hears()
    case = young.case()
    assert case
    return case.id


def is_off(house: House, name: str) -> None:
    """Every shift of somebody is taken off the rota."""

    def remove(tx: Tx) -> None:
        staff = tx.session.scalars(select(Staff).where(Staff.name == name)).one()
        for id in tx.session.scalars(select(Shift.id).where(Shift.staff_id == staff.id)).all():
            shifts.remove(tx, house.service, id, staff.id, house.clock())

    house.record.write(remove)


def is_on(house: House, name: str, begins: float) -> None:
    """Somebody is put on the rota, so many hours from now."""

    def add(tx: Tx) -> None:
        staff = tx.session.scalars(select(Staff).where(Staff.name == name)).one()
        start = house.clock() + timedelta(hours=begins)
        shifts.add(tx, house.service, staff, Span(start, start + timedelta(hours=4)), False, house.clock())

    house.record.write(add)


def told(young: YoungPerson) -> list[str]:
    """Each time they were told that it has moved, with the words that follow."""
    texts = [line.text for line in young.lines() if line.speaker != "young_person"]
    return [texts[index + 1] for index, text in enumerate(texts) if text.startswith(MOVED)]


@pytest.fixture
def closed(house: House) -> House:
    """Nobody is on duty; Sam comes in three hours."""
    for name, role in (("Sam", "worker"), ("Alex", "worker"), ("Jo", "lead")):
        house.hire(name, role)
    is_on(house, "Sam", 3)
    return house


@pytest.mark.rule("S17")
async def test_a_later_start_is_told_once_and_without_being_asked(closed: House, young: YoungPerson) -> None:
    case_id = await leaves_word(young)
    is_off(closed, "Sam")
    is_on(closed, "Sam", 5)
    assert told(young) == []
    await closed.wait(minutes=6)
    assert told(young) == ["Your message is still waiting. Next time a person can answer: 15:00."]
    await closed.wait(minutes=20)
    assert len(told(young)) == 1
    assert len(past(closed, case_id, "told_of_move")) == 1


async def test_an_earlier_start_or_one_that_is_put_right_at_once_is_not_told(closed: House, young: YoungPerson) -> None:
    await leaves_word(young)
    is_off(closed, "Sam")
    is_on(closed, "Alex", 2)
    await closed.wait(minutes=10)
    assert told(young) == []


async def test_a_start_that_nobody_knows_any_more_is_told_as_such(closed: House, young: YoungPerson) -> None:
    await leaves_word(young)
    is_off(closed, "Sam")
    await closed.wait(minutes=6)
    assert told(young) == ["Your message is still waiting. I don't know yet when a person can answer."]
    is_on(closed, "Sam", 1)
    await closed.wait(hours=1, minutes=1)
    assert any("waiting to talk" in text for text in closed.alerts("Sam"))


@pytest.mark.rule("S65")
async def test_where_the_promised_adult_is_gone_they_are_told_before_the_time_has_passed(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    young.hears()
    for name in ("Sam", "Alex"):
        is_off(staffed, name)
    is_on(staffed, "Sam", 4)
    before = len(staffed.alerts("Jo"))
    await staffed.wait(minutes=6)
    assert told(young) == ["Your message is still waiting. Next time a person can answer: 14:00."]
    assert staffed.promises(case_id) == ["broken"]
    assert len(staffed.alerts("Jo")) > before, "the lead is asked at once, since nobody is on duty"
    await staffed.wait(minutes=30)
    assert not any("I said someone would be here by now" in line.text for line in young.lines())


async def test_with_somebody_else_on_duty_nothing_is_told(staffed: House, young: YoungPerson) -> None:
    await waits(young)
    is_off(staffed, "Sam")
    await staffed.wait(minutes=6)
    assert told(young) == []


@pytest.mark.rule("S77")
async def test_to_a_phone_that_was_put_down_it_is_one_neutral_knock(closed: House, young: YoungPerson) -> None:
    await leaves_word(young)
    await closed.wait(minutes=40)
    is_off(closed, "Sam")
    await closed.wait(minutes=6)
    assert [line.text for line in young.hears()] == ["Hi again. Would you like to carry on, or start with something new?"]
    await young.says("hi")
    await young.taps("Carry on")
    assert len(told(young)) == 1


async def test_after_the_case_is_over_nothing_more_is_told(closed: House, young: YoungPerson) -> None:
    case_id = await leaves_word(young)
    is_off(closed, "Sam")
    await young.says("actually dont tell anyone")
    await closed.wait(minutes=10)
    assert told(young) == []
    left = select(DueRow.id).where(DueRow.case_id == case_id, DueRow.done_at.is_(None))
    assert closed.record.read(lambda tx: tx.session.scalars(left).all()) == []
