"""Who did what: the audit as a page and as a command, refusals among it, and its head kept elsewhere."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.audit_head import AuditHead
from bot.rehearsal.house import House
from bot.settings import SettingsError
from escalation.consent import Scope
from escalation.record import audit
from escalation.record.ids import new_id
from escalation.record.tables import AuditRow, Concern
from tests.conftest import KEY
from tests.console.conftest import Arrivals, Open
from tests.record.test_settings import one_line, run


def noted(house: House, action: str) -> int:
    counted = select(func.count()).select_from(AuditRow).where(AuditRow.action == action)
    return house.record.read(lambda tx: tx.session.scalar(counted) or 0)


async def test_a_lead_finds_what_one_colleague_did_and_no_words(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    await (await browser("Sam")).get(f"/cases/{case_id}")
    jo = await browser("Jo")
    page = (await jo.get(f"/audit?staff={staffed.staff('Sam').id}&action=case_read")).text
    assert page.count("<strong>Sam</strong>") == 1
    assert f'href="/staff/cases/{case_id}"' in page
    assert "stepdad" not in page
    assert "Nothing fits" in (await jo.get("/audit?since=2100-01-01")).text
    assert noted(staffed, "audit_read") == 2


async def test_an_administrator_sees_that_a_case_was_read_and_no_way_into_it(browser: Open, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    await (await browser("Sam")).get(f"/cases/{case_id}")
    page = (await (await browser("Robin")).get("/audit?action=case_read")).text
    assert f"case …{case_id[-6:]}" in page
    assert f"/cases/{case_id}" not in page


@pytest.mark.rule("S63")
async def test_what_is_hidden_from_a_lead_and_a_concern_about_them_is_not_in_their_audit(
    browser: Open, arrivals: Arrivals, staffed: House
) -> None:
    case_id, jo = arrivals.agreed(Scope.CHAT), staffed.staff("Jo")
    staffed.record.write(lambda tx: audit.note(tx, "case_read", staffed.clock(), staff_id=staffed.staff("Sam").id, case_id=case_id))
    hide = "update cases set hidden_from = ?"
    staffed.record.write(lambda tx: tx.session.connection().exec_driver_sql(hide, (f'["{jo.id}"]',)))

    def about_jo(tx: object) -> None:
        person_id = tx.session.connection().exec_driver_sql("select id from people").scalar()  # type: ignore[attr-defined]
        row = Concern(id=new_id(), person_id=person_id, about_staff_id=jo.id, kind="staff", at=staffed.clock())
        tx.session.add(row)  # type: ignore[attr-defined]
        audit.note(tx, "concern_read", staffed.clock(), staff_id=staffed.staff("Alex").id, subject_id=row.id)  # type: ignore[arg-type]

    staffed.record.write(about_jo)
    for who, sees in (("Jo", 0), ("Robin", 1)):
        other = await browser(who)
        assert (await other.get("/audit?action=case_read")).text.count("<strong>Sam</strong>") == sees
        assert (await other.get("/audit?action=concern_read")).text.count("<strong>Alex</strong>") == sees


async def test_a_page_that_somebody_was_refused_is_noted_once_in_ten_minutes_however_often_they_try(browser: Open, staffed: House) -> None:
    sam = await browser("Sam")
    for _ in range(30):
        assert (await sam.get("/supervisor")).status_code == 403
    assert noted(staffed, "refused") == 1
    assert (await sam.get("/team")).status_code == 403
    assert noted(staffed, "refused") == 2, "another kind of page is another entry"
    staffed.clock.move(minutes=11)
    await sam.get("/supervisor")
    assert noted(staffed, "refused") == 3
    assert "Refused: Supervise" in (await (await browser("Jo")).get("/audit?action=refused")).text


@pytest.mark.parametrize("asked", ["before=0", "before=x", f"before={2**64}"])
async def test_a_number_that_cannot_be_one_is_no_error_of_ours(browser: Open, asked: str) -> None:
    assert (await (await browser("Jo")).get(f"/audit?{asked}")).status_code == 422


async def test_older_entries_are_one_click_further(browser: Open, staffed: House) -> None:
    for _ in range(120):
        staffed.record.write(lambda tx: audit.note(tx, "case_read", staffed.clock(), staff_id=staffed.staff("Sam").id))
    jo = await browser("Jo")
    first = (await jo.get("/audit?action=case_read")).text
    assert first.count("<strong>Sam</strong>") == 100
    older = first[: first.index(">Older<")].rsplit('href="/staff', 1)[1].rstrip('"').replace("&amp;", "&")
    assert (await jo.get(older)).text.count("<strong>Sam</strong>") == 20


def test_the_command_lists_by_time_staff_and_kind_and_checks_a_kept_head(staffed: House, tmp_path: Path) -> None:
    sam, now = staffed.staff("Sam"), staffed.clock()
    staffed.record.write(lambda tx: audit.note(tx, "case_read", now - timedelta(days=9), staff_id=sam.id))
    staffed.record.write(lambda tx: audit.note(tx, "signed_in", now, staff_id=sam.id))
    settings = {"BREAKWATER_DATABASE_URL": staffed.record.url, "BREAKWATER_DATA_KEY": base64.b64encode(KEY).decode()}
    assert [line.split("  ")[1:3] for line in run(tmp_path, "audit", "list", "--staff", "Sam", **settings).lines][:2] == [
        ["Sam", "signed_in"],
        ["Sam", "case_read"],
    ]
    found = run(tmp_path, "audit", "list", "--staff", "Sam", "--since", f"{now:%Y-%m-%d}", **settings).lines
    assert len([line for line in found if "signed_in" in line]) == 1 and not [line for line in found if "case_read" in line]
    assert "nobody of the staff" in one_line(tmp_path, "audit", "list", "--staff", "Nobody", **settings)
    [head] = run(tmp_path, "audit", "head", **settings).lines
    assert run(tmp_path, "audit", "verify", "--head", head, **settings).lines == ["the audit chain is whole and holds that head"]
    forged = f"{head.partition(':')[0]}:{'0' * 64}"
    assert "written anew" in one_line(tmp_path, "audit", "verify", "--head", forged, **settings)


async def test_the_head_goes_to_a_file_elsewhere_and_a_wrong_place_is_said_in_one_line(staffed: House, tmp_path: Path) -> None:
    sends = AuditHead(staffed.record, str(tmp_path / "heads"), "Harbour Youth", staffed.clock)
    await sends.send()
    staffed.record.write(lambda tx: audit.note(tx, "signed_in", staffed.clock()))
    await sends.send()
    kept = [audit.Head.parse(line.split()[1]) for line in (tmp_path / "heads").read_text().splitlines()]
    assert len(set(kept)) == 2
    assert all(staffed.record.read(lambda tx, one=one: audit.holds(tx, one)) for one in kept)  # type: ignore[misc]
    with pytest.raises(SettingsError, match="BREAKWATER_AUDIT_HEAD_TO"):
        AuditHead(staffed.record, "no-such-scheme-geheim", "Harbour Youth", staffed.clock)
    await AuditHead(staffed.record, str(tmp_path / "not" / "there"), "Harbour Youth", staffed.clock).send()
