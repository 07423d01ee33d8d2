"""How staff sign in beside password and code: their passkeys, and what a sign-in that has begun still has to answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Table


class Passkey(Table):
    """A passkey of a member of staff. `credential` is its id as base64url; `counter` is what its last signature counted."""

    __tablename__ = "passkeys"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    credential: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes]
    counter: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInChallenge(Table):
    """What one browser was asked, to be answered once and soon; `browser` is a keyed digest of what only that browser knows."""

    __tablename__ = "sign_in_challenges"
    browser: Mapped[str] = mapped_column(String(64), primary_key=True)
    secret_sealed: Mapped[bytes]
    expires_at: Mapped[datetime]
