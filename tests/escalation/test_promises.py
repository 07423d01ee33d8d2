"""Promises: made from real times, kept or broken, and owned up to when their own time has passed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.rehearsal.house import House, YoungPerson
from escalation import promises
from escalation.insight import floor
from escalation.record import duty
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow, PromiseRow
from nlu.understanding import Level
from tests.escalation.test_chain import waits


def past(house: House, case: CaseRow, minutes: list[float | None], level: Level = Level.CONCERN, drill: bool = False) -> None:
    """Promises of the last weeks, and after how many minutes somebody picked up; `None`: nobody did."""

    def add(tx: Tx) -> None:
        tx.session.execute(update(CaseRow).where(CaseRow.id == case.id).values(level=level, drill=drill))
        for number, took in enumerate(minutes):
            made = house.clock() - timedelta(days=20, hours=-number)
            row = PromiseRow(id=new_id(), person_id=case.person_id, case_id=case.id, what="adult_here", made_at=made, due_at=made)
            row.broken_at = made
            tx.session.add(row)
            if took is not None:
                at = made + timedelta(minutes=took)
                tx.session.add(CaseEvent(id=new_id(), case_id=case.id, at=at, actor="staff", event="picked_up"))

    house.record.write(add)


def promised_minutes(house: House, level: Level) -> float:
    def read(tx: Tx) -> float:
        return promises.minutes(tx, house.service, duty.staffing_now(tx, house.clock()), house.clock(), level)

    return house.record.read(read)


@pytest.mark.rule("S17")
@pytest.mark.parametrize(
    ("minutes", "promised"),
    [
        ([2.0] * 19, 15),
        ([2.0] * 20, 5),
        ([8.5] * 20, 9),
        ([3.0] * 17 + [11.2, 11.2, 60.0], 12),
        ([3.0] * 10 + [90.0] * 10, 25),
    ],
    ids=["too few", "never below the least", "whole minutes", "a high share of them", "never above the most"],
)
async def test_what_is_promised_comes_from_the_real_times_of_the_last_weeks(
    staffed: House, young: YoungPerson, minutes: list[float | None], promised: float
) -> None:
    case = await waits(staffed, young)
    past(staffed, case, minutes)
    assert promised_minutes(staffed, Level.CONCERN) == promised
    assert promised_minutes(staffed, Level.URGENT) == 10, "each level has times of its own"


async def test_times_of_drills_and_of_long_ago_make_no_promise(staffed: House, young: YoungPerson) -> None:
    case = await waits(staffed, young)
    past(staffed, case, [2.0] * 25, drill=True)
    assert promised_minutes(staffed, Level.CONCERN) == 15
    staffed.record.write(lambda tx: tx.session.execute(update(CaseRow).values(drill=False)))
    assert promised_minutes(staffed, Level.CONCERN) == 5
    staffed.clock.move(days=30)
    assert promised_minutes(staffed, Level.CONCERN) == 15


async def test_with_everyone_on_duty_full_the_longest_time_is_promised(staffed: House, young: YoungPerson) -> None:
    case = await waits(staffed, young)

    def fill(tx: Tx) -> None:
        for name in ("Sam", "Alex"):
            row = tx.session.merge(staffed.staff(name))
            row.capacity = 0

    staffed.record.write(fill)
    assert promised_minutes(staffed, Level.CONCERN) == 25
    assert case.level == Level.CONCERN


@pytest.mark.rule("S17")
async def test_a_broken_promise_is_owned_up_to_when_its_own_time_has_passed_not_at_a_fixed_minute(
    staffed: House, young: YoungPerson
) -> None:
    first = await waits(staffed, young)
    past(staffed, first, [2.0] * 30)
    second = YoungPerson(staffed, address="young-2")
    case = await waits(staffed, second)
    await staffed.wait(minutes=4)
    assert second.hears() == []
    await staffed.wait(minutes=2)
    assert "I said someone would be here by now" in second.hears()[0].text
    promise = staffed.record.read(lambda tx: tx.session.scalars(select(PromiseRow).where(PromiseRow.case_id == case.id)).one())
    assert promise.due_at == case.opened_at + timedelta(minutes=5)
    assert promise.broken_at
    assert promise.owned_up_at == promise.broken_at


def lately(house: House) -> floor.Speed:
    """How fast it was of late, as Jo sees it."""
    return house.record.read(lambda tx: floor.floor_now(tx, house.service, house.staff("Jo"), house.clock())).lately


@pytest.mark.rule("S17")
async def test_who_waits_hears_that_nobody_comes_when_a_lead_closes_it(staffed: House, young: YoungPerson) -> None:
    case = await waits(staffed, young)
    young.hears()
    staffed.close("Jo", case.id, "referred")
    said = young.hears()
    assert "Nobody is coming now" in said[0].text
    assert "Jo" in said[1].text
    assert young.buttons() == ["Talk to a person", "See helplines"]
    assert staffed.promises(case.id) == ["broken"]
    await staffed.wait(hours=5)
    assert not young.hears(), "it was said once"
    await young.taps("Talk to a person")
    assert "Yes" in young.buttons()


async def test_the_share_of_promises_kept_counts_those_that_are_over(staffed: House, young: YoungPerson) -> None:
    assert lately(staffed).share is None
    case = await waits(staffed, young)
    staffed.pick_up("Sam", case.id)
    other = YoungPerson(staffed, address="young-2")
    await waits(staffed, other)
    assert lately(staffed).share == 1.0
    await staffed.wait(minutes=16)
    assert lately(staffed).share == 0.5
