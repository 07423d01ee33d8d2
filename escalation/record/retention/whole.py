"""Deleting a whole person or a whole case, counted by kind."""

from __future__ import annotations

from sqlalchemy import select

from escalation.record.retention import destroying
from escalation.record.retention.destroying import Destroyed
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.retention.stamping import everything, times
from escalation.record.store import Tx
from escalation.record.tables import CaseRow


def whole_person(tx: Tx, policy: RetentionPolicy, person_id: str, destroyed: Destroyed) -> None:
    """Delete a person and all that is theirs."""
    theirs = list(tx.session.scalars(everything(select(CaseRow.id).where(CaseRow.person_id == person_id))))
    for time in times(tx, policy, theirs):
        destroyed.count(tx, time.kind, 1)
    destroying.person(tx, person_id)
    destroyed.count(tx, "chat", 1)


def whole_case(tx: Tx, policy: RetentionPolicy, case_id: str, destroyed: Destroyed) -> None:
    """Delete a case and all that belongs to it."""
    [time] = times(tx, policy, [case_id])
    destroying.case(tx, case_id)
    destroyed.count(tx, time.kind, 1)
