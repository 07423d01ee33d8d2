"""What comes next for a case that waits, as the console says it: who is asked, and when."""

from __future__ import annotations

from bot.rehearsal.house import House, YoungPerson
from escalation.next_step import NextStep, next_steps
from escalation.record.tables import CaseRow
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


async def test_somebody_they_said_no_to_is_not_named(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    sam = staffed.staff("Sam").id
    staffed.record.write(lambda tx: setattr(tx.session.get_one(CaseRow, case_id), "hidden_from", [sam]))
    assert "Sam" not in coming(staffed, case_id).whom
