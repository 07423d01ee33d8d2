"""Signing in: a password, then a code that works once; sessions with two limits; and the same answer to every wrong try."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2.exceptions import InvalidHashError, VerificationError

from escalation.record import audit
from escalation.record.store import Record, Tx
from escalation.record.tables import Staff, StaffSession
from escalation.staff.accounts import HASHER, matching_step, named

FAILURES, LOCK_FOR = 5, timedelta(minutes=15)
CODE_WITHIN = timedelta(minutes=10)
NOTE_EVERY = timedelta(seconds=30)
"""A session's last use is written down no more often than this."""

_NOBODY = HASHER.hash(secrets.token_hex(16))
"""Checked in place of the hash of an account that is not there, so that both take as long."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: without a click, and in any case."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a browser's session belongs to. `digest` names the session in the record; the token itself is not kept."""

    staff_id: str
    name: str
    first_name: str
    role: str
    csrf: str
    digest: str
    seen_at: datetime
    passed_totp: bool


def staff_of(tx: Tx, me: SignedIn) -> Staff:
    """The account of who is signed in."""
    return tx.session.get_one(Staff, me.staff_id)


async def check_password(record: Record, name: str, password: str, now: datetime) -> str | None:
    """A token for a session that still needs its code, or `None` for any wrong try, whatever was wrong."""
    row = await record.aread(lambda tx: _may_try(tx, name, now))
    right = await asyncio.to_thread(_verify, row.password_hash if row and row.password_hash else _NOBODY, password)
    if row is None or row.password_hash is None:
        return None
    return await record.awrite(lambda tx: _after_password(tx, row.id, right, now))


def enter_code(tx: Tx, token: str, code: str, now: datetime) -> str | None:
    """A token for a full session, which replaces the half one; `None` for a wrong, used or late code, or a locked account."""
    half = tx.session.get(StaffSession, _digest(tx, token))
    if half is None or half.ended_at or half.passed_totp or now >= half.created_at + CODE_WITHIN:
        return None
    row = tx.session.get_one(Staff, half.staff_id)
    if _locked(row, now) or row.closed_at or row.totp_sealed is None or row.invite:
        return None
    step = matching_step(tx.vault.open_own("staff.totp", row.id, row.totp_sealed), code, now, row.totp_used)
    if step is None:
        _fail(tx, row, now)
        return None
    row.totp_used, row.failed_sign_ins, row.locked_until, half.ended_at = step, 0, None, now
    audit.note(tx, "signed_in", now, staff_id=row.id)
    return _begin(tx, row, now, passed_totp=True)


def find(tx: Tx, token: str, limits: Limits, now: datetime) -> SignedIn | None:
    """The session of this token, while it lasts and its account is open. It may still need its code."""
    return _living(tx, tx.session.get(StaffSession, _digest(tx, token)), limits, now)


def still(tx: Tx, me: SignedIn, limits: Limits, now: datetime) -> bool:
    """Whether a session that was found earlier still lasts."""
    return _living(tx, tx.session.get(StaffSession, me.digest), limits, now) is not None


def note_use(tx: Tx, me: SignedIn, now: datetime) -> None:
    """Write down that this session is in use, which moves its idle limit."""
    row = tx.session.get(StaffSession, me.digest)
    if row is not None and row.ended_at is None:
        row.seen_at = now


def sign_out(tx: Tx, me: SignedIn, now: datetime) -> None:
    """End this one session."""
    row = tx.session.get(StaffSession, me.digest)
    if row is not None and row.ended_at is None:
        row.ended_at = now
        audit.note(tx, "signed_out", now, staff_id=me.staff_id)
    tx.signal(f"staff:{me.staff_id}")


def _living(tx: Tx, row: StaffSession | None, limits: Limits, now: datetime) -> SignedIn | None:
    if row is None or row.ended_at:
        return None
    until = min(row.seen_at + limits.idle, row.created_at + (limits.absolute if row.passed_totp else CODE_WITHIN))
    who = tx.session.get(Staff, row.staff_id)
    if now >= until or who is None or who.closed_at:
        return None
    return SignedIn(who.id, who.name, who.first_name, who.role, row.csrf, row.token, row.seen_at, row.passed_totp)


def _may_try(tx: Tx, name: str, now: datetime) -> Staff | None:
    row = named(tx, name)
    usable = row is not None and row.closed_at is None and row.invite is None and not _locked(row, now)
    return row if usable else None


def _after_password(tx: Tx, staff_id: str, right: bool, now: datetime) -> str | None:
    # Read again, since another try may have locked the account while this password was being checked.
    row = tx.session.get_one(Staff, staff_id)
    if _locked(row, now):
        return None
    if not right:
        _fail(tx, row, now)
        return None
    return _begin(tx, row, now, passed_totp=False)


def _fail(tx: Tx, row: Staff, now: datetime) -> None:
    row.failed_sign_ins += 1
    audit.note(tx, "sign_in_failed", now, staff_id=row.id)
    if row.failed_sign_ins >= FAILURES:
        row.failed_sign_ins, row.locked_until = 0, now + LOCK_FOR
        audit.note(tx, "account_locked", now, staff_id=row.id)


def _locked(row: Staff, now: datetime) -> bool:
    return row.locked_until is not None and now < row.locked_until


def _begin(tx: Tx, row: Staff, now: datetime, *, passed_totp: bool) -> str:
    token = secrets.token_urlsafe(32)
    session = StaffSession(
        token=_digest(tx, token),
        staff_id=row.id,
        csrf=secrets.token_urlsafe(32),
        passed_totp=passed_totp,
        created_at=now,
        seen_at=now,
    )
    tx.session.add(session)
    tx.session.flush()
    return token


def _digest(tx: Tx, token: str) -> str:
    return tx.vault.pseudonym("staff_session", token)


def _verify(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
