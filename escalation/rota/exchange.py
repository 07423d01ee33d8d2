"""The rota to and from other calendars, as iCalendar files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from escalation.context import Service
from escalation.record import audit, duty
from escalation.record.duty import RotaError
from escalation.record.store import Tx
from escalation.record.tables import Shift, Staff
from escalation.rota import calendar, shifts
from escalation.rota.calendar import CalendarError, Planned
from escalation.rota.spans import Span


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What became of a calendar file: how many shifts were new, how many were on the rota already, what was left out and why."""

    added: int
    known: int
    left_out: tuple[tuple[Planned, str], ...] = ()


def export(tx: Tx, service: Service, now: datetime, staff_id: str | None = None) -> bytes:
    """The shifts that are not over, of everybody or of one person, as an iCalendar file."""
    rows = select(Shift, Staff).join(Staff, Staff.id == Shift.staff_id).where(Shift.ends_at > now, Staff.closed_at.is_(None))
    if staff_id:
        rows = rows.where(Staff.id == staff_id)
    planned = [
        Planned(who.name, Span(shift.starts_at, shift.ends_at), shift.backup, f"{shift.id}@breakwater")
        for shift, who in tx.session.execute(rows.order_by(Shift.starts_at))
    ]
    return calendar.write(planned, service.organisation, now)


def bring_in(tx: Tx, service: Service, data: bytes, now: datetime, *, by: str | None = None) -> BroughtIn:
    """Put the shifts of an iCalendar file on the rota. The same file twice changes nothing. Raises `RotaError`, and adds
    nothing, where the file cannot be read; a shift that cannot be is left out and named."""
    try:
        planned = calendar.read(data, service.zone, now)
    except CalendarError as error:
        raise RotaError(str(error)) from None
    added, known, left_out = 0, 0, []
    for one in planned:
        row = duty.staff_named(tx, one.name)
        if row and _known(tx, row, one):
            known += 1
            continue
        try:
            _add(tx, row, one, now, by)
            added += 1
        except RotaError as error:
            left_out.append((one, str(error)))
    shifts.go_on(tx, service, now)
    return BroughtIn(added, known, tuple(left_out))


def _add(tx: Tx, row: Staff | None, planned: Planned, now: datetime, by: str | None) -> None:
    if row is None:
        raise RotaError(f"there is no member of staff named {planned.name!r}: the title of an event is the name")
    shift = duty.add_shift(tx, row, planned.span.starts_at, planned.span.ends_at, planned.backup)
    audit.note(tx, "shift_added", now, staff_id=by, subject_id=shift.id)


def _known(tx: Tx, row: Staff, planned: Planned) -> bool:
    same = select(Shift.id).where(
        Shift.staff_id == row.id, Shift.starts_at == planned.span.starts_at, Shift.ends_at == planned.span.ends_at
    )
    return tx.session.scalar(same.limit(1)) is not None
