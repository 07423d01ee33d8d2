"""What a case is about, kept beside its row as well, so that cases are found by it without looking at each."""

from __future__ import annotations

from sqlalchemy import select

from escalation.record.store import Tx
from escalation.record.tables import CaseCategory, CaseRow


def note(tx: Tx, case: CaseRow) -> None:
    """Keep what is new among the categories of a case. They are added to and never taken away."""
    known = set(tx.session.scalars(select(CaseCategory.category).where(CaseCategory.case_id == case.id)))
    tx.session.add_all(CaseCategory(category=one, case_id=case.id) for one in case.categories if one not in known)
