"""What happens on the rota: shifts and their repeats, swaps, holidays, stepping away.

Each function is one event in the caller's transaction, noted in the audit. Waiting conversations go on with whoever is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from escalation import alerts, chain, moved_shifts
from escalation.alerts.team import notify
from escalation.case import Stage
from escalation.context import Service
from escalation.planning import OUTSIDE, Plan
from escalation.record import audit, duty
from escalation.record.duty import RotaError
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import Absence, CaseRow, Shift, Staff
from escalation.rota.on_duty import weekly
from escalation.rota.spans import Span, without
from escalation.words import clock

LONGEST_SERIES = timedelta(days=366)
LONGEST_AWAY = timedelta(hours=4)
LONGEST_SHIFT = timedelta(hours=24)
"""To which a shift can be lengthened; nobody is there for young people for longer than that."""


@dataclass(frozen=True, slots=True)
class Added:
    """What came on the rota, and what could not: when it would have begun, and why it does not."""

    shifts: tuple[Shift, ...]
    left_out: tuple[tuple[datetime, str], ...] = ()


def add(tx: Tx, service: Service, row: Staff, span: Span, backup: bool, now: datetime, *, by: str | None = None) -> Shift:
    """Put somebody on the rota once. Raises `RotaError`."""
    shift = duty.add_shift(tx, row, span.starts_at, span.ends_at, backup)
    audit.note(tx, "shift_added", now, staff_id=by, subject_id=shift.id)
    go_on(tx, service, now)
    return shift


def add_weekly(
    tx: Tx, service: Service, row: Staff, first: Span, until: date, backup: bool, now: datetime, *, by: str | None = None
) -> Added:
    """Put somebody on the rota each week until a day, at the same local times. What cannot be is left out and named.

    Raises `RotaError` where nothing can be added at all, or where it would go on for more than a year.
    """
    if until < first.starts_at.astimezone(service.zone).date():
        raise RotaError("the repeats end before the first shift: choose a later day")
    if until - first.starts_at.date() > LONGEST_SERIES:
        raise RotaError("shifts repeat for a year at most: choose an earlier day")
    series_id, added, left_out = new_id(), [], []
    for span in weekly(first, until, service.zone):
        try:
            added.append(duty.add_shift(tx, row, span.starts_at, span.ends_at, backup, series_id))
        except RotaError as error:
            left_out.append((span.starts_at, str(error)))
    if not added:
        raise RotaError(left_out[0][1])
    audit.note(tx, "shifts_added", now, staff_id=by, subject_id=series_id)
    go_on(tx, service, now)
    return Added(tuple(added), tuple(left_out))


def change(tx: Tx, service: Service, shift_id: str, span: Span, by: Staff, now: datetime) -> Shift:
    """Give a shift another time. Whoever works it is told, if somebody else did it. Raises `RotaError`, and nothing is changed."""
    shift = tx.session.get(Shift, shift_id)
    if shift is None:
        raise RotaError("this shift is not on the rota any more")
    was, row = Span(shift.starts_at, shift.ends_at), tx.session.get_one(Staff, shift.staff_id)
    _check_change(was, span, now)
    duty.check(tx, row, span, instead_of=shift.id)
    shift.starts_at, shift.ends_at = span.starts_at, span.ends_at
    tx.session.flush()
    audit.note(tx, "shift_changed", now, staff_id=by.id, subject_id=shift.id)
    if row.id != by.id:
        notify(
            tx, service, [row], "staff.shift_changed", now, adult=by.first_name, was=when(was, service, now), shift=when(span, service, now)
        )
    tx.signal("rota:all")
    if was.holds(now) and not span.holds(now):
        pass_on(tx, service, row, now)
    go_on(tx, service, now)
    return shift


def _check_change(was: Span, span: Span, now: datetime) -> None:
    if was.ends_at <= now:
        raise RotaError("this shift is over")
    if span.ends_at <= now:
        raise RotaError("that time is over already: choose a later one")
    length = span.ends_at - span.starts_at
    if length > max(LONGEST_SHIFT, was.ends_at - was.starts_at):
        raise RotaError("a shift lasts 24 hours at most: give the rest to somebody else")


def remove(tx: Tx, service: Service, shift_id: str, by: str, now: datetime, *, and_later: bool = False) -> int:
    """Take a shift off the rota, and with `and_later` those of its series that come after it. Returns how many. Raises `RotaError`."""
    shift = tx.session.get(Shift, shift_id)
    if shift is None:
        raise RotaError("this shift is not on the rota any more")
    series = select(Shift.id).where(Shift.series_id == shift.series_id, Shift.starts_at > shift.starts_at)
    later = list(tx.session.scalars(series)) if and_later and shift.series_id else []
    for id in (shift_id, *later):
        duty.remove_shift(tx, id)
        audit.note(tx, "shift_removed", now, staff_id=by, subject_id=id)
    go_on(tx, service, now)
    return 1 + len(later)


def note_holiday(tx: Tx, service: Service, row: Staff, span: Span, by: str, now: datetime) -> Absence:
    """Somebody is on holiday: shifts in that time stay on the rota and do not count. Raises `RotaError`."""
    if span.ends_at <= span.starts_at:
        raise RotaError("the holiday ends before it begins: swap the two days")
    if span.ends_at <= now:
        raise RotaError("this holiday is over already")
    if not without([span], duty.absences(tx, [row.id], now)[row.id]):
        raise RotaError("this holiday is noted already")
    absence = Absence(id=new_id(), staff_id=row.id, starts_at=span.starts_at, ends_at=span.ends_at, noted_at=now)
    tx.session.add(absence)
    tx.session.flush()
    audit.note(tx, "holiday_noted", now, staff_id=by, subject_id=absence.id)
    tx.signal("rota:all")
    if span.holds(now):
        pass_on(tx, service, row, now)
    go_on(tx, service, now)
    return absence


def cancel_holiday(tx: Tx, service: Service, absence_id: str, by: Staff, now: datetime) -> None:
    """A holiday is taken out, by whom it belongs to or by who plans the rota. Raises `RotaError`."""
    absence = tx.session.get(Absence, absence_id)
    if absence is None or (absence.staff_id != by.id and by.role not in ("lead", "admin")):
        raise RotaError("this holiday is not noted any more, or it is not yours")
    tx.session.delete(absence)
    tx.session.flush()
    audit.note(tx, "holiday_cancelled", now, staff_id=by.id, subject_id=absence_id)
    tx.signal("rota:all")
    go_on(tx, service, now)


def step_away(tx: Tx, service: Service, row: Staff, until: datetime, now: datetime) -> None:
    """Somebody on duty steps away for a while: they are not asked meanwhile, and who waits for them goes on. Raises `RotaError`."""
    if not now < until <= now + LONGEST_AWAY:
        raise RotaError("choose a time within the next four hours; for longer, change your shift")
    row.away_until = until
    audit.note(tx, "stepped_away", now, staff_id=row.id)
    tx.signal("rota:all")
    tx.signal("queue:all")
    pass_on(tx, service, row, now)


def come_back(tx: Tx, service: Service, row: Staff, now: datetime) -> None:
    """They are back, early or late."""
    row.away_until = None
    audit.note(tx, "came_back", now, staff_id=row.id)
    tx.signal("rota:all")
    tx.signal("queue:all")
    go_on(tx, service, now)


def count_again(tx: Tx, service: Service, row: Staff, now: datetime) -> None:
    """This person may not be on duty any more, or may be again: for who waits it is as if their shifts had gone or come."""
    if not duty.may_serve(row, now):
        pass_on(tx, service, row, now)
    go_on(tx, service, now)


def pass_on(tx: Tx, service: Service, row: Staff, now: datetime) -> None:
    """Where only this person was asked about a waiting conversation, the next in its plan are asked now."""
    for case in _waiting(tx):
        steps = Plan.from_json(case.chain).steps
        asked = {id for step in steps if step.due_at <= now for id in step.alert}
        staffing = chain.staffing_of(tx, service, case, now)
        still_here = {adult.staff_id for adult in (*staffing.on_duty, *staffing.backup)}
        if row.id in asked and not asked & still_here:
            others = [[id for id in step.alert if id not in (row.id, OUTSIDE)] for step in steps if step.due_at > now]
            alerts.alert(tx, service, case, next(filter(None, others), []), now)
        moved_shifts.look(tx, service, case, now)


def go_on(tx: Tx, service: Service, now: datetime) -> None:
    """The rota has changed: a conversation that waits because nobody is there goes on when somebody is, as the rota now stands."""
    for case in _waiting(tx):
        chain.wait_for_shift(tx, service, case, now)
        moved_shifts.look(tx, service, case, now)


def when(shift: Shift | Span, service: Service, now: datetime) -> str:
    """A shift's time in words, such as `on Monday at 09:00, until 17:00`."""
    return f"{clock(shift.starts_at, now, service)}, until {shift.ends_at.astimezone(service.zone):%H:%M}"


def _waiting(tx: Tx) -> list[CaseRow]:
    return list(tx.session.scalars(select(CaseRow).where(CaseRow.stage == Stage.WAITING).order_by(CaseRow.id)))
