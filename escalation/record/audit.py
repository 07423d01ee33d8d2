"""The audit chain: who of the staff did or read what, each entry bound to the one before by a keyed digest.

The last link is sealed in a row of its own, so that taking the newest entries away shows too. Where the oldest entries are
destroyed because their time is over, the link to go on from is sealed in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from escalation.record.store import Tx
from escalation.record.tables import AuditEnd, AuditRow, CaseRow

START = "0" * 64
_END, _CUT = 1, 2
"""The rows of `audit_end`: where the chain ends, and where it begins since its oldest entries are gone."""


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
    _append(tx, [AuditRow(at=now, staff_id=staff_id, action=action, case_id=case_id, subject_id=subject_id, digest=digest)])


def note_cases(tx: Tx, action: str, now: datetime, staff_id: str, case_ids: Iterable[str]) -> None:
    """The same entry about each of these cases, in their order."""
    _append(tx, [AuditRow(at=now, staff_id=staff_id, action=action, case_id=id) for id in case_ids])


def note_subjects(tx: Tx, action: str, now: datetime, staff_id: str, subject_ids: Iterable[str]) -> None:
    """The same entry about each of these subjects, in their order."""
    _append(tx, [AuditRow(at=now, staff_id=staff_id, action=action, subject_id=id) for id in subject_ids])


def _append(tx: Tx, rows: list[AuditRow]) -> None:
    """Put entries at the end of the chain, each bound to the one before."""
    if not rows:
        return
    end = tx.session.get(AuditEnd, _END, with_for_update=True)
    previous = _previous(tx, end)
    for row in rows:
        row.previous = previous
        row.link = previous = _link(tx, row)
    tx.session.add_all(rows)
    if end is None:
        tx.session.add(AuditEnd(id=_END, seal=_end(tx, previous)))
    else:
        end.seal = _end(tx, previous)
    tx.session.flush()


def first_broken(tx: Tx, newest: int | None = None) -> int | None:
    """The number of the first entry that does not fit the chain or is missing at its end; `None` when all of it is whole.

    `newest`: look at so many of the newest entries only.
    """
    before = tx.session.scalar(select(AuditRow).order_by(AuditRow.seq.desc()).offset(newest).limit(1)) if newest else None
    previous, last = (before.link, before.seq) if before else (_start(tx), 0)
    for row in tx.session.scalars(select(AuditRow).where(AuditRow.seq > last).order_by(AuditRow.seq)):
        if row.previous != previous or row.link != _link(tx, row):
            return row.seq
        previous, last = row.link, row.seq
    return None if _end(tx, previous) == _expected(tx, tx.session.get(AuditEnd, _END)) else last + 1


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a moment: what was there up to it cannot be rewritten unseen by whoever keeps this elsewhere."""

    seq: int
    link: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.link}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read it as it was written. Raises `ValueError`."""
        match = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
        if match is None:
            raise ValueError(f"{text!r} is no head of an audit chain: it looks like 123:9f8e… with 64 digits and letters after the colon")
        return cls(int(match[1]), match[2])


def head(tx: Tx) -> Head:
    """The newest entry; number 0 while there is none."""
    row = tx.session.scalar(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1))
    return Head(row.seq, row.link) if row else Head(0, START)


def holds(tx: Tx, kept: Head) -> bool | None:
    """Whether the chain still holds the entry that was its head then; `None` where its time was over since."""
    row = tx.session.get(AuditRow, kept.seq)
    if row is not None:
        return row.link == kept.link
    oldest = tx.session.scalar(select(func.min(AuditRow.seq)))
    return None if tx.session.get(AuditEnd, _CUT) is not None and oldest is not None and kept.seq < oldest else kept == Head(0, START)


def count_before(tx: Tx, since: datetime) -> int:
    """How many entries, from the oldest on, `cut` would take away."""
    return tx.session.scalar(select(func.count()).select_from(AuditRow).where(_past(tx, since))) or 0


def cut(tx: Tx, since: datetime, limit: int) -> int:
    """Destroy the entries before `since`, the oldest first and at most `limit`, and return how many there were.

    The chain stays whole from there on. It is not cut past an entry about a case that a hold keeps, and never to its very end.
    """
    oldest = list(tx.session.scalars(select(AuditRow).where(_past(tx, since)).order_by(AuditRow.seq).limit(limit)))
    if not oldest:
        return 0
    row = tx.session.get(AuditEnd, _CUT) or AuditEnd(id=_CUT)
    row.seal = tx.vault.audit_link("cut", oldest[-1].link)
    tx.session.add(row)
    tx.session.execute(delete(AuditRow).where(AuditRow.seq <= oldest[-1].seq))
    return len(oldest)


def _past(tx: Tx, since: datetime) -> ColumnElement[bool]:
    held = select(CaseRow.id).where(CaseRow.held_at.is_not(None))
    first_kept = select(func.min(AuditRow.seq)).where((AuditRow.at > since) | AuditRow.case_id.in_(held))
    return AuditRow.seq < func.coalesce(first_kept.scalar_subquery(), select(func.max(AuditRow.seq)).scalar_subquery())


def _start(tx: Tx) -> str:
    """The link that the oldest entry has to go on from."""
    row = tx.session.get(AuditEnd, _CUT)
    if row is None:
        return START
    first = tx.session.scalar(select(AuditRow.previous).order_by(AuditRow.seq).limit(1))
    return first if first and tx.vault.audit_link("cut", first) == row.seal else row.seal


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
