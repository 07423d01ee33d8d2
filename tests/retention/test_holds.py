"""A hold keeps a case and all that it rests on, says who, why and until when, and is looked at again by its day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation.case import NotPossible
from escalation.record import audit, people
from escalation.record.retention import running
from escalation.work import holds
from escalation.young_person import erasing
from tests.escalation.talking import does, past, talks
from tests.retention.story import counts

WHY = "the police asked for it"


def place(house: House, name: str, case_id: str, reason: str = WHY, review_on: str = "") -> None:
    does(house, name, lambda tx, me: holds.place(tx, house.service, case_id, me, reason, review_on, house.clock()))


def lift(house: House, name: str, case_id: str, reason: str = "the trial is over") -> None:
    does(house, name, lambda tx, me: holds.lift(tx, house.service, case_id, me, reason, house.clock()))


def run(house: House) -> running.Done:
    return running.run(house.record, house.service.retention, house.clock())


@pytest.mark.rule("S71")
async def test_a_hold_stops_expiry_and_erasure_and_what_was_over_goes_once_it_is_lifted(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    await young.says("he hit me again")
    staffed.close("Sam", case_id)
    place(staffed, "Sam", case_id)
    said = len(young.lines())
    staffed.clock.move(days=30000)
    run(staffed)
    assert len(young.lines()) == said, "the chat that the case rests on is held with it"
    assert staffed.reads("Jo", case_id).lines
    [held] = staffed.record.read(lambda tx: running.report(tx, staffed.service.retention, staffed.clock())).held
    assert held.case_id == case_id
    assert held.over_since is not None
    code = staffed.record.read(lambda tx: people.code(tx, young.person().id))
    erased = erasing.erase(staffed.record, staffed.service, code, "they asked", staffed.clock())
    assert [kept.why for kept in erased.kept] == ["held"]
    lift(staffed, "Jo", case_id)
    assert young.lines() == [], "its time was over long ago: it is hidden at once"
    with pytest.raises(NotPossible):
        staffed.reads("Jo", case_id)
    run(staffed)
    assert counts(staffed.record)["cases"] == counts(staffed.record)["people"] == 0


async def test_a_hold_names_who_and_why_and_until_when_and_only_the_lead_lifts_it(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    with pytest.raises(NotPossible, match="write why"):
        place(staffed, "Sam", case_id, reason=" ")
    place(staffed, "Sam", case_id, review_on="2027-01-04")
    with pytest.raises(NotPossible, match="only the lead"):
        lift(staffed, "Sam", case_id)
    [entry] = past(staffed, case_id, "hold_on")
    assert entry.staff_id == staffed.staff("Sam").id
    assert entry.detail == {"reason": WHY, "until": "2027-01-04"}
    case = young.case()
    assert case is not None
    assert (case.held_at, case.hold_review_at) == (staffed.clock(), datetime(2027, 1, 4, 9, tzinfo=UTC))
    lift(staffed, "Jo", case_id)
    assert [one.event for one in past(staffed, case_id, "hold_on", "hold_off")] == ["hold_on", "hold_off"]
    assert staffed.record.read(audit.first_broken) is None


@pytest.mark.parametrize("day", ["2026-11-23", "2020-01-01", "2040-01-01", "soon"])
async def test_the_day_of_the_review_is_one_to_come_and_not_too_far_off(staffed: House, young: YoungPerson, day: str) -> None:
    case_id = await talks(young)
    with pytest.raises(NotPossible):
        place(staffed, "Jo", case_id, review_on=day)


async def test_the_leads_are_asked_on_the_day_and_again_until_it_is_renewed(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.close("Sam", case_id)
    place(staffed, "Jo", case_id, review_on="2026-12-01")

    async def asked_after(**time: float) -> int:
        staffed.clock.at += timedelta(**time)
        await staffed.ticking.run_due()
        return sum("hold" in text for text in staffed.alerts("Jo"))

    assert await asked_after(days=7) == 0
    assert await asked_after(days=1) == 1
    assert await asked_after(days=7) == 2
    place(staffed, "Jo", case_id, "still needed")
    assert await asked_after(days=100) == 2
    case = young.case()
    assert case is not None
    assert case.held_at is not None, "a hold never ends by itself"
