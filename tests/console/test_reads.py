"""Who read a case, and when: for leads, from the audit."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from bot.rehearsal.house import House
from escalation.consent import Scope
from escalation.work.reads import reads
from tests.console.conftest import Arrivals, Open


@pytest.mark.rule("S72")
async def test_a_lead_sees_who_read_a_case_and_for_how_long(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    sam = await browser("Sam")
    for _ in range(3):
        await sam.get(f"/cases/{case_id}")
        staffed.clock.move(minutes=9)
    staffed.clock.move(minutes=40)
    await (await browser("Sam")).get(f"/cases/{case_id}")
    found = staffed.record.read(lambda tx: reads(tx, case_id))
    assert [(one.name, one.times, one.what) for one in found] == [("Sam", 1, ("case_read",)), ("Sam", 3, ("case_read",))]
    page = (await (await browser("Jo")).get(f"/cases/{case_id}/reads")).text
    assert len(re.findall(r"<strong>Sam</strong>", page)) == 2
    assert ">18 minutes</time>" in page


@pytest.mark.rule("S72")
async def test_looking_up_who_read_it_is_noted_too(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    await (await browser("Jo")).get(f"/cases/{case_id}/reads")
    staffed_by = staffed.record.read(lambda tx: tx.session.connection().exec_driver_sql("select action, case_id from audit").all())
    assert ("reads_read", case_id) in [tuple(row) for row in staffed_by]


@pytest.mark.rule("S63")
async def test_a_worker_does_not_see_who_read_it_nor_a_lead_from_whom_it_is_hidden(
    browser: Open, arrivals: Arrivals, staffed: House
) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    assert (await (await browser("Sam")).get(f"/cases/{case_id}/reads")).status_code == 403
    jo = await browser("Jo")
    hidden = "update cases set hidden_from = ?"
    staffed.record.write(lambda tx: tx.session.connection().exec_driver_sql(hidden, (f'["{staffed.staff("Jo").id}"]',)))
    assert (await jo.get(f"/cases/{case_id}/reads")).status_code == 404


def test_it_is_found_without_reading_the_whole_audit(staffed: House) -> None:
    ran: list[tuple[str, object]] = []

    def keep(connection: object, cursor: object, text: str, values: object, *_: object) -> None:
        ran.append((text, values))

    event.listen(staffed.record.engine, "before_cursor_execute", keep)
    staffed.record.read(lambda tx: reads(tx, "a-case"))
    event.remove(staffed.record.engine, "before_cursor_execute", keep)
    text, values = next((text, values) for text, values in ran if "FROM audit" in text)
    plan = staffed.record.read(lambda tx: tx.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all())  # type: ignore[arg-type]
    assert [row[3] for row in plan] == ["SEARCH audit USING INDEX ix_audit_case (case_id=?)"]
