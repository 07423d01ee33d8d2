"""What happens on the rota, on the real record: repeats, swaps, holidays, stepping away, and who is asked then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from content.editorial.opening import Hours
from escalation.phone import taps
from escalation.record import audit, duty
from escalation.record.duty import RotaError
from escalation.record.store import Tx
from escalation.record.tables import Shift, Staff
from escalation.rota import gaps, shifts, swaps
from escalation.rota.on_duty import Staffing
from escalation.rota.spans import Span
from escalation.staff import accounts
from nlu.noticing import Noticing
from tests.escalation import talking


def one(tx: Tx, name: str) -> Staff:
    """The member of staff with this name."""
    found = duty.staff_named(tx, name)
    assert found is not None
    return found


def span(house: House, begins: float, hours: float) -> Span:
    """A stretch from so many hours from now, so many hours long."""
    start = house.clock() + timedelta(hours=begins)
    return Span(start, start + timedelta(hours=hours))


def rota_of(house: House, name: str) -> list[Shift]:
    """The shifts of somebody, in order."""
    return house.record.read(
        lambda tx: list(tx.session.scalars(select(Shift).where(Shift.staff_id == one(tx, name).id).order_by(Shift.starts_at)))
    )


def staffing(house: House, language: str | None = None) -> Staffing:
    return house.record.read(lambda tx: duty.staffing_now(tx, house.clock(), language=language))


def names(adults: Any) -> list[str]:
    return [adult.first_name for adult in adults]


def change(house: House, name: str, **columns: object) -> None:
    """Change the account of somebody."""

    def set_them(tx: Tx) -> None:
        for column, value in columns.items():
            setattr(one(tx, name), column, value)

    house.record.write(set_them)


def weekly(house: House, name: str, first: Span, until: date) -> shifts.Added:
    return house.record.write(lambda tx: shifts.add_weekly(tx, house.service, one(tx, name), first, until, False, house.clock()))


def holiday(house: House, name: str, time_off: Span) -> str:
    return house.record.write(
        lambda tx: shifts.note_holiday(tx, house.service, one(tx, name), time_off, one(tx, name).id, house.clock()).id
    )


def ask(house: House, name: str, shift_id: str) -> str:
    return house.record.write(lambda tx: swaps.ask(tx, house.service, shift_id, one(tx, name), house.clock()).id)


def take(house: House, name: str, swap_id: str) -> None:
    house.record.write(lambda tx: swaps.take(tx, house.service, swap_id, one(tx, name), house.clock()))


async def waits(young: YoungPerson) -> str:
    """A young person asks for an adult and agrees; returns the case's id."""
    await young.starts()
    await young.taps_token("0:do:band_13_15")
    await young.says("person")
    for label in ("Yes" if "Yes" in young.buttons() else "Leave a message", talking.WANTS_TO_TALK, "Send it"):
        await young.taps(label)
    case = young.case()
    assert case is not None
    return case.id


def test_weekly_shifts_are_rows_of_one_series_that_end_together(staffed: House) -> None:
    staffed.leaves_the_rota("Sam")
    added = weekly(staffed, "Sam", span(staffed, 24, 8), date(2027, 1, 1))
    rows = rota_of(staffed, "Sam")
    assert len(rows) == len(added.shifts) == 6
    assert len({row.series_id for row in rows}) == 1
    gone = staffed.record.write(lambda tx: shifts.remove(tx, staffed.service, rows[2].id, "", staffed.clock(), and_later=True))
    assert gone == 4
    assert [row.id for row in rota_of(staffed, "Sam")] == [rows[0].id, rows[1].id]


@pytest.mark.rule("S67")
def test_repeats_leave_out_what_cannot_be_and_say_why(staffed: House) -> None:
    staffed.leaves_the_rota("Sam")
    change(staffed, "Sam", vetted_until=staffed.clock() + timedelta(days=23))
    holiday(staffed, "Sam", span(staffed, 24 * 8, 12))
    added = weekly(staffed, "Sam", span(staffed, 24, 8), date(2027, 1, 1))
    assert len(added.shifts) == 3
    assert [why.partition(": ")[0] for _, why in added.left_out] == [
        "Sam is on holiday then",
        "Sam has no current vetting and training date for that day",
        "Sam has no current vetting and training date for that day",
    ]


