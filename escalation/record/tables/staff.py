"""Staff, how they sign in, and when they are on duty."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Table


class Staff(Table):
    """A member of staff and how they sign in. `name` is unique; young people see `first_name` and `job`."""

    __tablename__ = "staff"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    first_name: Mapped[str] = mapped_column(String(40))
    job: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(10))
    email_sealed: Mapped[bytes | None]
    telegram: Mapped[str | None] = mapped_column(String(64), unique=True)
    telegram_sealed: Mapped[bytes | None]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_sealed: Mapped[bytes | None]
    totp_used: Mapped[int | None]
    single_sign_on: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)
    invite: Mapped[str | None] = mapped_column(String(64), unique=True)
    invite_until: Mapped[datetime | None]
    vetted_until: Mapped[datetime | None]
    trained_until: Mapped[datetime | None]
    capacity: Mapped[int] = mapped_column(default=3)
    languages: Mapped[list[str]] = mapped_column(default=list)
    away_until: Mapped[datetime | None]
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class StaffUpdate(Table):
    """An event from a member of staff's messaging app that was acted on, so that a second delivery does nothing."""

    __tablename__ = "staff_updates"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[str] = mapped_column(String(20))
    external_id: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]


class StaffSession(Table):
    """A signed-in browser; the cookie's token is kept only as a keyed digest.

    `browser` is its kind, such as "Firefox on Windows"; `proved_at`: when they last showed who they are.
    """

    __tablename__ = "staff_sessions"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    passed_totp: Mapped[bool] = mapped_column(default=False)
    browser: Mapped[str] = mapped_column(String(60), default="")
    proved_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Shift(Table):
    """A member of staff on duty from one time to another, first in line or as back-up."""

    __tablename__ = "rota"
    __table_args__ = (Index("ix_rota_times", "starts_at", "ends_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    backup: Mapped[bool] = mapped_column(default=False)
    series_id: Mapped[str | None] = mapped_column(String(32), index=True)


class Absence(Table):
    """A time in which somebody works no shift, such as a holiday; why is not asked."""

    __tablename__ = "absences"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    noted_at: Mapped[datetime]


class ShiftSwap(Table):
    """A shift that somebody cannot work, and whoever takes it instead; open until it is taken or withdrawn."""

    __tablename__ = "shift_swaps"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    shift_id: Mapped[str] = mapped_column(ForeignKey("rota.id"), index=True)
    from_staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    to_staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str] = mapped_column(String(10), default="open")
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
