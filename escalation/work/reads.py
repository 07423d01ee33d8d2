"""Who of the staff read a case, and when: from the audit, where every read is noted (S72)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from escalation.record import audit
from escalation.record.store import Tx
from escalation.record.tables import AuditRow, Staff

SITTING = timedelta(minutes=30)
MOST = 5_000
"""Entries that are looked at, the newest; an open page is noted again and again."""
READS = ("case_read", "case_shown", "call_back_read", "referral_made", "account_released")


@dataclass(frozen=True, slots=True)
class Sitting:
    """Somebody read a case, from the first time to the last without a longer pause. `what` names the kinds of reading, as in the audit."""

    name: str
    role: str
    first: datetime
    last: datetime
    times: int
    what: tuple[str, ...]


def reads(tx: Tx, case_id: str) -> list[Sitting]:
    """Who read this case, the latest first."""
    noted = select(AuditRow).where(AuditRow.case_id == case_id, AuditRow.action.in_(READS), AuditRow.staff_id.is_not(None))
    rows = list(tx.session.scalars(noted.order_by(AuditRow.seq.desc()).limit(MOST)))
    staff = {row.id: row for row in tx.session.scalars(select(Staff).where(Staff.id.in_({row.staff_id for row in rows})))}
    sittings = [_sitting(staff[some[0].staff_id or ""], some) for some in _together(reversed(rows))]
    return sorted(sittings, key=lambda one: one.last, reverse=True)


def note_looked_up(tx: Tx, staff: Staff, case_id: str, now: datetime) -> None:
    """Note that somebody looked at who read a case."""
    audit.note(tx, "reads_read", now, staff_id=staff.id, case_id=case_id)


def _together(rows: Iterable[AuditRow]) -> list[list[AuditRow]]:
    """Reads of one person without a longer pause between them, the oldest first."""
    done: list[list[AuditRow]] = []
    latest: dict[str, list[AuditRow]] = {}
    for row in rows:
        some = latest.get(row.staff_id or "")
        if some is None or row.at - some[-1].at > SITTING:
            some = latest[row.staff_id or ""] = []
            done.append(some)
        some.append(row)
    return done


def _sitting(who: Staff, rows: list[AuditRow]) -> Sitting:
    return Sitting(who.name, who.role, rows[0].at, rows[-1].at, len(rows), tuple(dict.fromkeys(row.action for row in rows)))
