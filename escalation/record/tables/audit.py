"""The keys of the installation, the audit chain, and what was destroyed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Sequence, Table


class KeyRow(Table):
    """A key of the installation, wrapped by `BREAKWATER_DATA_KEY`."""

    __tablename__ = "keys"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    purpose: Mapped[str] = mapped_column(String(20))
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]


class AuditRow(Table):
    """One link of the audit chain: ids and digests only, each bound to the one before by a keyed digest."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_case", "case_id", "seq"),)
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


class Destruction(Table):
    """What one run of the retention, or one erasure, destroyed of one kind: how many, never what or whose (S71)."""

    __tablename__ = "destructions"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    run_id: Mapped[str] = mapped_column(String(32), index=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(String(10))
    how_many: Mapped[int]
    policy_version: Mapped[str] = mapped_column(String(12))
