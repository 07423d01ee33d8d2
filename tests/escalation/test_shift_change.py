"""The rota moves on while a young person waits: whoever comes on duty is asked then, and not hours later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from escalation.record.store import Tx
from escalation.record.tables import Shift, Staff
from escalation.rota import shifts, swaps
from escalation.rota.spans import Span
from tests.escalation.talking import waits

ASKED = "Someone is waiting to talk."


def one(tx: Tx, name: str) -> Staff:
    return tx.session.scalars(select(Staff).where(Staff.name == name)).one()


def asked(house: House, name: str) -> int:
    """How often somebody was asked to pick up for the first time."""
    return sum(text.startswith(ASKED) for text in house.alerts(name))


@pytest.fixture
def evening(house: House) -> House:
    """Sam goes home in six minutes, and Kim comes then; Alex comes in an hour."""
    for name, role in (("Sam", "worker"), ("Kim", "worker"), ("Alex", "worker"), ("Jo", "lead")):
        house.hire(name, role)
    house.on_duty("Sam", 1.1)
    house.on_duty("Kim", 2, starts_in=0.1)
    house.on_duty("Alex", 3, starts_in=1)
    return house


@pytest.mark.rule("S17")
async def test_whoever_comes_on_duty_within_the_promised_time_is_asked_then(evening: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    assert [asked(evening, name) for name in ("Sam", "Kim")] == [1, 0]
    await evening.wait(minutes=7)
    assert asked(evening, "Kim") == 1
    assert evening.promises(case_id) == ["open"], "what was promised stands"
    await evening.wait(minutes=9)
    assert len(evening.alerts("Kim")) == 1
    assert any("I said someone would be here by now" in line.text for line in young.hears()), "and is owned up to in its time"
    await evening.wait(minutes=15)
    assert evening.alerts("Kim")[1].startswith("Still waiting"), "who came is reminded like everybody else"
    assert asked(evening, "Kim") == 1


@pytest.mark.rule("S65")
async def test_whoever_comes_after_a_broken_promise_is_asked_when_the_young_person_was_told(evening: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    await evening.wait(minutes=61)
    assert asked(evening, "Alex") == 1
    assert evening.promises(case_id) == ["broken", "open"]


async def test_whoever_was_asked_already_is_not_asked_anew_by_another_shift_of_theirs(house: House, young: YoungPerson) -> None:
    for name, role in (("Sam", "worker"), ("Jo", "lead")):
        house.hire(name, role)
    house.on_duty("Sam", 1.1)
    house.on_duty("Sam", 2, starts_in=0.2)
    await waits(young)
    await house.wait(minutes=14)
    assert asked(house, "Sam") == 1


async def test_whoever_takes_a_running_shift_is_asked_about_who_waits(house: House, young: YoungPerson) -> None:
    for name, role in (("Sam", "worker"), ("Kim", "worker"), ("Jo", "lead")):
        house.hire(name, role)
    house.on_duty("Sam")
    await waits(young)

    def swap(tx: Tx) -> None:
        shift = tx.session.scalars(select(Shift)).one()
        wanted = swaps.ask(tx, house.service, shift.id, one(tx, "Sam"), house.clock())
        swaps.take(tx, house.service, wanted.id, one(tx, "Kim"), house.clock())

    house.record.write(swap)
    await house.wait(minutes=1)
    assert asked(house, "Kim") == 1


async def test_whoever_is_put_on_the_rota_while_somebody_waits_is_asked_at_once(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    staffed.hire("Kim")

    def add(tx: Tx) -> None:
        now = staffed.clock()
        shifts.add(tx, staffed.service, one(tx, "Kim"), Span(now - timedelta(minutes=1), now + timedelta(hours=2)), False, now)

    staffed.record.write(add)
    await staffed.wait(minutes=1)
    assert asked(staffed, "Kim") == 1
    assert staffed.promises(case_id) == ["open"]
