"""The rota's page: repeats, swaps, stepping away, holidays, gaps, other calendars; languages and capacity of the team."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House
from escalation.console import week
from escalation.console.week import OnRota
from escalation.record import duty
from escalation.record.tables import Absence, Shift, ShiftSwap, Staff
from escalation.rota import calendar
from escalation.rota.spans import Span
from tests.console.conftest import Browser, Open

LONDON = ZoneInfo("Europe/London")


def shifts_of(house: House, name: str) -> list[Shift]:
    staff_id = house.staff(name).id
    return house.record.read(lambda tx: list(tx.session.scalars(select(Shift).where(Shift.staff_id == staff_id).order_by(Shift.starts_at))))


async def adds_weekly(jo: Browser, house: House, until: str) -> str:
    """Jo puts Sam on Tuesdays; returns the page."""
    fields = {"who": house.staff("Sam").id, "day": "2026-11-24", "starts": "18:00", "ends": "22:00", "until": until}
    answer = await jo.post("/rota", **fields)
    return answer.text if answer.status_code != 303 else (await jo.get("/rota?week=2026-11-24")).text


async def test_repeats_are_added_with_the_last_day_and_removed_from_one_on(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    await adds_weekly(jo, staffed, "2026-12-15")
    rows = shifts_of(staffed, "Sam")[1:]
    assert "Remove this and later" in (await jo.get(f"/rota?week=2026-12-01&shift={rows[1].id}")).text
    assert [row.starts_at.astimezone(LONDON).strftime("%d %H:%M") for row in rows] == ["24 18:00", "01 18:00", "08 18:00", "15 18:00"]
    assert (await jo.post(f"/rota/{rows[2].id}/remove", later="yes", week="2026-12-08")).status_code == 303
    assert len(shifts_of(staffed, "Sam")) == 3


async def test_what_repeats_leave_out_is_named_on_the_page(browser: Open, staffed: House) -> None:
    jo, robin = await browser("Jo"), await browser("Robin")
    await robin.post(f"/team/{staffed.staff('Sam').id}/dates", vetted_until="2026-12-04", trained_until="2027-11-01")
    page = await adds_weekly(jo, staffed, "2026-12-15")
    assert page.count("no current vetting and training date for that day") == 2
    assert len(shifts_of(staffed, "Sam")) == 3


@pytest.mark.parametrize(
    ("until", "why"), [("2026-11-01", "end before the first shift"), ("2030-01-01", "a year at most"), ("soon", "last day")]
)
async def test_repeats_that_make_no_sense_are_explained(browser: Open, staffed: House, until: str, why: str) -> None:
    assert why in await adds_weekly(await browser("Jo"), staffed, until)
    assert len(shifts_of(staffed, "Sam")) == 1


async def test_two_people_swap_a_shift_by_themselves(browser: Open, staffed: House) -> None:
    staffed.leaves_the_rota("Alex")
    [shift] = shifts_of(staffed, "Sam")
    sam, alex = await browser("Sam"), await browser("Alex")
    assert "/swap" not in (await alex.get(f"/rota?shift={shift.id}")).text
    assert f"/rota/{shift.id}/swap" in (await sam.get(f"/rota?shift={shift.id}")).text
    assert (await sam.post(f"/rota/{shift.id}/swap")).status_code == 303
    swap_id = staffed.record.read(lambda tx: tx.session.scalars(select(ShiftSwap.id)).one())
    assert "Keep it after all" in (await sam.get("/rota")).text
    assert "I take it" in (await alex.get("/rota")).text
    assert (await alex.post(f"/rota/swaps/{swap_id}/take")).status_code == 303
    assert [row.id for row in shifts_of(staffed, "Alex")] == [shift.id]
    late = await (await browser("Jo")).post(f"/rota/swaps/{swap_id}/take")
    assert (late.status_code, "somebody took the shift" in late.text) == (409, True)


async def test_stepping_away_and_coming_back(browser: Open, staffed: House) -> None:
    sam = await browser("Sam")
    assert (await sam.post("/rota/away", minutes="30")).status_code == 303
    page = (await sam.get("/rota")).text
    assert "You are not asked until 10:30." in page
    assert "On duty now: Alex." in page
    assert "Sam is away until 10:30." in (await (await browser("Jo")).get("/rota")).text
    await sam.post("/rota/back")
    assert "On duty now: Sam, Alex." in (await sam.get("/rota")).text


@pytest.mark.parametrize("minutes", ["", "-5", "0", "100000", "abc", "300"])
async def test_stepping_away_for_a_time_that_cannot_be_changes_nothing(browser: Open, staffed: House, minutes: str) -> None:
    assert (await (await browser("Sam")).post("/rota/away", minutes=minutes)).status_code == 409
    assert staffed.staff("Sam").away_until is None


async def test_a_holiday_of_ones_own_and_shifts_in_it_do_not_count(browser: Open, staffed: House) -> None:
    sam = await browser("Sam")
    others = staffed.staff("Alex").id
    assert (await sam.post("/rota/holidays", who=others, first="2026-11-23", last="2026-11-24")).status_code == 303
    page = (await sam.get("/rota")).text
    assert "Sam: 23 November 2026 to 24 November 2026" in page
    assert "on holiday: does not count" in page
    [absence] = staffed.record.read(lambda tx: list(tx.session.scalars(select(Absence))))
    assert absence.staff_id == staffed.staff("Sam").id, "a worker notes their own, whatever the form says"
    assert "Sam: 23 November" not in (await (await browser("Alex")).get("/rota")).text
    assert (await (await browser("Alex")).post(f"/rota/holidays/{absence.id}/cancel")).status_code == 409
    assert (await (await browser("Robin")).post(f"/rota/holidays/{absence.id}/cancel")).status_code == 303


async def test_who_plans_the_rota_notes_anybodys_holiday(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    assert (await jo.post("/rota/holidays", who=staffed.staff("Alex").id, first="2026-12-21", last="2026-12-28")).status_code == 303
    assert "Alex: 21 December 2026 to 28 December 2026" in (await jo.get("/rota")).text
    for wrong in (
        {"who": "nobody", "first": "2026-12-21", "last": "2026-12-28"},
        {"who": staffed.staff("Alex").id, "first": "x", "last": "9999-12-31"},
    ):
        assert (await jo.post("/rota/holidays", **wrong)).status_code == 409


async def test_a_gap_stands_in_words_and_a_bank_holiday_by_its_name(browser: Open, staffed: House) -> None:
    page = (await (await browser("Sam")).get("/rota?week=2026-12-21")).text
    assert re.search(r'<div class="gap ">\s*<strong>Nobody</strong> <span>00:00–24:00</span>', page)
    assert "Christmas Day" in page


async def test_the_rota_goes_to_other_calendars(browser: Open, staffed: House) -> None:
    answer = await (await browser("Sam")).get("/rota.ics?mine=yes")
    assert answer.headers["content-type"].startswith("text/calendar")
    [planned] = calendar.read(answer.content, LONDON, staffed.clock())
    assert (planned.name, planned.backup, planned.span.starts_at) == ("Sam", False, datetime(2026, 11, 23, 9, tzinfo=UTC))
    everybody = calendar.read((await (await browser("Jo")).get("/rota.ics")).content, LONDON, staffed.clock())
    assert [(one.name, one.backup) for one in everybody] == [("Alex", True), ("Sam", False)]


async def test_the_team_page_keeps_capacity_and_languages(browser: Open, staffed: House) -> None:
    robin, sam = await browser("Robin"), staffed.staff("Sam")
    answer = await robin.client.post(
        f"/staff/team/{sam.id}/work", data={"csrf": robin.csrf, "capacity": "2", "languages": ["ur", "pl", "klingon"]}
    )
    assert answer.status_code == 303
    assert (staffed.staff("Sam").capacity, staffed.staff("Sam").languages) == (2, ["pl", "ur"])
    assert 'English, <span lang="pl">Polski</span>, <span lang="ur">اردو</span>' in (await robin.get("/team")).text


@pytest.mark.parametrize("capacity", ["0", "11", "", "-1", "many", "9" * 5000])
async def test_a_capacity_that_cannot_be_is_refused(browser: Open, staffed: House, capacity: str) -> None:
    answer = await (await browser("Robin")).post(f"/team/{staffed.staff('Sam').id}/work", capacity=capacity)
    assert (answer.status_code, "between 1 and 10" in answer.text) == (409, True)


def test_gaps_are_where_nobody_who_counts_is_on(staffed: House) -> None:
    for name, starts, hours in (("Sam", 9, 3), ("Alex", 11, 3), ("Jo", 15, 2)):
        staffed.leaves_the_rota(name)
        staffed.on_duty(name, hours=hours, starts_in=starts - staffed.clock().hour)
    jo = staffed.staff("Jo").id
    staffed.record.write(lambda tx: setattr(tx.session.get_one(Staff, jo), "vetted_until", staffed.clock()))
    begins = datetime(2026, 11, 23, tzinfo=UTC)
    covered = staffed.record.read(lambda tx: duty.covered(tx, begins, begins + timedelta(days=1)))
    assert [(span.starts_at.hour, span.ends_at.hour) for span in covered] == [(9, 12), (11, 14)]


def test_a_week_shows_each_part_on_its_own_day() -> None:
    night = Span(datetime(2026, 11, 23, 22, tzinfo=UTC), datetime(2026, 11, 24, 6, tzinfo=UTC))
    shift = OnRota("a", "Sam", night.starts_at, night.ends_at, False)
    gap = Span(datetime(2026, 11, 24, 6, tzinfo=UTC), datetime(2026, 11, 25, 2, tzinfo=UTC))
    days = week.days(date(2026, 11, 23), [shift], [gap], LONDON)
    shown = [[(entry.starts_at.hour, entry.ends_at.hour, entry.shift is None) for entry in day.entries] for day in days[:3]]
    assert shown == [[(22, 0, False)], [(0, 6, False), (6, 0, True)], [(0, 2, True)]]


def test_the_day_the_clocks_change_has_its_real_length() -> None:
    gap = Span(datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 27, tzinfo=UTC))
    [entry] = week.days(date(2026, 10, 19), [], [gap], LONDON)[6].entries
    assert entry.ends_at - entry.starts_at == timedelta(hours=25)
