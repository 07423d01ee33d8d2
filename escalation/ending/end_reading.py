"""What an adult sees of the end of a case: the plan line by line, how the young person felt, and what became of a check-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from escalation.ending.plan import Line
from escalation.record import plans
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, CheckIn, Staff


@dataclass(frozen=True, slots=True)
class EndReading:
    """The end of one case. `check_in` is `to_come`, `sent`, or how it was answered; empty where none was agreed."""

    lines: tuple[Line, ...]
    before: int | None
    after: int | None
    check_in: str = ""
    check_in_at: datetime | None = None


def read_end(tx: Tx, case_id: str, staff: Staff) -> EndReading | None:
    """The end of a case, for its adult and for leads; `None` for everybody else. For pages that have read the case."""
    case = tx.session.get_one(CaseRow, case_id)
    if case.worker_id != staff.id and staff.role != "lead":
        return None
    newest = select(CheckIn).where(CheckIn.case_id == case.id).order_by(CheckIn.id.desc())
    row = tx.session.scalars(newest.limit(1)).first()
    stands = (row.answer or ("sent" if row.sent_at else "to_come")) if row else ""
    at = (row.answered_at or row.sent_at or row.due_at) if row else None
    return EndReading(plans.load(tx, case).lines, case.feeling_before, case.feeling_after, stands, at)
