"""Who of the staff did what, and to what: the audit as a list to look through. It holds ids and kinds, and no words of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from escalation.record.store import Tx
from escalation.record.tables import AuditRow, CaseRow, Concern, Staff

PAGE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; `None` for anything. `before`: only entries older than this number."""

    since: datetime | None = None
    staff_id: str | None = None
    action: str | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `by` is empty for what the program did; `to` is a member of staff's name, or what was refused."""

    number: int
    at: datetime
    by: str
    role: str
    action: str
    case_id: str | None
    to: str


def entries(tx: Tx, asked: Asked, reader: Staff | None, limit: int = PAGE) -> tuple[list[Entry], int | None]:
    """The newest entries that fit, and the number to go on before, where there are more.

    What is hidden from the reader, or is a concern about them, is left out (S63, S82); `None` reads all of it.
    """
    rows = list(tx.session.scalars(_fitting(asked).order_by(AuditRow.seq.desc()).limit(limit + 1)))
    more = rows[limit - 1].seq if len(rows) > limit else None
    rows = [row for row in rows[:limit] if reader is None or not _kept_from(tx, reader, row)]
    names = {one.id: one for one in tx.session.scalars(select(Staff).where(Staff.id.in_(_named(rows))))}
    return [_entry(row, names) for row in rows], more


def actions(tx: Tx) -> Sequence[str]:
    """Every kind of entry there is."""
    return tx.session.scalars(select(AuditRow.action).distinct().order_by(AuditRow.action)).all()


def in_words(action: str) -> str:
    """A kind of entry as it is read."""
    return action.replace("_", " ").capitalize()


def _fitting(asked: Asked) -> Select[AuditRow]:
    chosen = select(AuditRow)
    if asked.since is not None:
        chosen = chosen.where(AuditRow.at >= asked.since)
    if asked.staff_id is not None:
        chosen = chosen.where(AuditRow.staff_id == asked.staff_id)
    if asked.action is not None:
        chosen = chosen.where(AuditRow.action == asked.action)
    return chosen if asked.before is None else chosen.where(AuditRow.seq < asked.before)


def _kept_from(tx: Tx, reader: Staff, row: AuditRow) -> bool:
    case = tx.session.get(CaseRow, row.case_id) if row.case_id else None
    concern = tx.session.get(Concern, row.subject_id) if row.subject_id else None
    return (case is not None and reader.id in case.hidden_from) or (concern is not None and concern.about_staff_id == reader.id)


def _named(rows: Sequence[AuditRow]) -> set[str]:
    return {id for row in rows for id in (row.staff_id, row.subject_id) if id}


def _entry(row: AuditRow, names: dict[str, Staff]) -> Entry:
    by, to = names.get(row.staff_id or ""), names.get(row.subject_id or "")
    refused = in_words(row.subject_id) if row.action == "refused" and row.subject_id else ""
    return Entry(row.seq, row.at, by.name if by else "", by.role if by else "", row.action, row.case_id, to.name if to else refused)
