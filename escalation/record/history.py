"""The history of a case: entries that are added and never changed; a correction is a new entry."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select

from escalation.record import people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow


def record(tx: Tx, case: CaseRow, event: str, now: datetime, *, actor: str, staff_id: str | None = None, detail: Any = None) -> None:
    """Add an entry to the history of a case."""
    row_id = new_id()
    sealed = None
    if detail is not None:
        sealed = tx.vault.seal_for(people.person(tx, case.person_id), "case_events.detail", row_id, json.dumps(detail))
    tx.session.add(CaseEvent(id=row_id, case_id=case.id, at=now, actor=actor, staff_id=staff_id, event=event, detail_sealed=sealed))
    tx.session.flush()


def who_handed_back(tx: Tx, case: CaseRow) -> list[str]:
    """The members of staff who had this case and could not go on, in that order."""
    given_up = select(CaseEvent.staff_id).where(CaseEvent.case_id == case.id, CaseEvent.event == "handed_back").order_by(CaseEvent.seq)
    return [staff_id for staff_id in tx.session.scalars(given_up) if staff_id]