@pytest.mark.parametrize(
    ("until", "why"), [(date(2026, 11, 1), "end before the first"), (date(2028, 1, 1), "a year at most"), (date(2026, 11, 24), "already")]
)
def test_repeats_that_make_no_sense_add_nothing(staffed: House, until: date, why: str) -> None:
    before = len(rota_of(staffed, "Sam"))
    with pytest.raises(RotaError, match=why):
        weekly(staffed, "Sam", span(staffed, 1, 2), until)
    assert len(rota_of(staffed, "Sam")) == before


def test_a_shift_is_swapped_by_the_people_themselves(staffed: House) -> None:
    [shift] = rota_of(staffed, "Sam")
    staffed.leaves_the_rota("Alex")
    swap = ask(staffed, "Sam", shift.id)
    assert staffed.alerts("Alex") == ["Sam asks who can take a shift: 09:00, until 17:00. You can take it on the Rota page."]
    assert staffing(staffed).first == duty.adult(staffed.staff("Sam")), "until somebody takes it, it stays with whoever asked"
    take(staffed, "Alex", swap)
    assert names(staffing(staffed).on_duty) == ["Alex"]
    assert staffed.alerts("Sam")[-1] == "Alex takes your shift: 09:00, until 17:00."


def test_of_two_who_take_a_shift_one_has_it_and_the_other_hears_why_not(staffed: House) -> None:
    staffed.leaves_the_rota("Alex")
    swap = ask(staffed, "Sam", rota_of(staffed, "Sam")[0].id)
    take(staffed, "Alex", swap)
    with pytest.raises(RotaError, match="somebody took the shift"):
        take(staffed, "Jo", swap)
    assert [row.staff_id for row in rota_of(staffed, "Alex")] == [staffed.staff("Alex").id]


@pytest.mark.rule("S67")
@pytest.mark.parametrize("ends_in", [-1, 2])
def test_nobody_takes_a_shift_with_vetting_that_ends_before_it_does(staffed: House, ends_in: float) -> None:
    staffed.leaves_the_rota("Alex")
    change(staffed, "Alex", vetted_until=staffed.clock() + timedelta(hours=ends_in))
    swap = ask(staffed, "Sam", rota_of(staffed, "Sam")[0].id)
    assert staffed.alerts("Alex") == [], "who could not take it is not asked"
    with pytest.raises(RotaError, match="vetting"):
        take(staffed, "Alex", swap)
    assert names(staffing(staffed).on_duty) == ["Sam"]


def test_a_swap_is_asked_and_withdrawn_by_its_own_people_only(staffed: House) -> None:
    [shift] = rota_of(staffed, "Sam")
    for asker, why in (("Alex", "not yours"), ("Jo", "not yours")):
        with pytest.raises(RotaError, match=why):
            ask(staffed, asker, shift.id)
    swap = ask(staffed, "Sam", shift.id)
    with pytest.raises(RotaError, match="already"):
        ask(staffed, "Sam", shift.id)
    with pytest.raises(RotaError, match="only who asked"):
        staffed.record.write(lambda tx: swaps.withdraw(tx, swap, one(tx, "Alex"), staffed.clock()))
    with pytest.raises(RotaError, match="your own shift"):
        take(staffed, "Sam", swap)
    staffed.record.write(lambda tx: swaps.withdraw(tx, swap, one(tx, "Sam"), staffed.clock()))
    with pytest.raises(RotaError, match="not open any more"):
        take(staffed, "Jo", swap)


def test_a_swapped_shift_leaves_its_series_and_a_removed_one_takes_its_swap_along(staffed: House) -> None:
    staffed.leaves_the_rota("Sam")
    weekly(staffed, "Sam", span(staffed, 24, 8), date(2026, 12, 9))
    first, second, _ = rota_of(staffed, "Sam")
    take(staffed, "Alex", ask(staffed, "Sam", second.id))
    ask(staffed, "Sam", first.id)
    staffed.record.write(lambda tx: shifts.remove(tx, staffed.service, first.id, "", staffed.clock(), and_later=True))
    assert rota_of(staffed, "Sam") == []
    assert second.id in [row.id for row in rota_of(staffed, "Alex")]
    assert staffed.record.read(lambda tx: swaps.wanted(tx, staffed.clock())) == []


