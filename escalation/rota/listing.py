"""The next days of the rota in plain lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select

from escalation.context import Service
from escalation.record import duty
from escalation.record.store import Tx
from escalation.record.tables import Shift, Staff
from escalation.rota import gaps
from escalation.rota.opening import bank_holiday, closed_for
from escalation.rota.spans import Span


def lines(tx: Tx, service: Service, now: datetime, days: int) -> Iterator[str]:
    """Each day with who begins a shift on it, and with the times inside opening hours for which nobody is on the rota."""
    today = now.astimezone(service.zone).date()
    rows = tx.session.execute(
        select(Shift, Staff).join(Staff, Staff.id == Shift.staff_id).where(Shift.ends_at > now).order_by(Shift.starts_at, Staff.name)
    ).all()
    for number in range(days):
        day = today + timedelta(days=number)
        yield _heading(service, day)
        for shift, who in rows:
            if max(shift.starts_at, now).astimezone(service.zone).date() == day:
                yield "  " + _shift(service, shift, who)
        for gap in gaps.gaps_on(tx, service, day):
            if gap.ends_at > now:
                yield f"  NOBODY  {_hours(service, gap)}"


def _heading(service: Service, day: date) -> str:
    why = closed_for(service.opening, day) or bank_holiday(service.opening.bank_holidays_of, day)
    return f"{day:%A %d %B %Y}" + (f" ({why})" if why else "")


def _shift(service: Service, shift: Shift, who: Staff) -> str:
    notes = ["back-up"] if shift.backup else []
    if not duty.may_serve(who, shift.starts_at):
        notes.append("vetting or training not current: does not count")
    return f"{who.name}  {_hours(service, Span(shift.starts_at, shift.ends_at))}" + (f"  ({'; '.join(notes)})" if notes else "")


def _hours(service: Service, span: Span) -> str:
    start, end = (at.astimezone(service.zone) for at in (span.starts_at, span.ends_at))
    return f"{start:%H:%M} to {end:%H:%M}" + ("" if start.date() == end.date() else f" on {end:%d %B}")
