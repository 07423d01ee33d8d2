"""Staff and rota in the record, and the staffing that they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, delete, func, select

from escalation.case import TALKING, Adult
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import Absence, CaseRow, Shift, ShiftSwap, Staff
from escalation.rota.on_duty import ShiftView, Staffing, during, staffing
from escalation.rota.spans import Span, without

LOOKS_AHEAD = timedelta(days=60)
ON_THE_ROTA = ("worker", "lead")


class RotaError(Exception):
    """A shift cannot be added; the message says why and what to do."""


def adult(row: Staff) -> Adult:
    """How a young person may know this member of staff."""
    return Adult(row.id, row.first_name, row.job, row.role)


def staff_named(tx: Tx, name: str) -> Staff | None:
    """The open account with this name."""
    return tx.session.scalar(select(Staff).where(Staff.name == name, Staff.closed_at.is_(None)))


def on_the_rota(tx: Tx) -> list[Staff]:
    """Everybody who can be on the rota, by name."""
    rows = select(Staff).where(Staff.role.in_(ON_THE_ROTA), Staff.closed_at.is_(None))
    return list(tx.session.scalars(rows.order_by(Staff.name)))


def staffing_now(
    tx: Tx, now: datetime, hidden_from: Iterable[str] = (), *, hours: Iterable[Span] | None = None, language: str | None = None
) -> Staffing:
    """Who can take a conversation now, inside `hours` (`None`: any). Whoever speaks `language` is asked first.

    Closed accounts, lapsed vetting or training (S67), holidays and people who stepped away do not count.
    """
    rows = tx.session.execute(_shifts(now, now + LOOKS_AHEAD)).all()
    free = _Free(tx, [who for _, who in rows], now)
    shifts = [view for shift, who in rows if may_serve(who, now) for view in free.views(shift, who)]
    leads = tx.session.scalars(select(Staff).where(Staff.role == "lead", Staff.closed_at.is_(None)).order_by(Staff.created_at))
    in_hours = shifts if hours is None else during(shifts, hours)
    return staffing(in_hours, [adult(row) for row in leads], now, hidden_from, language)


def covered(tx: Tx, starts_at: datetime, ends_at: datetime) -> list[Span]:
    """The times for which somebody who may serve is on the rota, back-ups included; who stepped away for a while counts."""
    rows = tx.session.execute(_shifts(starts_at, ends_at)).all()
    away = absences(tx, {who.id for _, who in rows}, starts_at)
    fit = [(shift, who) for shift, who in rows if may_serve(who, shift.starts_at)]
    return [part for shift, who in fit for part in without([Span(shift.starts_at, shift.ends_at)], away[who.id])]


def takes_conversations(row: Staff) -> bool:
    """Whether this person has an open account, and a role that takes conversations."""
    return row.closed_at is None and row.role in ON_THE_ROTA


def may_serve(row: Staff, at: datetime) -> bool:
    """Whether this person may be on duty at `at`: open account, a role that takes conversations, current vetting and training."""
    if not takes_conversations(row) or row.vetted_until is None or row.trained_until is None:
        return False
    return row.vetted_until > at and row.trained_until > at


def absences(tx: Tx, staff_ids: Iterable[str], after: datetime) -> dict[str, list[Span]]:
    """The holidays of these people that are not over by `after`."""
    found: dict[str, list[Span]] = defaultdict(list)
    for row in tx.session.scalars(select(Absence).where(Absence.staff_id.in_(list(staff_ids)), Absence.ends_at > after)):
        found[row.staff_id].append(Span(row.starts_at, row.ends_at))
    return found


def live_conversations(tx: Tx, staff_id: str) -> int:
    """How many conversations this person has at this moment."""
    return _live(tx, [staff_id]).get(staff_id, 0)


def is_full(tx: Tx, row: Staff) -> bool:
    """Whether this person has as many conversations as they can hold."""
    return live_conversations(tx, row.id) >= row.capacity


def add_shift(tx: Tx, row: Staff, starts_at: datetime, ends_at: datetime, backup: bool, series_id: str | None = None) -> Shift:
    """Put somebody on the rota. Raises `RotaError`."""
    check(tx, row, Span(starts_at, ends_at))
    shift = Shift(id=new_id(), staff_id=row.id, starts_at=starts_at, ends_at=ends_at, backup=backup, series_id=series_id)
    tx.session.add(shift)
    tx.session.flush()
    tx.signal("rota:all")
    return shift


def check(tx: Tx, row: Staff, span: Span, *, instead_of: str = "") -> None:
    """Raise `RotaError` where this person cannot be on duty at that time, with the reason (S67).

    `instead_of`: the shift of theirs that would be at that time instead.
    """
    # Times of one zone compare by the clock on the wall, which goes back once a year.
    if span.ends_at.astimezone(UTC) <= span.starts_at.astimezone(UTC):
        raise RotaError("the shift ends before it begins: swap the two times")
    if row.role not in ON_THE_ROTA:
        raise RotaError(f"{row.name} is {row.role}: only workers and leads can be on the rota")
    if not may_serve(row, span.starts_at):
        raise RotaError(f"{row.name} has no current vetting and training date for that day: record them under Staff first")
    overlap = select(Shift.id).where(Shift.staff_id == row.id, Shift.starts_at < span.ends_at, Shift.ends_at > span.starts_at)
    if tx.session.scalar(overlap.where(Shift.id != instead_of).limit(1)):
        raise RotaError(f"{row.name} is on the rota already at that time: change that shift instead")
    holiday = select(Absence.id).where(Absence.staff_id == row.id, Absence.starts_at < span.ends_at, Absence.ends_at > span.starts_at)
    if tx.session.scalar(holiday.limit(1)):
        raise RotaError(f"{row.name} is on holiday then: choose somebody else, or take the holiday out first")


def remove_shift(tx: Tx, shift_id: str) -> None:
    """Take a shift off the rota. Raises `RotaError` when it is gone already."""
    shift = tx.session.get(Shift, shift_id)
    if shift is None:
        raise RotaError("this shift is not on the rota any more")
    tx.session.execute(delete(ShiftSwap).where(ShiftSwap.shift_id == shift_id))
    tx.session.delete(shift)
    tx.session.flush()
    tx.signal("rota:all")


class _Free:
    """When people on the rota can be asked: not on holiday, not stepped away; and whether they have room."""

    def __init__(self, tx: Tx, people: list[Staff], now: datetime) -> None:
        ids = {row.id for row in people}
        self._now = now
        self._away = absences(tx, ids, now)
        self._live = _live(tx, ids)

    def views(self, shift: Shift, who: Staff) -> Iterator[ShiftView]:
        stepped_away = [Span(self._now, who.away_until)] if who.away_until else []
        full = self._live.get(who.id, 0) >= who.capacity
        for part in without([Span(shift.starts_at, shift.ends_at)], [*self._away[who.id], *stepped_away]):
            yield ShiftView(adult(who), part.starts_at, part.ends_at, shift.backup, full, tuple(who.languages))


def _shifts(starts_at: datetime, ends_at: datetime) -> Select[Shift, Staff]:
    joined = select(Shift, Staff).join(Staff, Staff.id == Shift.staff_id)
    return joined.where(Shift.ends_at > starts_at, Shift.starts_at < ends_at)


def _live(tx: Tx, staff_ids: Iterable[str]) -> dict[str, int]:
    live = select(CaseRow.worker_id, func.count()).where(CaseRow.worker_id.in_(list(staff_ids)), CaseRow.stage.in_(TALKING))
    return {staff_id: count for staff_id, count in tx.session.execute(live.group_by(CaseRow.worker_id)) if staff_id}