def test_a_shift_in_a_holiday_stays_on_the_rota_and_does_not_count(staffed: House) -> None:
    time_off = holiday(staffed, "Sam", span(staffed, -10, 12))
    assert len(rota_of(staffed, "Sam")) == 1
    now = staffing(staffed)
    assert names(now.on_duty) == ["Alex"]
    assert now.next_start == staffed.clock() + timedelta(hours=2), "Sam is there again when the holiday is over"
    with pytest.raises(RotaError, match="not yours"):
        staffed.record.write(lambda tx: shifts.cancel_holiday(tx, staffed.service, time_off, one(tx, "Alex"), staffed.clock()))
    staffed.record.write(lambda tx: shifts.cancel_holiday(tx, staffed.service, time_off, one(tx, "Sam"), staffed.clock()))
    assert names(staffing(staffed).on_duty) == ["Sam"]


@pytest.mark.parametrize(("begins", "hours", "why"), [(5, -2, "ends before it begins"), (-9, 2, "over already")])
def test_a_holiday_that_cannot_be_says_why(staffed: House, begins: float, hours: float, why: str) -> None:
    with pytest.raises(RotaError, match=why):
        holiday(staffed, "Sam", span(staffed, begins, hours))


async def test_who_steps_away_is_not_asked_and_who_waits_for_them_goes_on(staffed: House, young: YoungPerson) -> None:
    await waits(young)
    assert [len(staffed.alerts(name)) for name in ("Sam", "Alex")] == [1, 0]
    until = staffed.clock() + timedelta(minutes=30)
    staffed.record.write(lambda tx: shifts.step_away(tx, staffed.service, one(tx, "Sam"), until, staffed.clock()))
    assert len(staffed.alerts("Alex")) == 1, "the back-up is asked at once, and not after seven minutes"
    assert names(staffing(staffed).on_duty) == ["Alex"]
    assert young.hears() == [], "and the young person hears nothing new: the promise stands"
    other = YoungPerson(staffed, address="young-2")
    await waits(other)
    assert len(staffed.alerts("Sam")) == 1
    staffed.clock.move(minutes=31)
    assert names(staffing(staffed).on_duty) == ["Sam"]


async def test_with_everybody_away_nothing_is_promised_and_whoever_comes_back_is_asked(house: House, young: YoungPerson) -> None:
    for name, role in (("Sam", "worker"), ("Jo", "lead")):
        house.hire(name, role)
    house.on_duty("Sam")
    until = house.clock() + timedelta(hours=2)
    house.record.write(lambda tx: shifts.step_away(tx, house.service, one(tx, "Sam"), until, house.clock()))
    case_id = await waits(young)
    assert house.promises(case_id) == []
    assert house.alerts("Sam") == []
    house.record.write(lambda tx: shifts.come_back(tx, house.service, one(tx, "Sam"), house.clock()))
    await house.wait(minutes=1)
    assert len(house.alerts("Sam")) == 1
    assert house.promises(case_id) == ["open"]


@pytest.mark.rule("S65")
async def test_a_shift_added_while_somebody_waits_is_asked_when_it_begins(house: House, young: YoungPerson) -> None:
    for name, role in (("Sam", "worker"), ("Jo", "lead")):
        house.hire(name, role)
    case_id = await waits(young)
    house.record.write(lambda tx: shifts.add(tx, house.service, one(tx, "Sam"), span(house, 1, 4), False, house.clock()))
    await house.wait(minutes=50)
    assert house.alerts("Sam") == []
    await house.wait(minutes=15)
    assert house.alerts("Sam")[0].startswith("Someone is waiting to talk.")
    assert house.promises(case_id) == ["open"]


@pytest.mark.parametrize("minutes", [-1, 0, 241])
def test_stepping_away_is_for_a_while(staffed: House, minutes: int) -> None:
    until = staffed.clock() + timedelta(minutes=minutes)
    with pytest.raises(RotaError, match="within the next four hours"):
        staffed.record.write(lambda tx: shifts.step_away(tx, staffed.service, one(tx, "Sam"), until, staffed.clock()))


