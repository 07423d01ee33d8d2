"""Young people, where they can be reached, and what came in and went out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Sequence, Table


class Person(Table):
    """A young person: no name, only what serving them needs, and the lease of whoever handles their messages now."""

    __tablename__ = "people"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str | None] = mapped_column(String(9), index=True)
    data_key_wrapped: Mapped[bytes]
    key_number: Mapped[int] = mapped_column(default=1)
    key_since: Mapped[datetime | None]
    former_key_wrapped: Mapped[bytes | None]
    former_keys: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    age_band: Mapped[str] = mapped_column(String(10), default="unknown")
    area: Mapped[str | None] = mapped_column(String(20), index=True)
    easy_read: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(10), default="en")
    safe_from: Mapped[str | None] = mapped_column(String(5))
    safe_until: Mapped[str | None] = mapped_column(String(5))
    code_word: Mapped[str | None] = mapped_column(String(64))
    return_code: Mapped[str | None] = mapped_column(String(64), unique=True)
    move_code: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)
    move_until: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    away_since: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
    turned_down: Mapped[list[str]] = mapped_column(default=list)
    claim: Mapped[str | None] = mapped_column(String(32))
    claimed_until: Mapped[datetime | None]


class Address(Table):
    """Where a person can be reached on one channel. Found by keyed pseudonym, readable only with the person's key."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("channel", "pseudonym"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    pseudonym: Mapped[str] = mapped_column(String(64))
    address_sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime] = mapped_column(index=True)


class InboxRow(Table):
    """One thing that came in, stored before it is acknowledged; append-only but for when and how it was handled."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbox_unhandled", "person_id", "handled_at", "seq"),
        Index("ix_inbox_person", "person_id", "seq"),
        Index("ix_inbox_received", "person_id", "received_at"),
        Index("ix_inbox_address", "address_id"),
        Index("ix_inbox_age", "received_at"),
        Index("ix_inbox_waiting", "received_at", sqlite_where=text("handled_at IS NULL"), postgresql_where=text("handled_at IS NULL")),
    )
    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    address_id: Mapped[str] = mapped_column(ForeignKey("addresses.id"))
    channel: Mapped[str] = mapped_column(String(20))
    external_id: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    message_ref: Mapped[str | None] = mapped_column(String(64), index=True)
    version: Mapped[int] = mapped_column(default=1)
    body_sealed: Mapped[bytes]
    understood_sealed: Mapped[bytes | None]
    level: Mapped[int | None]
    aside: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class OutboxRow(Table):
    """One message to go out, to a young person or to a member of staff; written before it is sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_pending", "channel", "state", "seq"),
        Index("ix_outbox_person", "person_id", "seq"),
        Index("ix_outbox_state", "person_id", "state", "seq"),
        Index("ix_outbox_created", "person_id", "created_at"),
        Index("ix_outbox_sent", "person_id", "sent_at"),
        Index("ix_outbox_address", "address_id"),
        Index("ix_outbox_case", "case_id", sqlite_where=text("case_id IS NOT NULL"), postgresql_where=text("case_id IS NOT NULL")),
        Index("ix_outbox_age", "created_at"),
    )
    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    address_id: Mapped[str | None] = mapped_column(ForeignKey("addresses.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"))
    channel: Mapped[str] = mapped_column(String(20))
    speaker: Mapped[str] = mapped_column(String(10))
    speaker_staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    body_sealed: Mapped[bytes]
    urgent: Mapped[bool] = mapped_column(default=False)
    aside: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    tact: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    external_id: Mapped[str | None] = mapped_column(String(80), index=True)
    after_id: Mapped[str | None] = mapped_column(String(20))
    problem: Mapped[str | None] = mapped_column(String(40))


class ConversationRow(Table):
    """Where a person's conversation stands: the dialogue's state, sealed, and how many turns it has had."""

    __tablename__ = "conversations"
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    turn: Mapped[int] = mapped_column(default=0)
    state_sealed: Mapped[bytes]
    updated_at: Mapped[datetime]
