"""Drills: through the whole line of a real message, marked wherever staff see them, and left out of what is promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.drill import lines
from bot.rehearsal.house import MONDAY_MORNING, House
from escalation import cases, drills
from escalation.case import Stage
from escalation.drills import Report
from escalation.insight import floor
from escalation.record.tables import CaseRow


async def drill(house: House) -> str:
    """Send a drill and let it be handled as a message is."""
    person_id = house.record.write(lambda tx: drills.send(tx, house.service, house.clock()))
    house.woken.add(person_id)
    await house.settle()
    return person_id


def case_of(house: House, person_id: str) -> CaseRow:
    found = house.record.read(lambda tx: cases.latest_case(tx, person_id))
    assert found
    return found


def report(house: House, person_id: str) -> Report:
    return house.record.read(lambda tx: drills.report(tx, person_id))


async def test_a_drill_is_noticed_and_alerts_whoever_a_real_message_would_and_says_what_it_is(staffed: House) -> None:
    case = case_of(staffed, await drill(staffed))
    assert (case.drill, case.stage, case.basis) == (True, Stage.WAITING, "immediate")
    for name in ("Sam", "Jo"):
        [alert] = staffed.alerts(name)
        assert alert.startswith("DRILL. No young person is waiting.")


async def test_whoever_picks_it_up_ends_it_and_the_time_is_told(staffed: House) -> None:
    person_id = await drill(staffed)
    case = case_of(staffed, person_id)
    staffed.clock.move(minutes=3)
    staffed.pick_up("Sam", case.id)
    case = case_of(staffed, person_id)
    assert (case.stage, case.outcome) == (Stage.CLOSED, drills.PASSED)
    assert staffed.alerts("Sam")[-1].endswith("Minutes until you picked up: 3.")
    await staffed.wait(minutes=60)
    assert len(staffed.alerts("Jo")) == 1, "nobody else is asked any more"
    found = report(staffed, person_id)
    assert (found.by, found.picked_up_at) == ("Sam", found.sent_at + timedelta(minutes=3))
    assert lines(found)[-1] == "Time to human: Sam picked up after 3 min 0 s."


async def test_a_drill_that_nobody_picks_up_ends_and_the_lead_hears_of_it(staffed: House) -> None:
    person_id = await drill(staffed)
    await staffed.wait(minutes=21)
    case = case_of(staffed, person_id)
    assert (case.stage, case.outcome) == (Stage.CLOSED, drills.FAILED)
    assert "Nobody picked up in 20 minutes" in staffed.alerts("Jo")[-1]
    assert report(staffed, person_id).picked_up_at is None
    heard = len(staffed.alerts("Jo"))
    await staffed.wait(minutes=120)
    assert len(staffed.alerts("Jo")) == heard


async def test_of_a_drill_that_never_became_a_case_the_lead_hears_too(staffed: House) -> None:
    staffed.record.write(lambda tx: drills.send(tx, staffed.service, staffed.clock()))
    staffed.clock.move(minutes=21)  # stored, and handled by nobody
    await staffed.ticking.run_due()
    assert "Nobody picked up in 20 minutes" in staffed.alerts("Jo")[-1]


async def test_figures_leave_drills_out(staffed: House) -> None:
    await drill(staffed)
    await staffed.wait(minutes=21)
    seen = staffed.record.read(lambda tx: floor.floor_now(tx, staffed.service, staffed.staff("Jo"), staffed.clock()))
    assert seen.lately.share is None


@pytest.mark.parametrize("gone", ["picked_up_at", "alerted_at", "answered_at"])
def test_the_report_tells_what_happened_and_nothing_that_did_not(gone: str) -> None:
    at = MONDAY_MORNING
    whole = Report(at, at + timedelta(seconds=2), at + timedelta(seconds=3), at + timedelta(seconds=200), "Sam", drills.PASSED)
    assert len(lines(whole)) == 3
    assert len(lines(replace(whole, **{gone: None}))) == 2  # type: ignore[arg-type]
