"""What the rota's page shows, read from the record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from escalation.console import week
from escalation.console.permissions import allowed
from escalation.console.problems import sentence
from escalation.console.week import Day, OnRota
from escalation.context import Service
from escalation.record import duty
from escalation.record.duty import RotaError
from escalation.record.store import Tx
from escalation.record.tables import Absence, Shift, Staff
from escalation.rota import gaps, opening, swaps
from escalation.rota.on_duty import Staffing
from escalation.rota.spans import Span
from escalation.rota.swaps import Wanted
from escalation.staff.sign_in import SignedIn

LAPSED = "vetting or training not current: does not count"
HOLIDAY = "on holiday: does not count"


@dataclass(frozen=True)
class Week:
    """One week, and what this member of staff can do about it. `away_until`: when they are asked again, if they stepped away."""

    first: date
    today: date
    days: list[Day]
    staffing: Staffing
    people: list[Staff]
    swaps: list[Wanted]
    holidays: list[tuple[Absence, Staff]]
    away: list[Staff]
    away_until: datetime | None
    works: bool

    @property
    def today_first(self) -> list[Day]:
        """The days as a list shows them: from today on, then those of the week that are over."""
        coming = [day for day in self.days if day.date >= self.today]
        return coming + [day for day in self.days if day.date < self.today]


def read(tx: Tx, service: Service, me: SignedIn, first: date, now: datetime) -> Week:
    """The week from `first`, as `me` may see it."""
    wanted = swaps.wanted(tx, now)
    people = duty.on_the_rota(tx)
    own = next((row for row in people if row.id == me.staff_id), None)
    return Week(
        first=first,
        today=now.astimezone(service.zone).date(),
        days=_days(tx, service, me, first, {one.shift.id for one in wanted}, now),
        staffing=duty.staffing_now(tx, now),
        people=people,
        swaps=wanted,
        holidays=_holidays(tx, me, now),
        away=[row for row in people if row.away_until and row.away_until > now],
        away_until=own.away_until if own and own.away_until and own.away_until > now else None,
        works=own is not None,
    )


def chosen(week: Week, shift_id: str) -> OnRota | None:
    """The shift of this week that is worked on, if one is, and if it can be."""
    shifts = (entry.shift for day in week.days for entry in day.entries if entry.shift)
    return next((shift for shift in shifts if shift.id == shift_id and shift.open), None)


def could_work(tx: Tx, people: list[Staff], span: Span) -> tuple[list[Staff], list[str]]:
    """Who of these can be on duty at this time, and why the others cannot."""
    can, why_not = [], []
    for row in people:
        try:
            duty.check(tx, row, span)
        except RotaError as error:
            why_not.append(sentence(str(error).partition(":")[0]))
        else:
            can.append(row)
    return can, why_not


def _days(tx: Tx, service: Service, me: SignedIn, first: date, swapped: set[str], now: datetime) -> list[Day]:
    days = [first + timedelta(days=number) for number in range(-1, 7)]
    found = [gap for day in days for gap in gaps.gaps_on(tx, service, day)]
    made = week.days(first, _shifts(tx, service, me, first, swapped, now), found, service.zone)
    return [replace(day, note=_note(service, day.date)) for day in made]


def _shifts(tx: Tx, service: Service, me: SignedIn, first: date, swapped: set[str], now: datetime) -> list[OnRota]:
    begins = datetime.combine(first, time(), service.zone)
    ends = datetime.combine(first + timedelta(days=7), time(), service.zone)
    joined = select(Shift, Staff).join(Staff, Staff.id == Shift.staff_id)
    rows = tx.session.execute(joined.where(Shift.starts_at < ends, Shift.ends_at > begins)).all()
    away = duty.absences(tx, {who.id for _, who in rows}, begins)
    return [
        OnRota(
            shift.id,
            who.first_name,
            shift.starts_at,
            shift.ends_at,
            shift.backup,
            not_counting=_not_counting(who, shift, away[who.id]),
            series=shift.series_id is not None,
            yours=who.id == me.staff_id,
            swap_asked=shift.id in swapped,
            open=shift.ends_at > now and (who.id == me.staff_id or allowed(me.role, "edit_rota")),
        )
        for shift, who in rows
    ]


def _not_counting(who: Staff, shift: Shift, away: list[Span]) -> str:
    if not duty.may_serve(who, shift.starts_at):
        return LAPSED
    on_holiday = any(off.starts_at < shift.ends_at and off.ends_at > shift.starts_at for off in away)
    return HOLIDAY if on_holiday else ""


def _holidays(tx: Tx, me: SignedIn, now: datetime) -> list[tuple[Absence, Staff]]:
    """Everybody's for who plans the rota, one's own otherwise."""
    joined = select(Absence, Staff).join(Staff, Staff.id == Absence.staff_id).where(Absence.ends_at > now)
    if not allowed(me.role, "edit_rota"):
        joined = joined.where(Absence.staff_id == me.staff_id)
    return [(absence, who) for absence, who in tx.session.execute(joined.order_by(Absence.starts_at))]


def _note(service: Service, day: date) -> str:
    if why := opening.closed_for(service.opening, day):
        return f"Closed: {why}"
    return opening.bank_holiday(service.opening.bank_holidays_of, day) or ""
