"""The chain on the real record: nothing is lost or doubled when the clock jumps or the program is upgraded, and nobody is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from escalation import cases, chain
from escalation.agreements import Wording
from escalation.cases import Noticed
from escalation.consent import Scope
from escalation.record import messages
from escalation.record.ids import new_id
from escalation.record.messages import CONTACT
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow, DueRow, OutboxRow
from nlu.noticing import Noticing
from nlu.understanding import Level


async def waits(house: House, young: YoungPerson, level: Level = Level.CONCERN) -> CaseRow:
    """This young person has said yes, and waits for an adult."""
    await young.starts()
    young.hears()

    def agree(tx: Tx) -> None:
        someone = tx.session.merge(young.person())
        case = cases.offer(tx, someone, Noticed(level, ("bullying",), "self", frozenset(), None), house.clock())
        cases.agree(tx, house.service, case, Scope.WANTS_TO_TALK, Wording("consent.confirm_talk", "1", "…"), None, house.clock())

    house.record.write(agree)
    case = young.case()
    assert case
    return case


def alerts(house: House) -> list[int]:
    return [len(house.alerts(name)) for name in ("Sam", "Alex", "Jo")]


def steps(house: House, kind: str = chain.STEP) -> list[tuple[str | None, bool]]:
    """Result and state of every due row of a kind."""
    rows = select(DueRow).where(DueRow.kind == kind).order_by(DueRow.due_at)
    return [(row.result, row.done_at is not None) for row in house.record.read(lambda tx: list(tx.session.scalars(rows)))]


async def test_when_the_clock_jumps_forward_everything_happens_once_and_in_its_order(staffed: House, young: YoungPerson) -> None:
    await waits(staffed, young)
    staffed.clock.move(minutes=31)
    for _ in range(3):
        await staffed.ticking.run_due()
    assert alerts(staffed) == [3, 2, 2]
    assert [result for result, _ in steps(staffed)] == ["done"] * 4
    assert staffed.promises((young.case() or pytest.fail()).id) == ["broken"]


async def test_when_the_clock_jumps_back_nothing_happens_again_and_the_rest_happens_when_its_time_comes(
    staffed: House, young: YoungPerson
) -> None:
    await waits(staffed, young)
    await staffed.wait(minutes=8)
    assert alerts(staffed) == [2, 1, 0]
    staffed.clock.move(hours=-1)
    await staffed.ticking.run_due()
    assert alerts(staffed) == [2, 1, 0], "what was done stays done"
    await staffed.wait(minutes=60)
    assert alerts(staffed) == [2, 1, 0]
    await staffed.wait(minutes=30)
    assert alerts(staffed) == [3, 2, 2], "and nothing is lost"


@pytest.mark.rule("S17")
async def test_steps_pending_across_an_upgrade_still_run(staffed: House, young: YoungPerson) -> None:
    """Rows as the first version wrote them: no reminders, a row of its own for the promise, and nothing after the last step."""
    case = await waits(staffed, young)
    staffed.record.write(lambda tx: _as_the_first_version_left_it(tx, staffed, case.id))
    await staffed.wait(minutes=16)
    assert alerts(staffed) == [1, 1, 1]
    assert staffed.promises(case.id) == ["broken"]
    assert young.hears()[0].text.startswith("I'm sorry. I said someone would be here by now")
    await staffed.wait(minutes=15)
    assert "Nobody has come" in young.hears()[0].text
    assert {result for result, _ in steps(staffed)} == {"done"}
    await staffed.ticking.audit()
    assert alerts(staffed) == [2, 2, 2], "the auditor finds that nothing is left to come, and asks again"
    await staffed.ticking.audit()
    assert alerts(staffed) == [2, 2, 2]


def _as_the_first_version_left_it(tx: Tx, house: House, case_id: str) -> None:
    case, now = tx.session.get_one(CaseRow, case_id), house.clock()
    ids = {name: house.staff(name).id for name in ("Alex", "Jo")}
    for row in tx.session.scalars(select(DueRow).where(DueRow.case_id == case_id)):
        tx.session.delete(row)

    def later(minutes: int, kind: str, detail: dict[str, object]) -> None:
        due_at, detail = now + timedelta(minutes=minutes), {**detail, "generation": 1}
        row = DueRow(id=new_id(), kind=kind, person_id=case.person_id, case_id=case_id, due_at=due_at, detail=detail, created_at=now)
        tx.session.add(row)

    later(7, "chain_step", {"alert": [ids["Alex"]], "tell": None})
    later(15, "chain_step", {"alert": [ids["Jo"]], "tell": "still_waiting"})
    later(15, "promise", {})
    later(30, "chain_step", {"alert": [], "tell": "nobody_came"})
    plan = [{"due_at": now.isoformat(), "alert": [house.staff("Sam").id], "tell": None}]
    plan += [{"due_at": (now + timedelta(minutes=7)).isoformat(), "alert": [ids["Alex"]], "tell": None}]
    case.chain = {"steps": plan, "promised_at": (now + timedelta(minutes=15)).isoformat(), "generation": 1}


async def test_a_case_that_lost_what_was_to_come_is_found_and_asked_again(staffed: House, young: YoungPerson) -> None:
    case = await waits(staffed, young)
    staffed.record.write(lambda tx: chain.stop(tx, cases.locked(tx, case.id), staffed.clock()))
    await staffed.ticking.audit()
    assert alerts(staffed) == [2, 1, 1]
    assert (None, False) in steps(staffed, chain.AGAIN)


async def test_whoever_comes_on_duty_after_the_last_step_is_asked_from_the_start(staffed: House, young: YoungPerson) -> None:
    await waits(staffed, young)
    await staffed.wait(minutes=31)
    staffed.hire("Kim")
    staffed.on_duty("Kim", starts_in=0)
    await staffed.wait(minutes=61)
    assert staffed.alerts("Kim")
    assert staffed.promises((young.case() or pytest.fail()).id)[-1] in ("open", "broken")


@pytest.mark.rule("S82")
async def test_who_was_said_no_to_while_they_wait_is_not_alerted_by_the_running_plan(staffed: House, young: YoungPerson) -> None:
    case = await waits(staffed, young)
    alex = staffed.staff("Alex").id
    staffed.record.write(lambda tx: cases.not_this_person(tx, cases.locked(tx, case.id), alex, staffed.clock()))
    await staffed.wait(minutes=31)
    assert staffed.alerts("Alex") == []


async def test_the_out_of_hours_contact_is_asked_after_the_lead_and_staff_hear_of_it_by_name(staffed: House, noticing: Noticing) -> None:
    staffed = House(staffed.record, replace(staffed.service, out_of_hours="County duty team"), noticing, staffed.clock)
    case = await waits(staffed, YoungPerson(staffed))
    await staffed.wait(minutes=21)
    assert outside(staffed) == []
    await staffed.wait(minutes=2)
    [text] = outside(staffed)
    assert "nobody has answered" in text
    assert "bullying" not in text
    assert any("County duty team has been alerted too" in alert for alert in staffed.alerts("Jo"))
    events = staffed.record.read(lambda tx: list(tx.session.scalars(select(CaseEvent.event).where(CaseEvent.case_id == case.id))))
    assert events.count("out_of_hours_asked") == 1


async def test_without_an_out_of_hours_contact_the_step_is_left_out(staffed: House, young: YoungPerson) -> None:
    case = await waits(staffed, young)
    await staffed.wait(minutes=31)
    assert outside(staffed) == []
    assert [len(step["alert"]) for step in case.chain["steps"]] == [1, 1, 1, 1, 3]


@pytest.mark.rule("S83")
async def test_with_nobody_on_duty_and_no_lead_who_may_know_the_contact_outside_is_asked(house: House, noticing: Noticing) -> None:
    """They spoke of somebody in a position of trust, and said no to the only lead."""
    house = House(house.record, replace(house.service, out_of_hours="County duty team"), noticing, house.clock)
    house.hire("Sam")
    house.hire("Jo", "lead")
    house.on_duty("Sam")
    young = YoungPerson(house)
    await young.starts()
    await young.says("my teacher keeps touching me")
    case = young.case()
    assert case
    jo = house.staff("Jo").id
    house.record.write(lambda tx: cases.not_this_person(tx, cases.locked(tx, case.id), jo, house.clock()))
    for label in ("Leave a message", "Only that I want to talk", "Send it"):
        await young.taps(label)
    assert (case.level, len(house.alerts("Sam"))) == (Level.CONCERN, 0)
    assert len(outside(house)) == 1


def outside(house: House) -> list[str]:
    """What the out-of-hours contact was sent."""

    def read(tx: Tx) -> list[str]:
        rows = tx.session.scalars(select(OutboxRow).where(OutboxRow.channel == CONTACT).order_by(OutboxRow.seq))
        return [messages.outgoing(tx, row)[0] for row in rows]

    return house.record.read(read)
