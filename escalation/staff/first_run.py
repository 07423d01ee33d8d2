"""The first administrator of a fresh installation: a one-time address, printed where the program is started."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.staff import accounts
from escalation.staff.accounts import AccountError, Invite

OPEN_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The address's token, which lives with the program: after a restart there is another one."""

    until: datetime
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def opens(self, tx: Tx, token: str, now: datetime) -> bool:
        """Whether this token opens the first-run page still: nobody has come in yet, and its time is not over."""
        return hmac.compare_digest(token.encode(), self.token.encode()) and now < self.until and is_needed(tx)


def is_needed(tx: Tx) -> bool:
    """Whether nobody can have come in yet: no account, or only an administrator's whose sign-up was never finished."""
    rows = list(tx.session.scalars(select(Staff).limit(2)))
    return not rows or (len(rows) == 1 and rows[0].role == "admin" and rows[0].invite is not None)


def begun(tx: Tx) -> Staff | None:
    """The administrator whose sign-up was begun and not finished."""
    return tx.session.scalar(select(Staff).where(Staff.role == "admin", Staff.invite.is_not(None)).limit(1))


def begin(tx: Tx, name: str, now: datetime) -> Invite:
    """Open the first administrator's account, or go on with the one that was begun; returns the invite. Raises `AccountError`."""
    if not is_needed(tx):
        raise AccountError("there is an administrator already: sign in, or ask them for a link")
    row = begun(tx)
    return accounts.invite(tx, row, now) if row else accounts.add_staff(tx, name, "admin", now)
