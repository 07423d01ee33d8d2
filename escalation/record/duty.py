"""Staff and rota in the record, and the staffing that they make."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from escalation.case import Adult
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import Shift, Staff
from escalation.rota import ShiftView, Staffing, staffing


class RotaError(Exception):
    """A shift cannot be added; the message says why and what to do."""


def adult(row: Staff) -> Adult:
    """How a young person may know this member of staff."""
    return Adult(row.id, row.first_name, row.job, row.role)


def staff_named(tx: Tx, name: str) -> Staff | None:
    """The open account with this name."""
    return tx.session.scalar(select(Staff).where(Staff.name == name, Staff.closed_at.is_(None)))


def staffing_now(tx: Tx, now: datetime, hidden_from: Iterable[str] = ()) -> Staffing:
    """Who can take a conversation now. Closed accounts and lapsed vetting or training do not count (S67)."""
    until = now + timedelta(days=60)
    rows = tx.session.execute(
        select(Shift, Staff).join(Staff, Staff.id == Shift.staff_id).where(Shift.ends_at > now, Shift.starts_at < until)
    ).all()
    shifts = [ShiftView(adult(who), shift.starts_at, shift.ends_at, shift.backup) for shift, who in rows if may_serve(who, now)]
    leads = tx.session.scalars(select(Staff).where(Staff.role == "lead", Staff.closed_at.is_(None)).order_by(Staff.created_at))
    return staffing(shifts, [adult(row) for row in leads], now, hidden_from)


def may_serve(row: Staff, at: datetime) -> bool:
    """Whether this person may be on duty at `at`: open account, current vetting and training."""
    if row.closed_at is not None or row.vetted_until is None or row.trained_until is None:
        return False
    return row.vetted_until > at and row.trained_until > at


def add_shift(tx: Tx, row: Staff, starts_at: datetime, ends_at: datetime, backup: bool) -> Shift:
    """Put somebody on the rota. Raises `RotaError`."""
    if ends_at <= starts_at:
        raise RotaError("the shift ends before it begins: swap --from and --to")
    if row.role not in ("worker", "lead"):
        raise RotaError(f"{row.name} is {row.role}: only workers and leads can be on the rota")
    if not may_serve(row, starts_at):
        raise RotaError(f"{row.name} has no current vetting and training date for that day: record them under Staff first")
    overlap = select(Shift.id).where(Shift.staff_id == row.id, Shift.starts_at < ends_at, Shift.ends_at > starts_at)
    if tx.session.scalar(overlap.limit(1)):
        raise RotaError(f"{row.name} is on the rota already at that time: change that shift instead")
    shift = Shift(id=new_id(), staff_id=row.id, starts_at=starts_at, ends_at=ends_at, backup=backup)
    tx.session.add(shift)
    tx.session.flush()
    tx.signal("rota:all")
    return shift


def remove_shift(tx: Tx, shift_id: str) -> None:
    """Take a shift off the rota. Raises `RotaError` when it is gone already."""
    shift = tx.session.get(Shift, shift_id)
    if shift is None:
        raise RotaError("this shift is not on the rota any more")
    tx.session.delete(shift)
    tx.signal("rota:all")
