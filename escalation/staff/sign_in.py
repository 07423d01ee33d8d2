"""Signing in: a password, then a code that works once; sessions with two limits; and the same answer to every wrong try.

A session belongs to the kind of browser it began in. Passkeys and the organisation's own sign-in begin sessions here too.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.record import audit
from escalation.record.store import Record, Tx
from escalation.record.tables import Staff, StaffSession
from escalation.staff import passwords
from escalation.staff.accounts import named
from escalation.staff.codes import matching_step

FAILURES, LOCK_FOR = 5, timedelta(minutes=15)
CODE_WITHIN = timedelta(minutes=10)
NOTE_EVERY = timedelta(seconds=30)
"""A session's last use is written down no more often than this."""
PROVED_FOR = timedelta(minutes=10)
"""For so long after showing who they are somebody may change how they sign in."""


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
    browser: str
    proved_at: datetime | None

    def proved(self, now: datetime) -> bool:
        """Whether they showed a moment ago who they are."""
        return self.proved_at is not None and now < self.proved_at + PROVED_FOR


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that has begun: the browser's token, and whether the code is still to be given."""

    token: str
    role: str
    passed_totp: bool


def staff_of(tx: Tx, me: SignedIn) -> Staff:
    """The account of who is signed in."""
    return tx.session.get_one(Staff, me.staff_id)


async def check_password(record: Record, name: str, password: str, browser: str, now: datetime) -> str | None:
    """A token for a session that still needs its code, or `None` for any wrong try, whatever was wrong."""
    row = await record.aread(lambda tx: _may_try(tx, name, now))
    right = await asyncio.to_thread(passwords.matches, row.password_hash if row else None, password)
    if row is None or row.password_hash is None:
        return None
    return await record.awrite(lambda tx: _after_password(tx, row.id, right, browser, now))


def enter_code(tx: Tx, token: str, code: str, now: datetime) -> str | None:
    """A token for a full session, which replaces the half one; `None` for a wrong, used or late code, or a locked account."""
    half = tx.session.get(StaffSession, _digest(tx, token))
    if half is None or half.ended_at or half.passed_totp or now >= half.created_at + CODE_WITHIN:
        return None
    row = tx.session.get_one(Staff, half.staff_id)
    if not _right_code(tx, row, code, now):
        return None
    half.ended_at = now
    return begin(tx, row, half.browser, now).token


async def prove(record: Record, me: SignedIn, password: str, code: str, now: datetime) -> bool:
    """Whether who is signed in knows their password and has their code app; it holds for `PROVED_FOR`. Wrong tries count."""
    row = await record.aread(lambda tx: _may_try(tx, me.name, now))
    right = await asyncio.to_thread(passwords.matches, row.password_hash if row else None, password)
    return row is not None and await record.awrite(lambda tx: _prove(tx, me, right, code, now))


def note_proof(tx: Tx, me: SignedIn, now: datetime) -> None:
    """Write down that who is signed in has just shown who they are."""
    tx.session.get_one(StaffSession, me.digest).proved_at = now
    audit.note(tx, "proved", now, staff_id=me.staff_id)


def change_password(tx: Tx, me: SignedIn, hashed: str, now: datetime) -> None:
    """Put this hash in place of the one of the password that who is signed in had."""
    staff_of(tx, me).password_hash = hashed
    audit.note(tx, "password_changed", now, staff_id=me.staff_id)


def begin(tx: Tx, row: Staff, browser: str, now: datetime) -> Entered:
    """A full session of this account in this kind of browser, under a token of its own."""
    row.failed_sign_ins, row.locked_until = 0, None
    audit.note(tx, "signed_in", now, staff_id=row.id)
    return _begin(tx, row, browser, now, passed_totp=True)


def begin_half(tx: Tx, row: Staff, browser: str, now: datetime) -> Entered:
    """A session that opens nothing until its code is given."""
    return _begin(tx, row, browser, now, passed_totp=False)


def find(tx: Tx, token: str, limits: Limits, now: datetime) -> SignedIn | None:
    """The session of this token, while it lasts and its account is open. It may still need its code."""
    return _living(tx, tx.session.get(StaffSession, _digest(tx, token)), limits, now)


