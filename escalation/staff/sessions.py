"""The browsers somebody is signed in with: listed, and ended one by one or all at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from escalation.record import audit
from escalation.record.store import Tx
from escalation.record.tables import Staff, StaffSession
from escalation.staff import accounts
from escalation.staff.accounts import AccountError
from escalation.staff.sign_in import Limits, SignedIn


def of(tx: Tx, staff_id: str, limits: Limits, now: datetime) -> list[StaffSession]:
    """The sessions of an account that still last, the one used last first."""
    row = StaffSession
    lasting = (row.seen_at > now - limits.idle) & (row.created_at > now - limits.absolute)
    rows = select(row).where(row.staff_id == staff_id, row.ended_at.is_(None), row.passed_totp, lasting)
    return list(tx.session.scalars(rows.order_by(row.seen_at.desc(), row.token)))


def end_one(tx: Tx, me: SignedIn, digest: str, now: datetime) -> None:
    """End one of their own sessions. One that is not theirs, or has ended, stays as it is."""
    row = tx.session.get(StaffSession, digest)
    if row is None or row.staff_id != me.staff_id or row.ended_at:
        return
    row.ended_at = now
    audit.note(tx, "session_ended", now, staff_id=me.staff_id)
    tx.signal(f"staff:{me.staff_id}")


def end_all(tx: Tx, staff_id: str, by: str, now: datetime) -> None:
    """Sign somebody out everywhere, at their own wish or the administrator's. Raises `AccountError`."""
    if tx.session.get(Staff, staff_id) is None:
        raise AccountError("there is no such account: load the page again")
    accounts.end_sessions(tx, staff_id, now)
    audit.note(tx, "signed_out_everywhere", now, staff_id=by, subject_id=staff_id)


def end_others(tx: Tx, me: SignedIn, now: datetime) -> None:
    """End every session of theirs but this one."""
    others = select(StaffSession).where(StaffSession.staff_id == me.staff_id, StaffSession.token != me.digest)
    for row in tx.session.scalars(others.where(StaffSession.ended_at.is_(None))):
        row.ended_at = now
    tx.signal(f"staff:{me.staff_id}")