async def test_who_has_as_many_conversations_as_they_can_hold_is_asked_last_and_told_so(staffed: House, young: YoungPerson) -> None:
    change(staffed, "Sam", capacity=1)
    case_id = await waits(young)
    staffed.pick_up("Sam", case_id)
    other = YoungPerson(staffed, address="young-2")
    await waits(other)
    assert staffed.alerts("Alex")[-1].startswith("Someone is waiting to talk.")
    assert len(staffed.alerts("Sam")) == 1
    await staffed.wait(minutes=8)
    [told] = [text for text in staffed.alerts("Sam")[1:] if text.startswith("Someone is waiting")]
    assert "You have as many conversations as you can hold (1)." in told


async def test_whoever_speaks_the_young_persons_language_is_named_and_asked_first(staffed: House, young: YoungPerson) -> None:
    staffed.hire("Mo")
    staffed.on_duty("Mo", starts_in=-0.5)
    change(staffed, "Mo", languages=["so"])
    assert names(staffing(staffed, "so").on_duty) == ["Mo", "Sam"]
    await young.starts()
    person = young.person()
    staffed.record.write(lambda tx: setattr(tx.session.merge(person), "language", "so"))
    await young.says("person")
    assert any("Mo" in line.text for line in await young.taps("Yes") + await young.taps("Only that I want to talk"))


async def test_outside_the_hours_of_their_level_nobody_is_promised(staffed: House, young: YoungPerson, noticing: Noticing) -> None:
    """Sam is on the rota, but for emergencies only at this hour."""
    hours = (
        Hours(level="concern", week={"every_day": ("16:00 to 22:00",)}),
        Hours(level="immediate", week={"every_day": ("00:00 to 24:00",)}),
    )
    opening = staffed.service.opening.model_copy(update={"hours": hours})
    house = House(staffed.record, replace(staffed.service, opening=opening), noticing, staffed.clock)
    young.house = house
    case_id = await waits(young)
    assert house.promises(case_id) == []
    assert house.alerts("Sam") == []
    other = YoungPerson(house, address="young-2")
    await other.starts()
    await other.says("i have taken all the tablets")
    assert len(house.alerts("Sam")) == 1


