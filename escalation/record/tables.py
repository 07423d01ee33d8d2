"""Every table of the product, one metadata. Columns that end in `_sealed` hold envelopes (see `envelope`).

What each column is for, and on which lawful basis it is held, stands in `data_map.yml`; a test keeps the two equal.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from escalation.record.times import UtcDateTime

Sequence = BigInteger().with_variant(Integer, "sqlite")


class Table(DeclarativeBase):
    type_annotation_map: ClassVar = {
        datetime: UtcDateTime(),
        bytes: LargeBinary(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        bool: Boolean(),
    }


class KeyRow(Table):
    """A key of the installation, wrapped by `BREAKWATER_DATA_KEY`."""

    __tablename__ = "keys"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    purpose: Mapped[str] = mapped_column(String(20))
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]


class Person(Table):
    """A young person: no name, only what serving them needs, and the lease of whoever handles their messages now."""

    __tablename__ = "people"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    data_key_wrapped: Mapped[bytes]
    created_at: Mapped[datetime]
    age_band: Mapped[str] = mapped_column(String(10), default="unknown")
    area: Mapped[str | None] = mapped_column(String(20))
    easy_read: Mapped[bool] = mapped_column(default=False)
    return_code: Mapped[str | None] = mapped_column(String(64), unique=True)
    last_seen_at: Mapped[datetime | None]
    away_since: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
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
    last_used_at: Mapped[datetime]


class InboxRow(Table):
    """One thing that came in, stored before it is acknowledged; append-only but for when and how it was handled."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbox_unhandled", "person_id", "handled_at", "seq"),
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
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class OutboxRow(Table):
    """One message to go out, to a young person or to a member of staff; written before it is sent."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_pending", "channel", "state", "seq"), Index("ix_outbox_person", "person_id", "seq"))
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
    state: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    external_id: Mapped[str | None] = mapped_column(String(80))
    problem: Mapped[str | None] = mapped_column(String(40))


class ConversationRow(Table):
    """Where a person's conversation stands: the dialogue's state, sealed, and how many turns it has had."""

    __tablename__ = "conversations"
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    turn: Mapped[int] = mapped_column(default=0)
    state_sealed: Mapped[bytes]
    updated_at: Mapped[datetime]


class CaseRow(Table):
    """A case: from the offer of an adult to the end. What happened in it stands in `case_events`."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_stage", "stage", "level"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    stage: Mapped[str] = mapped_column(String(12))
    level: Mapped[int]
    categories: Mapped[list[str]]
    subject: Mapped[str] = mapped_column(String(10))
    flags: Mapped[list[str]]
    basis: Mapped[str] = mapped_column(String(12))
    raised_by: Mapped[str | None] = mapped_column(String(32))
    summary_sealed: Mapped[bytes | None]
    chain: Mapped[dict[str, Any]]
    hidden_from: Mapped[list[str]]
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    worker_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    picked_up_at: Mapped[datetime | None]
    picked_up_on: Mapped[str | None] = mapped_column(String(20))
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(40))
    undecided: Mapped[bool] = mapped_column(default=False, index=True)
    drill: Mapped[bool] = mapped_column(default=False)


class CaseEvent(Table):
    """One entry in a case's history: who did what, when and why. Never changed; a correction is a new entry."""

    __tablename__ = "case_events"
    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    event: Mapped[str] = mapped_column(String(40))
    detail_sealed: Mapped[bytes | None]


class AgreementRow(Table):
    """One entry of the agreement ledger: given, refused, withdrawn or override. Never changed."""

    __tablename__ = "agreements"
    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    scope: Mapped[str | None] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(40))
    wording_id: Mapped[str] = mapped_column(String(80))
    wording_version: Mapped[str] = mapped_column(String(20))
    wording_sealed: Mapped[bytes]
    language: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    detail_sealed: Mapped[bytes | None]


class DueRow(Table):
    """Something that has to happen later, written in the transaction that made it necessary."""

    __tablename__ = "due"
    __table_args__ = (Index("ix_due_open", "done_at", "due_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"), index=True)
    due_at: Mapped[datetime]
    detail: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(String(20))


class PromiseRow(Table):
    """Something the bot said would happen by a certain time, and whether it did."""

    __tablename__ = "promises"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    what: Mapped[str] = mapped_column(String(30))
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    broken_at: Mapped[datetime | None]


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
    invite: Mapped[str | None] = mapped_column(String(64), unique=True)
    invite_until: Mapped[datetime | None]
    vetted_until: Mapped[datetime | None]
    trained_until: Mapped[datetime | None]
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
    """A signed-in browser; the cookie's token is kept only as a keyed digest."""

    __tablename__ = "staff_sessions"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    passed_totp: Mapped[bool] = mapped_column(default=False)
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


class AuditRow(Table):
    """One link of the audit chain: ids and digests only, each bound to the one before by a keyed digest."""

    __tablename__ = "audit"
    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    staff_id: Mapped[str | None] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[str | None] = mapped_column(String(32))
    subject_id: Mapped[str | None] = mapped_column(String(32))
    digest: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    link: Mapped[str] = mapped_column(String(64))


class AuditEnd(Table):
    """The one row that knows where the audit chain ends: a keyed digest of its last link."""

    __tablename__ = "audit_end"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seal: Mapped[str] = mapped_column(String(64))
