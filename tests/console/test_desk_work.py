"""Flags, rota and staff accounts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House
from escalation.case import Stage
from escalation.consent import Scope
from escalation.console import week
from escalation.console.week import WhenError
from escalation.record.tables import AuditRow, CaseRow, Shift
from escalation.staff import accounts
from escalation.staff.accounts import AccountError
from nlu.understanding import Level
from tests.console.conftest import Arrivals, Open

LONDON = ZoneInfo("Europe/London")


@pytest.mark.rule("S80")
async def test_a_refused_urgent_case_reaches_the_lead_without_quotes(browser: Open, arrivals: Arrivals) -> None:
    arrivals.refused(Level.URGENT)
    page = (await (await browser("Jo")).get("/flags")).text
    assert "Said no to an adult, and it is urgent" in page
    assert "they have my pictures" not in page


@pytest.mark.rule("S72")
async def test_what_a_flag_tells_of_a_case_is_noted_as_a_read(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = arrivals.refused(Level.URGENT)
    await (await browser("Jo")).get("/flags")
    shown = select(AuditRow.case_id).where(AuditRow.action == "case_shown", AuditRow.staff_id == staffed.staff("Jo").id)
    assert staffed.record.read(lambda tx: list(tx.session.scalars(shown))) == [case_id]


async def test_a_lead_who_looks_at_a_refusal_is_told_that_nobody_writes_there(browser: Open, arrivals: Arrivals) -> None:
    case_id = arrivals.refused(Level.URGENT)
    page = (await (await browser("Jo")).get(f"/cases/{case_id}")).text
    assert "They have not agreed to share what they wrote." in page
    assert "nobody writes to them here" in page
    assert "A short hello" not in page


@pytest.mark.rule("S24")
async def test_a_flag_is_decided_with_a_reason_and_only_then_leaves_the_list(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = arrivals.refused()
    jo = await browser("Jo")
    answer = await jo.post(f"/flags/{case_id}", decision="refer", reason=" ")
    assert answer.status_code == 422
    assert "write the reason" in answer.text
    assert re.search(r'value="refer" required checked', answer.text)
    assert (await jo.post(f"/flags/{case_id}", decision="refer", reason="Needs a referral today.")).status_code == 303
    assert "Nothing to decide" in (await jo.get("/flags")).text
    decided = staffed.record.read(lambda tx: list(tx.session.scalars(select(AuditRow.action))))
    assert "flag_decided" in decided


async def test_the_week_shows_who_is_on_and_where_nobody_is(browser: Open) -> None:
    page = (await (await browser("Jo")).get("/rota?week=2026-11-25")).text
    assert "23 to 29 November 2026" in page
    assert re.search(r"<strong>Sam</strong>\s*<span>09:00–17:00</span>", page)
    assert re.search(r"<strong>Nobody</strong> <span>00:00–09:00</span>", page)


async def test_a_shift_is_added_in_local_time_and_kept_in_utc(browser: Open, staffed: House) -> None:
    jo, sam = await browser("Jo"), staffed.staff("Sam")
    answer = await jo.post("/rota", who=sam.id, day="2027-06-01", starts="22:00", ends="02:00")
    assert answer.status_code == 303
    shift = staffed.record.read(
        lambda tx: tx.session.scalars(select(Shift).where(Shift.starts_at > datetime(2027, 5, 1, tzinfo=UTC))).one()
    )
    assert (shift.starts_at, shift.ends_at) == (datetime(2027, 6, 1, 21, tzinfo=UTC), datetime(2027, 6, 2, 1, tzinfo=UTC))
    page = (await jo.get("/rota?week=2027-06-01")).text
    assert "22:00–24:00" in page
    assert "00:00–02:00" in page


@pytest.mark.parametrize(
    ("fields", "explained"),
    [
        ({"who": "", "day": "2026-11-24", "starts": "18:00", "ends": "22:00"}, "Choose who works"),
        ({"who": "Sam", "day": "2026-11-23", "starts": "12:00", "ends": "14:00"}, "on the rota already"),
        ({"who": "Sam", "day": "2028-11-24", "starts": "18:00", "ends": "22:00"}, "no current vetting and training"),
        ({"who": "Kit", "day": "2026-11-24", "starts": "18:00", "ends": "22:00"}, "only workers and leads"),
        ({"who": "Sam", "day": "soon", "starts": "18:00", "ends": "22:00"}, "in full"),
        ({"who": "Sam", "day": "2027-03-28", "starts": "01:30", "ends": "06:00"}, "clocks go forward"),
    ],
)
async def test_a_shift_that_cannot_be_is_explained_and_the_form_keeps_what_was_typed(
    browser: Open, staffed: House, fields: dict[str, str], explained: str
) -> None:
    who = staffed.staff(fields["who"]).id if fields["who"] else ""
    answer = await (await browser("Jo")).post("/rota", **{**fields, "who": who})
    assert answer.status_code == 422
    assert explained in answer.text
    assert f'name="starts" type="time" value="{fields["starts"]}"' in answer.text


@pytest.mark.rule("S67")
async def test_a_shift_of_somebody_whose_vetting_lapsed_does_not_count(browser: Open, staffed: House) -> None:
    robin, sam = await browser("Robin"), staffed.staff("Sam")
    await robin.post(f"/team/{sam.id}/dates", vetted_until="2026-11-01", trained_until="2027-11-01")
    page = (await (await browser("Jo")).get("/rota")).text
    assert "vetting or training not current: does not count" in page


async def test_a_shift_is_removed_once(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    shift_id = staffed.record.read(lambda tx: tx.session.scalars(select(Shift.id)).first())
    assert (await jo.post(f"/rota/{shift_id}/remove")).status_code == 303
    answer = await jo.post(f"/rota/{shift_id}/remove")
    assert answer.status_code == 409
    assert "not on the rota any more" in answer.text


async def test_an_invite_link_is_shown_once(browser: Open, staffed: House) -> None:
    robin = await browser("Robin")
    answer = await robin.post("/team", name="Mo Lee", role="worker", job="night worker")
    link = re.search(r"http://127\.0\.0\.1:8080/staff(/invite/[\w-]+)", answer.text)
    assert link
    assert (await (await browser("")).get(link.group(1))).status_code == 200
    assert link.group(1) not in (await robin.get("/team")).text


async def test_a_name_that_is_taken_is_explained_and_the_form_keeps_what_was_typed(browser: Open) -> None:
    answer = await (await browser("Robin")).post("/team", name="sam", role="lead", job="night worker")
    assert answer.status_code == 422
    assert "there is an account for sam already" in answer.text.lower()
    assert 'value="night worker"' in answer.text


async def test_a_new_link_ends_the_old_password_and_sessions(browser: Open, staffed: House) -> None:
    robin, sam = await browser("Robin"), await browser("Sam")
    assert "Pass on this link" in (await robin.post(f"/team/{staffed.staff('Sam').id}/invite")).text
    assert (await sam.get("/waiting")).status_code == 401
    assert (await sam.gives_password("Sam")).status_code == 422


async def test_closing_an_account_puts_its_conversations_back_in_the_queue(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    await (await browser("Sam")).post(f"/cases/{case_id}/pick-up")
    await (await browser("Robin")).post(f"/team/{staffed.staff('Sam').id}/close")
    assert staffed.record.read(lambda tx: tx.session.get_one(CaseRow, case_id).stage) == Stage.WAITING


async def test_the_last_administrator_cannot_be_closed(browser: Open, staffed: House) -> None:
    answer = await (await browser("Robin")).post(f"/team/{staffed.staff('Robin').id}/close")
    assert answer.status_code == 409
    assert "invite another one first" in answer.text


def test_one_telegram_account_belongs_to_one_person(staffed: House) -> None:
    with pytest.raises(AccountError, match="belongs to Sam already"):
        staffed.record.write(lambda tx: accounts.link_telegram(tx, staffed.staff("Alex").id, "staff-Sam", staffed.clock()))


def test_nonsense_in_a_time_field_is_refused() -> None:
    with pytest.raises(WhenError):
        week.local("2026-11-31", "18:00", LONDON)