async def test_a_closed_account_gives_its_conversation_back_and_the_young_person_hears_it(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    staffed.pick_up("Sam", case_id)
    young.hears()
    staffed.record.write(
        lambda tx: accounts.close_account(tx, staffed.service, staffed.staff("Sam").id, staffed.staff("Jo").id, staffed.clock())
    )
    heard = " ".join(line.text for line in young.hears())
    assert "Sam can't be here any more. It's not because of you" in heard
    assert "They should write to you here by" in heard
    after = young.case()
    assert after is not None
    assert (after.stage, after.worker_id) == ("waiting", None)
    assert len(staffed.alerts("Alex")) == 1
    with pytest.raises(AssertionError, match="nobody is named Sam"):
        staffed.worker_says("Sam", case_id, "hello?")


async def test_with_nobody_else_there_the_young_person_hears_that_too(house: House, young: YoungPerson) -> None:
    for name, role in (("Sam", "worker"), ("Jo", "lead")):
        house.hire(name, role)
    house.on_duty("Sam")
    case_id = await waits(young)
    house.pick_up("Sam", case_id)
    young.hears()
    house.clock.move(minutes=1)
    house.record.write(lambda tx: accounts.close_account(tx, house.service, house.staff("Sam").id, house.staff("Jo").id, house.clock()))
    assert "Nobody else is here right now, and I won't pretend" in " ".join(line.text for line in young.hears())
    assert len(house.alerts("Jo")) >= 1


async def test_who_waits_is_asked_about_within_a_minute_where_longer_hours_are_published(evenings: House, young: YoungPerson) -> None:
    young.house = evenings
    await waits(young)
    await evenings.wait(minutes=5)
    assert evenings.alerts("Sam") == []
    all_day = (Hours(level="concern", week={"every_day": ("00:00 to 24:00",)}),)
    opening = evenings.service.opening.model_copy(update={"hours": all_day})
    evenings.ticking.use(replace(evenings.service, opening=opening))
    await evenings.wait(minutes=1)
    assert len(evenings.alerts("Sam")) == 1


def warned(house: House) -> list[str]:
    """Look for gaps now, as the calendar does; what the lead has been told of so far."""
    house.record.write(lambda tx: gaps.warn(tx, house.service, house.clock()))
    return house.alerts("Jo")


@pytest.fixture
def evenings(staffed: House, noticing: Noticing) -> House:
    """A service with hours from 16:00 to 22:00."""
    opening = staffed.service.opening.model_copy(update={"hours": (Hours(level="concern", week={"every_day": ("16:00 to 22:00",)}),)})
    return House(staffed.record, replace(staffed.service, opening=opening), noticing, staffed.clock)


@pytest.mark.rule("S65")
def test_leads_are_warned_of_a_gap_seven_days_and_a_day_ahead_once_each(evenings: House) -> None:
    house = evenings
    for name in ("Sam", "Alex"):
        house.leaves_the_rota(name)
    for day in range(20):
        if day != 8:
            house.on_duty("Sam", hours=12, starts_in=24 * day)
    assert warned(house) == []
    house.clock.move(days=1, hours=6)
    assert warned(house) == ["Nobody is on the rota: on 1 December at 16:00, until 22:00. Please fill it on the Rota page."]
    house.clock.move(days=3)
    assert len(warned(house)) == 1
    house.clock.move(days=3)
    assert warned(house)[1:] == ["Nobody is on the rota: tomorrow at 16:00, until 22:00. Please fill it on the Rota page."]
    house.clock.move(hours=5)
    assert len(warned(house)) == 2


def test_a_gap_that_was_filled_is_not_warned_of_again_and_one_that_grows_is(evenings: House) -> None:
    house = evenings
    house.leaves_the_rota("Alex")
    for day in range(1, 9):
        house.on_duty("Sam", hours=12, starts_in=24 * day)
    assert warned(house) == ["Nobody is on the rota: 17:00, until 22:00. Please fill it on the Rota page."]
    house.leaves_the_rota("Sam")
    assert warned(house)[-1].startswith("Nobody is on the rota: 16:00, until 22:00; tomorrow at 16:00, until 22:00; ")
    assert len(warned(house)) == 2


async def test_the_calendar_of_the_program_looks_for_gaps(evenings: House) -> None:
    evenings.leaves_the_rota("Alex")
    await evenings.ticking.warn_of_gaps()
    await evenings.ticking.warn_of_gaps()
    assert [text.partition(": ")[0] for text in evenings.alerts("Jo")] == ["Nobody is on the rota"]


def test_holidays_leave_gaps_and_a_closed_day_leaves_none(evenings: House) -> None:
    house = evenings
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    house.leaves_the_rota("Alex")
    house.on_duty("Sam", hours=14, starts_in=24)

    def left(day: date) -> list[Span]:
        return house.record.read(lambda tx: gaps.gaps_on(tx, house.service, day))

    assert left(tuesday) == []
    holiday(house, "Sam", Span(datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)))
    assert left(tuesday) == [Span(datetime(2026, 11, 24, 16, tzinfo=UTC), datetime(2026, 11, 24, 22, tzinfo=UTC))]
    assert left(monday) == [Span(datetime(2026, 11, 23, 17, tzinfo=UTC), datetime(2026, 11, 23, 22, tzinfo=UTC))]


def test_what_is_done_to_the_rota_stands_in_the_audit(staffed: House) -> None:
    weekly(staffed, "Jo", span(staffed, 24, 8), date(2026, 12, 9))
    ask(staffed, "Sam", rota_of(staffed, "Sam")[0].id)
    holiday(staffed, "Alex", span(staffed, 24, 24))
    from escalation.record.tables import AuditRow

    actions = staffed.record.read(lambda tx: list(tx.session.scalars(select(AuditRow.action).order_by(AuditRow.seq))))
    assert actions == ["shifts_added", "swap_asked", "holiday_noted"]
    assert staffed.record.read(audit.first_broken) is None


@pytest.mark.parametrize(
    ("typed", "answered"),
    [
        ("/away", "You are not asked until 10:30."),
        ("/away 45", "You are not asked until 10:45."),
        ("/away soon", "write the minutes as a number"),
        ("/away 999", "within the next four hours"),
        ("/here", "Good to have you back."),
    ],
)
def test_stepping_away_from_ones_own_phone(staffed: House, typed: str, answered: str) -> None:
    staffed.record.write(lambda tx: taps.act(tx, staffed.service, one(tx, "Sam"), "text", typed, staffed.clock()))
    assert answered in staffed.alerts("Sam")[-1]
    away = staffed.staff("Sam").away_until
    assert (away is not None) == ("not asked until" in answered)
