"""The history of a case: entries that are added and never changed; a correction is a new entry."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from escalation.record import people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow


def record(tx: Tx, case: CaseRow, event: str, now: datetime, *, actor: str, staff_id: str | None = None, detail: Any = None) -> str:
    """Add an entry to the history of a case, and return its id."""
    row_id = new_id()
    sealed = None
    if detail is not None:
        sealed = tx.vault.seal_for(people.person(tx, case.person_id), "case_events.detail", row_id, json.dumps(detail))
    tx.session.add(CaseEvent(id=row_id, case_id=case.id, at=now, actor=actor, staff_id=staff_id, event=event, detail_sealed=sealed))
    case.changed_at = now
    case.expires_at = None  # whatever happens to a case, its time is counted anew
    tx.session.flush()
    return row_id


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a history, opened. `detail` is empty where the event says it all."""

    id: str
    case_id: str
    at: datetime
    actor: str
    staff_id: str | None
    event: str
    detail: dict[str, Any]


def entries(tx: Tx, case: CaseRow, *events: str) -> list[Entry]:
    """The history of a case, or only these events of it, oldest first."""
    rows = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)
    return opened(tx, tx.session.scalars(rows.where(CaseEvent.event.in_(events)) if events else rows))


def opened(tx: Tx, rows: Iterable[CaseEvent]) -> list[Entry]:
    """These rows with their details open."""
    return [_entry(tx, row) for row in rows]


def _entry(tx: Tx, row: CaseEvent) -> Entry:
    detail = {}
    if row.detail_sealed is not None:
        someone = people.person(tx, tx.session.get_one(CaseRow, row.case_id).person_id)
        detail = json.loads(tx.vault.open_for(someone, "case_events.detail", row.id, row.detail_sealed))
    return Entry(row.id, row.case_id, row.at, row.actor, row.staff_id, row.event, detail)


def who_handed_back(tx: Tx, case: CaseRow) -> list[str]:
    """The members of staff who had this case and could not go on, or went quiet, in that order."""
    given_up = select(CaseEvent.staff_id).where(CaseEvent.case_id == case.id, CaseEvent.event.in_(("handed_back", "went_quiet")))
    return [staff_id for staff_id in tx.session.scalars(given_up.order_by(CaseEvent.seq)) if staff_id]
