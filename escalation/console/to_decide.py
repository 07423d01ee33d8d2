"""What waits for a lead's decision, as numbers on every page, so that none of it is overlooked.

Concerns about staff are not among them: whom one is about may stand beside the screen (S63).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from escalation import reading
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.sharing import asking_the_lead


@dataclass(frozen=True, slots=True)
class ToDecide:
    """How many flags and questions of colleagues nobody decided yet; none for anybody but a lead."""

    flags: int = 0
    questions: int = 0

    @property
    def total(self) -> int:
        return self.flags + self.questions


def to_decide(tx: Tx, staff: Staff) -> ToDecide:
    """Counted without opening a case, so that it is no read of one."""
    if staff.role != "lead":
        return ToDecide()
    undecided = tx.session.scalars(select(CaseRow).where(CaseRow.undecided))
    flags = sum(reading.may_see(case, staff) for case in undecided)
    return ToDecide(flags, len(asking_the_lead.waiting(tx, staff)))
