"""What comes next for a case that waits, as the console says it: who is asked, and when."""

from __future__ import annotations

from dataclasses import replace

from bot.rehearsal.house import House, YoungPerson
from escalation.next_step import NextStep, next_steps
from escalation.record.ids import new_id
from escalation.record.tables import CaseRow, DueRow
from nlu.noticing import Noticing
from tests.escalation.talking import waits


def coming(house: House, case_id: str) -> NextStep:
    return house.record.read(lambda tx: next_steps(tx, [tx.session.get_one(CaseRow, case_id)])[case_id])


async def test_each_step_says_who_is_asked_until_everybody_was(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    seen = []
    for _ in range(6):
        step = coming(staffed, case_id)
        seen.append((step.how, step.whom))
        await staffed.wait(minutes=1 + (step.at - staffed.clock()).total_seconds() // 60)
    assert seen[:3] == [("again", ("Sam",)), ("asked", ("Alex",)), ("asked", ("Jo",))]
    assert seen[-1] == ("everybody", ())


async def test_with_nobody_on_duty_it_is_whoever_comes_next_or_the_lead(staffed: House, young: YoungPerson) -> None:
    staffed.leaves_the_rota("Sam")
    staffed.leaves_the_rota("Alex")
    staffed.on_duty("Alex", starts_in=0.5)
    await young.starts()
    await young.says("my stepdad hits me every day")
    for label in ("Leave a message", "This chat so far", "Send it"):
        await young.taps(label)
    case = young.case()
    assert case is not None
    assert coming(staffed, case.id).how == "shift"


async def test_where_the_only_one_asked_is_somebody_they_said_no_to_nobody_is_named(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    sam = staffed.staff("Sam").id
    due = coming(staffed, case_id).at
    staffed.record.write(lambda tx: setattr(tx.session.get_one(CaseRow, case_id), "hidden_from", [sam]))
    assert coming(staffed, case_id) == NextStep(due, "told")


async def test_the_out_of_hours_contact_is_the_next_step_once_everybody_else_was_asked(staffed: House, noticing: Noticing) -> None:
    house = House(staffed.record, replace(staffed.service, out_of_hours="County duty team"), noticing, staffed.clock)
    case_id = await waits(YoungPerson(house))
    steps = []
    for _ in range(5):
        step = coming(house, case_id)
        steps.append((step.how, step.whom, step.outside))
        await house.wait(minutes=1 + (step.at - house.clock()).total_seconds() // 60)
    assert steps == [
        ("again", ("Sam",), False),
        ("asked", ("Alex",), False),
        ("asked", ("Jo",), False),
        ("asked", (), True),
        ("again", ("Sam", "Alex", "Jo"), True),
    ]


async def test_each_case_has_its_own_next_step_and_other_things_to_come_are_none(staffed: House, young: YoungPerson) -> None:
    first = await waits(young)
    staffed.clock.move(minutes=1)
    second = await waits(YoungPerson(staffed, address="another"))
    own = {id: coming(staffed, id) for id in (first, second)}
    assert own[first].at < own[second].at
    at = staffed.clock()
    other = DueRow(id=new_id(), kind="check_in", case_id=first, due_at=at, detail={}, created_at=at)
    staffed.record.write(lambda tx: tx.session.add(other))
    together = staffed.record.read(lambda tx: next_steps(tx, [tx.session.get_one(CaseRow, id) for id in (first, second)]))
    assert together == own
