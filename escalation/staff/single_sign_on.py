"""Whom the organisation's own sign-in lets in: an account that is there already. It makes none and changes no role."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from escalation.record import audit
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.staff import sign_in
from escalation.staff.provider import Vouched
from escalation.staff.sign_in import Entered


class Refusal(StrEnum):
    """Why somebody for whom the provider vouches is not let in."""

    UNKNOWN = "unknown"
    SEVERAL = "several"
    ANOTHER = "another"
    CLOSED = "closed"
    NOT_SET_UP = "not_set_up"


def enter(tx: Tx, vouched: Vouched, browser: str, now: datetime) -> Entered | Refusal:
    """A session for this person: a full one if the provider saw two factors, else one that still needs its code.

    The first time the account is found by the e-mail address the provider vouches for; from then on by who they are there.
    """
    subject = tx.vault.pseudonym("single_sign_on", vouched.issuer, vouched.subject)
    row = tx.session.scalar(select(Staff).where(Staff.single_sign_on == subject)) or _by_email(tx, vouched.email)
    refusal = row if isinstance(row, Refusal) else _why_not(row, subject)
    if isinstance(row, Refusal) or refusal:
        audit.note(tx, "single_sign_on_refused", now, staff_id=None if isinstance(row, Refusal) else row.id)
        return refusal or Refusal.UNKNOWN
    if row.single_sign_on is None:
        row.single_sign_on = subject
        audit.note(tx, "single_sign_on_linked", now, staff_id=row.id)
    begin = sign_in.begin if vouched.second_factor else sign_in.begin_half
    return begin(tx, row, browser, now)


def _by_email(tx: Tx, email: str) -> Staff | Refusal:
    """The account with this address. Addresses are sealed, so each is opened: there are as many as there are staff."""
    wanted = email.strip().casefold()
    with_one = tx.session.scalars(select(Staff).where(Staff.email_sealed.is_not(None)))
    found = [row for row in with_one if wanted and _email(tx, row) == wanted]
    still_open = [row for row in found if row.closed_at is None]
    if len(still_open) > 1:
        return Refusal.SEVERAL
    return next(iter(still_open or found), Refusal.UNKNOWN)


def _email(tx: Tx, row: Staff) -> str:
    return tx.vault.open_own("staff.email", row.id, row.email_sealed or b"").strip().casefold()


def _why_not(row: Staff, subject: str) -> Refusal | None:
    if row.closed_at is not None:
        return Refusal.CLOSED
    if row.single_sign_on not in (None, subject):
        return Refusal.ANOTHER
    return Refusal.NOT_SET_UP if row.invite else None
