"""A flag that needs a decision the same day: reminded, and passed on when the day ends without one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.rehearsal.house import Clock, House, YoungPerson
from escalation import cases
from escalation.context import Service
from escalation.record import messages
from escalation.record.store import Record
from escalation.record.tables import OutboxRow
from escalation.sharing import flags
from nlu.noticing import Noticing
from tests.escalation.talking import does, past, waits


@pytest.fixture
def house(record: Record, service: Service, noticing: Noticing, clock: Clock) -> House:
    """A service with somebody to ring out of hours."""
    return House(record, replace(service, out_of_hours="the duty manager"), noticing, clock)


def flag(house: House, case_id: str, reason: str) -> None:
    house.record.write(lambda tx: flags.flag_lead(tx, house.service, cases.locked(tx, case_id), reason, house.clock()))


def outside(house: House) -> list[str]:
    rows = select(OutboxRow).where(OutboxRow.channel == "out_of_hours")
    found = house.record.read(lambda tx: [messages.outgoing(tx, row)[0] for row in tx.session.scalars(rows)])
    return [text for text in found if "decision" in text]


@pytest.mark.rule("S24")
@pytest.mark.parametrize("reason", ["under_13", "position_of_trust"])
async def test_without_a_decision_the_same_day_it_goes_on(staffed: House, young: YoungPerson, reason: str) -> None:
    case_id = await waits(young)
    staffed.pick_up("Sam", case_id)
    flag(staffed, case_id, reason)
    await staffed.wait(hours=13)
    assert outside(staffed) == []
    await staffed.wait(hours=2)
    assert len(outside(staffed)) == 1
    assert any("needed the same day has not been recorded" in text for text in staffed.alerts("Jo"))
    assert past(staffed, case_id, flags.OVERDUE)[0].detail == {"contact": "the duty manager"}
    await staffed.wait(hours=20)
    assert len(outside(staffed)) == 1


@pytest.mark.rule("S24")
async def test_a_decision_the_same_day_ends_it(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    flag(staffed, case_id, "under_13")
    does(staffed, "Jo", lambda tx, me: flags.decide(tx, cases.locked(tx, case_id), me, "refer", "rang them", staffed.clock()))
    await staffed.wait(hours=20)
    assert outside(staffed) == []
    assert past(staffed, case_id, flags.OVERDUE) == []


async def test_a_no_to_an_urgent_offer_is_reminded_of_but_goes_to_nobody_outside(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    flag(staffed, case_id, "refused_urgent")
    await staffed.wait(hours=20)
    assert outside(staffed) == []


@pytest.mark.rule("S81")
async def test_another_no_after_a_decision_is_flagged_anew_as_they_were_told(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    await young.says("i want to kill myself")
    await young.taps("No")
    case = young.case()
    assert case and case.undecided
    does(staffed, "Jo", lambda tx, me: flags.decide(tx, cases.locked(tx, case.id), me, "no_referral", "spoke to them", staffed.clock()))
    before = len(staffed.alerts("Jo"))
    await young.says("person")
    said = [line.text for line in await young.taps("No")]
    assert any("One person here will know that someone might not be safe" in text for text in said)
    again = young.case()
    assert again and (again.id, again.undecided) == (case.id, True)
    assert len(staffed.alerts("Jo")) == before + 1


@pytest.mark.rule("S83")
async def test_what_no_lead_may_know_goes_outside_at_once(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    jo = staffed.staff("Jo").id
    staffed.record.write(lambda tx: cases.not_this_person(tx, cases.locked(tx, case_id), jo, staffed.clock()))
    flag(staffed, case_id, "position_of_trust")
    assert len(outside(staffed)) == 1
    await staffed.wait(hours=20)
    assert len(outside(staffed)) == 1
