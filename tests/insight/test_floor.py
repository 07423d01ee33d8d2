"""The floor as a lead sees it: who is there, how fast young people were answered, who had how much. Never what is hidden from her."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation.insight.floor import FloorNow, Here, Load, Speed, floor_now
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import Absence, CaseRow, Staff
from tests.escalation.talking import asks_for_an_adult
from tests.insight.made_up import MadeUp, happens


def floor(house: House, lead: str = "Jo") -> FloorNow:
    return house.record.read(lambda tx: floor_now(tx, house.service, tx.session.query(Staff).filter_by(name=lead).one(), house.clock()))


def here(house: House) -> dict[str, Here]:
    return {one.name: one for one in floor(house).here}


def ago(house: House, **by: float) -> datetime:
    return house.clock() - timedelta(**by)


def test_who_is_on_duty_is_shown_first_in_line_first(staffed: House) -> None:
    assert [(one.name, one.backup, one.conversations, one.capacity) for one in floor(staffed).here] == [
        ("Sam", False, 0, 3),
        ("Alex", True, 0, 3),
    ]


def test_whoever_stepped_away_is_on_holiday_or_may_not_serve_is_named_so(staffed: House) -> None:
    soon, later = staffed.clock() + timedelta(minutes=20), staffed.clock() + timedelta(days=2)

    def away(tx: Tx) -> None:
        tx.session.query(Staff).filter_by(name="Sam").one().away_until = soon
        alex = tx.session.query(Staff).filter_by(name="Alex").one()
        alex.vetted_until = ago(staffed, days=1)
        tx.session.add(Absence(id=new_id(), staff_id=alex.id, starts_at=ago(staffed, days=1), ends_at=later, noted_at=ago(staffed, days=9)))

    staffed.record.write(away)
    assert (here(staffed)["Sam"].away_until, here(staffed)["Sam"].may_serve) == (soon, True)
    assert (here(staffed)["Alex"].away_until, here(staffed)["Alex"].may_serve) == (later, False)


async def test_a_young_person_waits_and_then_talks(staffed: House, young: YoungPerson) -> None:
    case_id = await asks_for_an_adult(young)
    (waiting,) = floor(staffed).waiting
    assert waiting.promised_at is not None and waiting.summary == "" and waiting.lines == ()
    staffed.clock.move(minutes=2)
    staffed.pick_up("Sam", case_id)
    seen = floor(staffed)
    assert seen.waiting == []
    assert here(staffed)["Sam"].conversations == 1
    assert seen.today == Speed(1, timedelta(minutes=2), timedelta(minutes=2), 1, 0)
    assert seen.today.share == 1.0


def test_half_and_nine_in_ten_of_the_waits_of_today_and_of_thirty_days(staffed: House) -> None:
    happens(staffed, *(MadeUp(ago(staffed, hours=3), minutes=minutes) for minutes in (1, 2, 3, 4, 5, 6, 7, 8, 9, 60)))
    happens(staffed, MadeUp(ago(staffed, days=3), minutes=30, kept=False), MadeUp(ago(staffed, days=40), minutes=500, kept=False))
    seen = floor(staffed)
    assert seen.today == Speed(10, timedelta(minutes=5), timedelta(minutes=9), 10, 0)
    assert seen.lately == Speed(11, timedelta(minutes=6), timedelta(minutes=30), 10, 1)


def test_nothing_is_claimed_where_nobody_waited(staffed: House) -> None:
    assert floor(staffed).today == Speed(0, None, None, 0, 0)
    assert floor(staffed).today.share is None


async def test_after_a_hand_over_a_new_wait_is_counted(staffed: House, young: YoungPerson) -> None:
    case_id = await asks_for_an_adult(young)
    staffed.clock.move(minutes=1)
    staffed.pick_up("Sam", case_id)
    staffed.clock.move(minutes=30)
    staffed.hand_back("Sam", case_id)
    staffed.clock.move(minutes=4)
    staffed.pick_up("Alex", case_id)
    seen = floor(staffed).today
    assert (seen.picked_up, seen.median, seen.nine_in_ten) == (2, timedelta(minutes=1), timedelta(minutes=4))


def test_four_weeks_of_work_are_hours_and_cases(staffed: House) -> None:
    sam, alex = staffed.staff("Sam"), staffed.staff("Alex")
    happens(staffed, *[MadeUp(ago(staffed, days=2), by=sam.id)] * 3, MadeUp(ago(staffed, days=5), by=alex.id))
    happens(staffed, MadeUp(ago(staffed, days=30), by=alex.id))
    loads = floor(staffed).loads
    assert loads == [Load(sam.id, "Sam", 1.0, 3), Load(alex.id, "Alex", 1.0, 1)]


def test_drills_are_no_work_and_no_promise(staffed: House) -> None:
    happens(staffed, MadeUp(ago(staffed, hours=1), drill=True, by=staffed.staff("Sam").id))
    assert floor(staffed).today == Speed(0, None, None, 0, 0)
    assert all(load.cases == 0 for load in floor(staffed).loads)


@pytest.mark.rule("S63")
def test_a_case_that_is_hidden_from_a_lead_shows_in_none_of_her_numbers(staffed: House) -> None:
    bo, jo = staffed.hire("Bo", "lead"), staffed.staff("Jo")
    happens(staffed, MadeUp(ago(staffed, hours=1), by=staffed.staff("Sam").id, kept=False, hidden_from=(jo.id,)))
    seen = floor(staffed)
    assert seen.today == Speed(0, None, None, 0, 0)
    assert all(load.cases == 0 for load in seen.loads)
    theirs = floor(staffed, bo.name)
    assert (theirs.today.picked_up, theirs.today.broken) == (1, 1)


@pytest.mark.rule("S63")
async def test_a_conversation_that_is_hidden_from_a_lead_is_not_counted_as_somebody_s(staffed: House, young: YoungPerson) -> None:
    case_id = await asks_for_an_adult(young)
    staffed.pick_up("Sam", case_id)

    jo = staffed.staff("Jo").id

    def hidden(tx: Tx) -> None:
        tx.session.query(CaseRow).filter_by(id=case_id).one().hidden_from = [jo]

    staffed.record.write(hidden)
    assert here(staffed)["Sam"].conversations == 0
