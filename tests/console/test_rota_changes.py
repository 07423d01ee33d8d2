"""The rota's page as a calendar: shifts moved and lengthened, what stands in the way said at once, gaps filled, days laid out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House
from escalation.console import week
from escalation.console.week import OnRota
from escalation.record import messages
from escalation.record.tables import AuditRow, OutboxRow, Shift, Staff
from escalation.rota.spans import Span
from tests.console.conftest import Open

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def shift_of(house: House, name: str) -> Shift:
    """The first shift of somebody; Sam's is on Monday, 9 to 17, and it is 10 now."""
    staff_id = house.staff(name).id
    return house.record.read(
        lambda tx: tx.session.scalars(select(Shift).where(Shift.staff_id == staff_id).order_by(Shift.starts_at)).first()
    )  # type: ignore[return-value]


def times(house: House, name: str) -> tuple[str, str]:
    shift = shift_of(house, name)
    return shift.starts_at.astimezone(LONDON).strftime("%a %H:%M"), shift.ends_at.astimezone(LONDON).strftime("%a %H:%M")


async def test_a_shift_is_given_another_time_and_who_works_it_is_told(browser: Open, staffed: House) -> None:
    house = staffed
    sam, shift_id = house.staff("Sam").id, shift_of(house, "Sam").id
    house.record.write(lambda tx: setattr(tx.session.get_one(Staff, sam), "telegram", "sams-phone"))
    answer = await (await browser("Jo")).post(
        f"/rota/{shift_id}/change", week="2026-11-23", starts="2026-11-24T18:30", ends="2026-11-25T01:00"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/rota?week=2026-11-23")
    assert times(house, "Sam") == ("Tue 18:30", "Wed 01:00")
    told = house.record.read(lambda tx: [messages.outgoing(tx, row)[0] for row in tx.session.scalars(select(OutboxRow))])
    assert [text for text in told if "Jo has moved your shift" in text]
    actions = house.record.read(lambda tx: list(tx.session.scalars(select(AuditRow.action).where(AuditRow.subject_id == shift_id))))
    assert "shift_changed" in actions


@pytest.mark.parametrize(
    ("starts", "ends", "why"),
    [
        ("2026-11-24T10:00", "2026-11-24T18:00", "on the rota already at that time"),
        ("2026-11-24T18:00", "2026-11-24T17:00", "ends before it begins"),
        ("2026-11-24T18:00", "2026-11-25T18:30", "24 hours at most"),
        ("2026-11-22T18:00", "2026-11-22T22:00", "over already"),
        ("2028-11-24T18:00", "2028-11-24T22:00", "no current vetting and training"),
        ("2027-03-28T01:30", "2027-03-28T06:00", "clocks go forward"),
        ("2026-12-01T18:00", "2026-12-01T22:00", "on holiday then"),
        ("soon", "", "in full"),
    ],
)
async def test_a_change_that_breaks_a_rule_is_explained_and_nothing_is_saved(
    browser: Open, staffed: House, starts: str, ends: str, why: str
) -> None:
    jo, sam = await browser("Jo"), staffed.staff("Sam")
    await jo.post("/rota", who=sam.id, day="2026-11-24", starts="09:00", ends="12:00")
    await jo.post("/rota/holidays", who=sam.id, first="2026-12-01", last="2026-12-02")
    answer = await jo.post(f"/rota/{shift_of(staffed, 'Sam').id}/change", week="2026-11-23", starts=starts, ends=ends)
    assert answer.status_code == 409
    assert why in answer.text
    assert "Nothing was changed." in answer.text
    assert times(staffed, "Sam") == ("Mon 09:00", "Mon 17:00")


async def test_a_shift_that_is_over_or_gone_stays_as_it_is(browser: Open, staffed: House) -> None:
    jo, shift_id = await browser("Jo"), shift_of(staffed, "Sam").id
    again = {"starts": "2026-11-25T09:00", "ends": "2026-11-25T17:00"}
    staffed.clock.move(hours=8)
    jo = await browser("Jo")
    assert "This shift is over. Nothing was changed." in (await jo.post(f"/rota/{shift_id}/change", **again)).text
    assert "not on the rota any more" in (await jo.post("/rota/gone/change", **again)).text


async def test_a_shift_longer_than_any_can_be_made_keeps_its_length_when_it_moves(browser: Open, staffed: House) -> None:
    shift_id = shift_of(staffed, "Sam").id
    ends = MONDAY + timedelta(days=14)
    staffed.record.write(lambda tx: setattr(tx.session.get_one(Shift, shift_id), "ends_at", ends))
    answer = await (await browser("Jo")).post(f"/rota/{shift_id}/change", starts="2026-11-23T09:30", ends="2026-12-07T00:00")
    assert answer.status_code == 303


async def test_whoever_steps_out_of_a_shift_by_a_change_is_not_waited_for(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    await jo.post(f"/rota/{shift_of(staffed, 'Sam').id}/change", starts="2026-11-24T09:00", ends="2026-11-24T17:00")
    assert "On duty now: Alex." in (await jo.get("/rota")).text


async def test_a_gap_is_filled_with_a_press_on_a_name(browser: Open, staffed: House) -> None:
    jo, sam = await browser("Jo"), staffed.staff("Sam")
    link = "/rota?day=2026-11-24&starts=00:00&ends=00:00"
    assert link.replace("&", "&amp;") in (await jo.get("/rota")).text
    page = (await jo.get(link)).text
    assert "Who is there on Tuesday 24 November, 00:00 to 24:00?" in page
    assert f'name="who" value="{sam.id}">Sam</button>' in page
    assert (await jo.post("/rota", who=sam.id, day="2026-11-24", starts="00:00", ends="00:00")).status_code == 303
    assert "Sam is on the rota already at that time." in (await jo.get(link)).text


async def test_only_who_plans_the_rota_is_asked_to_fill_a_gap_or_to_change_a_shift(browser: Open, staffed: House) -> None:
    sam = await browser("Sam")
    page = (await sam.get(f"/rota?shift={shift_of(staffed, 'Sam').id}&day=2026-11-24&starts=00:00&ends=00:00")).text
    assert "Ask for a swap" in page
    assert "/change" not in page
    assert "Who is there on" not in page


async def test_a_list_of_days_begins_with_today(browser: Open, staffed: House) -> None:
    staffed.clock.move(hours=48)
    page = (await (await browser("Sam")).get("/rota")).text.split('id="days"')[1]
    assert [part.split("</h3>")[0] for part in page.split("<h3>")[1:8]] == [
        "Today 25", "Thursday 26", "Friday 27", "Saturday 28", "Sunday 29", "Monday 23", "Tuesday 24"
    ]  # fmt: skip
    assert page.count("<details") == 7 + 2
    assert page.split("</details>")[0].count(" open>") == 1


def on(hour: int, until: int, name: str) -> OnRota:
    return OnRota(name, name, MONDAY + timedelta(hours=hour), MONDAY + timedelta(hours=until), False)


def test_shifts_at_the_same_time_stand_side_by_side() -> None:
    shifts = [on(8, 12, "Sam"), on(9, 11, "Alex"), on(11, 13, "Jo"), on(14, 15, "Nia")]
    [monday, *_] = week.days(date(2026, 11, 23), shifts, [Span(MONDAY, MONDAY + timedelta(hours=8))], LONDON)
    shown = [(entry.shift.name if entry.shift else "", entry.lane, entry.lanes) for entry in monday.entries]
    assert shown == [("", 0, 1), ("Sam", 0, 2), ("Alex", 1, 2), ("Jo", 1, 2), ("Nia", 0, 1)]
    assert monday.bare(MONDAY + timedelta(hours=6)) == timedelta(hours=2)
