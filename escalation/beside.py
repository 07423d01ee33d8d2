"""What stands beside cases in the record and belongs on their cards, for all of them at once: one statement for each kind of thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from escalation.agreements import agreed_in
from escalation.consent import Shared
from escalation.next_step import NextStep, next_steps
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, InboxRow, Person, PromiseRow, Staff


@dataclass(frozen=True, slots=True)
class Beside:
    """Beside one case: what its young person shares with whoever looks, who they are, who has it, the latest promise, the
    next step of its chain, and the message that raised it."""

    shared: Shared
    person: Person
    worker: Staff | None
    promised_at: datetime | None
    next_step: NextStep | None
    raised_by: InboxRow | None


def beside(tx: Tx, cases: Sequence[CaseRow], staff: Staff, now: datetime) -> dict[str, Beside]:
    """The same for each of these cases, by its id, as this member of staff may see it. Raises `KeyError` for somebody who is gone."""
    ids = [case.id for case in cases]
    shared = agreed_in(tx, ids, now, staff.id)
    people = {row.id: row for row in tx.session.scalars(select(Person).where(Person.id.in_({case.person_id for case in cases})))}
    workers = {row.id: row for row in tx.session.scalars(select(Staff).where(Staff.id.in_({case.worker_id for case in cases})))}
    raised = {row.id: row for row in tx.session.scalars(select(InboxRow).where(InboxRow.id.in_({case.raised_by for case in cases})))}
    promised = _promised(tx, ids)
    steps = next_steps(tx, cases)
    return {
        case.id: Beside(
            shared[case.id],
            people[case.person_id],
            workers.get(case.worker_id or ""),
            promised.get(case.id),
            steps.get(case.id),
            raised.get(case.raised_by or ""),
        )
        for case in cases
    }


def _promised(tx: Tx, case_ids: list[str]) -> dict[str, datetime]:
    """By when an adult was promised last, by case."""
    rows = select(PromiseRow.case_id, PromiseRow.due_at).where(PromiseRow.case_id.in_(case_ids)).order_by(PromiseRow.id)
    return {row.case_id: row.due_at for row in tx.session.execute(rows)}
