"""The audit chain: who of the staff did or read what, each entry bound to the one before by a keyed digest.

The last link is sealed in a row of its own, so that taking the newest entries away shows too.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from escalation.record.store import Tx
from escalation.record.tables import AuditEnd, AuditRow

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
    end = tx.session.get(AuditEnd, 1, with_for_update=True)
    previous = _previous(tx, end)
    row = AuditRow(at=now, staff_id=staff_id, action=action, case_id=case_id, subject_id=subject_id, digest=digest, previous=previous)
    row.link = _link(tx, row)
    tx.session.add(row)
    if end is None:
        tx.session.add(AuditEnd(id=1, seal=_end(tx, row.link)))
    else:
        end.seal = _end(tx, row.link)
    tx.session.flush()


def first_broken(tx: Tx) -> int | None:
    """The number of the first entry that does not fit the chain or is missing at its end; `None` when all of it is whole."""
    previous, last = START, 0
    for row in tx.session.scalars(select(AuditRow).order_by(AuditRow.seq)):
        if row.previous != previous or row.link != _link(tx, row):
            return row.seq
        previous, last = row.link, row.seq
    return None if _end(tx, previous) == _expected(tx, tx.session.get(AuditEnd, 1)) else last + 1


def _previous(tx: Tx, end: AuditEnd | None) -> str:
    """The link to go on from; where the chain was cut, one that fits nothing, so that the cut stays visible."""
    last = tx.session.scalar(select(AuditRow.link).order_by(AuditRow.seq.desc()).limit(1)) or START
    expected = _expected(tx, end)
    return last if _end(tx, last) == expected else expected


def _expected(tx: Tx, end: AuditEnd | None) -> str:
    return end.seal if end else _end(tx, START)


def _link(tx: Tx, row: AuditRow) -> str:
    parts = (row.at.isoformat(), row.staff_id, row.action, row.case_id, row.subject_id, row.digest, row.previous)
    return tx.vault.audit_link(*(part or "" for part in parts))


def _end(tx: Tx, link: str) -> str:
    return tx.vault.audit_link("end", link)