def still(tx: Tx, me: SignedIn, limits: Limits, now: datetime) -> bool:
    """Whether a session that was found earlier still lasts."""
    return _living(tx, tx.session.get(StaffSession, me.digest), limits, now) is not None


def end_as_stolen(tx: Tx, me: SignedIn, now: datetime) -> None:
    """End a session that came from another kind of browser than it began in: somebody copied its cookie."""
    _end(tx, me, "session_elsewhere", now)


def note_use(tx: Tx, me: SignedIn, now: datetime) -> None:
    """Write down that this session is in use, which moves its idle limit."""
    row = tx.session.get(StaffSession, me.digest)
    if row is not None and row.ended_at is None:
        row.seen_at = now


def sign_out(tx: Tx, me: SignedIn, now: datetime) -> None:
    """End this one session."""
    _end(tx, me, "signed_out", now)


def _end(tx: Tx, me: SignedIn, why: str, now: datetime) -> None:
    row = tx.session.get(StaffSession, me.digest)
    if row is not None and row.ended_at is None:
        row.ended_at = now
        audit.note(tx, why, now, staff_id=me.staff_id)
    tx.signal(f"staff:{me.staff_id}")


def _living(tx: Tx, row: StaffSession | None, limits: Limits, now: datetime) -> SignedIn | None:
    if row is None or row.ended_at:
        return None
    until = min(row.seen_at + limits.idle, row.created_at + (limits.absolute if row.passed_totp else CODE_WITHIN))
    who = tx.session.get(Staff, row.staff_id)
    if now >= until or who is None or who.closed_at:
        return None
    return SignedIn(
        who.id, who.name, who.first_name, who.role, row.csrf, row.token, row.seen_at, row.passed_totp, row.browser, row.proved_at
    )


def _may_try(tx: Tx, name: str, now: datetime) -> Staff | None:
    row = named(tx, name)
    usable = row is not None and row.closed_at is None and row.invite is None and not _locked(row, now)
    return row if usable else None


def _after_password(tx: Tx, staff_id: str, right: bool, browser: str, now: datetime) -> str | None:
    # Read again, since another try may have locked the account while this password was being checked.
    row = tx.session.get_one(Staff, staff_id)
    if _locked(row, now):
        return None
    if not right:
        _fail(tx, row, now)
        return None
    return begin_half(tx, row, browser, now).token


def _prove(tx: Tx, me: SignedIn, right: bool, code: str, now: datetime) -> bool:
    row = staff_of(tx, me)
    if _locked(row, now):
        return False
    if not right:
        _fail(tx, row, now)
        return False
    if not _right_code(tx, row, code, now):
        return False
    row.failed_sign_ins, row.locked_until = 0, None
    note_proof(tx, me, now)
    return True


def _right_code(tx: Tx, row: Staff, code: str, now: datetime) -> bool:
    """Use up a code of the code app. A wrong one counts as a wrong try."""
    if _locked(row, now) or row.closed_at or row.totp_sealed is None or row.invite:
        return False
    step = matching_step(tx.vault.open_own("staff.totp", row.id, row.totp_sealed), code, now, row.totp_used)
    if step is None:
        _fail(tx, row, now)
        return False
    row.totp_used = step
    return True


def _fail(tx: Tx, row: Staff, now: datetime) -> None:
    row.failed_sign_ins += 1
    audit.note(tx, "sign_in_failed", now, staff_id=row.id)
    if row.failed_sign_ins >= FAILURES:
        row.failed_sign_ins, row.locked_until = 0, now + LOCK_FOR
        audit.note(tx, "account_locked", now, staff_id=row.id)


def _locked(row: Staff, now: datetime) -> bool:
    return row.locked_until is not None and now < row.locked_until


def _begin(tx: Tx, row: Staff, browser: str, now: datetime, *, passed_totp: bool) -> Entered:
    token = secrets.token_urlsafe(32)
    session = StaffSession(
        token=_digest(tx, token),
        staff_id=row.id,
        csrf=secrets.token_urlsafe(32),
        passed_totp=passed_totp,
        browser=browser,
        proved_at=now if passed_totp else None,
        created_at=now,
        seen_at=now,
    )
    tx.session.add(session)
    tx.session.flush()
    return Entered(token, row.role, passed_totp)


def _digest(tx: Tx, token: str) -> str:
    return tx.vault.pseudonym("staff_session", token)
