"""The audit chain: who of the staff did or read what, each entry bound to the one before by a keyed digest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from escalation.record.store import Tx
from escalation.record.tables import AuditRow

START = "0" * 64


def note(
    tx: Tx,
    action: str,
    now: datetime,
    *,
    staff_id: str | None = None,
    case_id: str | None = None,
    subject_id: str | None = None,
    digest: str | None = None,
) -> None:
    """Add an entry. It holds ids and digests only, so that erasure and key rotation leave the chain whole."""
    previous = tx.session.scalar(select(AuditRow.link).order_by(AuditRow.seq.desc()).limit(1)) or START
    row = AuditRow(at=now, staff_id=staff_id, action=action, case_id=case_id, subject_id=subject_id, digest=digest, previous=previous)
    row.link = _link(tx, row)
    tx.session.add(row)
    tx.session.flush()


def first_broken(tx: Tx) -> int | None:
    """The number of the first entry that does not fit the chain, or `None` when all of it is whole."""
    previous = START
    for row in tx.session.scalars(select(AuditRow).order_by(AuditRow.seq)):
        if row.previous != previous or row.link != _link(tx, row):
            return row.seq
        previous = row.link
    return None


def _link(tx: Tx, row: AuditRow) -> str:
    parts = (row.at.isoformat(), row.staff_id, row.action, row.case_id, row.subject_id, row.digest, row.previous)
    return tx.vault.audit_link(*(part or "" for part in parts))
