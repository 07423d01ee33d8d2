"""What an adult wrote could not be delivered: whoever writes on a phone is told so, as the console shows it on its page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from escalation import alerts
from escalation.case import TALKING
from escalation.context import Service
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow, OutboxRow

KIND = "undelivered"


def note(tx: Tx, row: OutboxRow, now: datetime) -> None:
    """An app refused this for good. Several at once are told once."""
    told = select(DueRow.id).where(DueRow.case_id == row.case_id, DueRow.kind == KIND, DueRow.done_at.is_(None))
    if row.speaker == "worker" and row.case_id and tx.session.scalar(told.limit(1)) is None:
        tx.session.add(DueRow(id=new_id(), kind=KIND, person_id=row.person_id, case_id=row.case_id, due_at=now, detail={}, created_at=now))


def run(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """Tell whoever has the conversation on their phone."""
    case = tx.session.get_one(CaseRow, due.case_id)
    due.done_at, due.result = now, "moot"
    if case.worker_id and case.stage in TALKING and case.picked_up_on == "telegram":
        due.result = "done"
        alerts.alert(tx, service, case, (case.worker_id,), now, "staff.not_delivered")
