"""The closing plan of a case in the record: sealed with the young person's key, since it is theirs."""

from __future__ import annotations

from sqlalchemy import select

from escalation.ending.plan import ClosingPlan
from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Person

_PLACE = "cases.plan"


def load(tx: Tx, case: CaseRow) -> ClosingPlan:
    """The plan of a case; empty where none was begun."""
    if case.plan_sealed is None:
        return ClosingPlan()
    return ClosingPlan.from_json(tx.vault.open_for(people.person(tx, case.person_id), _PLACE, case.id, case.plan_sealed))


def keep(tx: Tx, case: CaseRow, plan: ClosingPlan) -> None:
    """Keep a plan in its case."""
    case.plan_sealed = tx.vault.seal_for(people.person(tx, case.person_id), _PLACE, case.id, plan.as_json())
    tx.signal(f"case:{case.id}")


def with_line(tx: Tx, someone: Person, line_id: str) -> CaseRow | None:
    """The case of this person whose plan has that line."""
    theirs = select(CaseRow).where(CaseRow.person_id == someone.id, CaseRow.plan_sealed.is_not(None)).order_by(CaseRow.id.desc())
    return next((case for case in tx.session.scalars(theirs) if load(tx, case).has(line_id)), None)
