"""Promises: by when an adult should be there, made from the real times of the last weeks, and what became of each.

A promise is kept when an adult picks up in time, and broken when not; a broken one is owned up to by the chain's next words.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import inf

from sqlalchemy import func, select

from escalation.context import Service
from escalation.planning import expected_minutes, key
from escalation.record import duty
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow, PromiseRow, Staff
from escalation.rota.on_duty import Staffing
from nlu.understanding import Level

ADULT_HERE = "adult_here"
NEWEST = 1000
"""Promises that are looked at; more of them would say nothing new."""


def minutes(tx: Tx, service: Service, staffing: Staffing, now: datetime, level: Level) -> float:
    """In how many minutes an adult can be promised now, by those on duty and the last weeks' real times of that level."""
    since = now - timedelta(days=service.policy.real_times.days)
    return expected_minutes(service.policy, level, real_waits(tx, level, since, now), _stretched(tx, staffing))


def real_waits(tx: Tx, level: Level, since: datetime, now: datetime) -> list[float]:
    """How many minutes those of this level waited who were promised an adult; without end where nobody came. No drills."""
    came = select(func.min(CaseEvent.at)).where(
        CaseEvent.case_id == PromiseRow.case_id, CaseEvent.event == "picked_up", CaseEvent.at >= PromiseRow.made_at
    )
    over = PromiseRow.kept_at.is_not(None) | PromiseRow.broken_at.is_not(None)
    rows = tx.session.execute(
        select(PromiseRow.made_at, came.scalar_subquery(), CaseRow.level)
        .join(CaseRow, CaseRow.id == PromiseRow.case_id)
        .where(PromiseRow.made_at >= since, PromiseRow.made_at <= now, PromiseRow.what == ADULT_HERE, over, CaseRow.drill.is_(False))
        .order_by(PromiseRow.made_at.desc())
        .limit(NEWEST)
    )
    return [(at - made).total_seconds() / 60 if at else inf for made, at, was in rows if key(Level(was)) == key(level)]


def make(tx: Tx, case: CaseRow, by: datetime, now: datetime) -> None:
    """An adult is promised by this time."""
    tx.session.add(PromiseRow(id=new_id(), person_id=case.person_id, case_id=case.id, what=ADULT_HERE, made_at=now, due_at=by))


def answered(tx: Tx, case: CaseRow, now: datetime) -> None:
    """An adult is there: open promises are kept, or broken if their time has passed."""
    for row in _open(tx, case):
        if now <= row.due_at:
            row.kept_at = now
        else:
            row.broken_at = now


def break_overdue(tx: Tx, case: CaseRow, now: datetime) -> None:
    """Promises whose time has passed are broken."""
    for row in _open(tx, case):
        if row.due_at <= now:
            row.broken_at = now


def own_up(tx: Tx, case: CaseRow, now: datetime) -> None:
    """The young person is told the truth now: that counts for every broken promise of the case."""
    break_overdue(tx, case, now)
    broken = select(PromiseRow).where(PromiseRow.case_id == case.id, PromiseRow.broken_at.is_not(None), PromiseRow.owned_up_at.is_(None))
    for row in tx.session.scalars(broken):
        row.owned_up_at = now


def cannot_be_kept(tx: Tx, case: CaseRow, now: datetime) -> None:
    """Whoever was to come is not on duty any more, and the young person is told so now, before the time has passed."""
    for row in _open(tx, case):
        row.broken_at = row.owned_up_at = now


def outstanding(tx: Tx, case: CaseRow, now: datetime) -> bool:
    """Whether a time at which an adult should be there was promised and is still to come."""
    return any(row.due_at > now for row in _open(tx, case))


def _stretched(tx: Tx, staffing: Staffing) -> bool:
    """Whether everyone on duty has as many conversations as they can hold."""
    here = (tx.session.get(Staff, adult.staff_id) for adult in (*staffing.on_duty, *staffing.backup))
    full = [duty.is_full(tx, row) for row in here if row is not None]
    return bool(full) and all(full)


def _open(tx: Tx, case: CaseRow) -> Iterable[PromiseRow]:
    open_ones = select(PromiseRow).where(PromiseRow.case_id == case.id, PromiseRow.kept_at.is_(None), PromiseRow.broken_at.is_(None))
    return list(tx.session.scalars(open_ones))
