"""What comes next for a case that waits: who is asked then, or what the young person hears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from escalation import chain
from escalation.planning import OUTSIDE, PlannedStep
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow, Staff

How = Literal["asked", "again", "shift", "everybody", "told"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """The next thing to happen, unless somebody picks up before.

    `asked` and `again`: the people of `whom`, by first name, and with `outside` the out-of-hours contact; `shift`: whoever is on the
    rota by then; `everybody`: all who are there; `told`: nobody is asked, the young person hears how it stands.
    """

    at: datetime
    how: How
    whom: tuple[str, ...] = ()
    outside: bool = False


def next_steps(tx: Tx, cases: Sequence[CaseRow]) -> dict[str, NextStep]:
    """The next step of each case's chain, by the id of the case; none where nothing is to come."""
    kinds = (chain.STEP, chain.SHIFT_START, chain.AGAIN)
    coming = select(DueRow).where(DueRow.case_id.in_([case.id for case in cases]), DueRow.done_at.is_(None), DueRow.kind.in_(kinds))
    rows: dict[str | None, DueRow] = {}
    for row in tx.session.scalars(coming.order_by(DueRow.due_at, DueRow.id)):
        rows.setdefault(row.case_id, row)
    asked = {id for row in rows.values() if row.kind == chain.STEP for id in PlannedStep.from_json(row.due_at, row.detail).alert}
    names = {staff.id: staff.first_name for staff in tx.session.scalars(select(Staff).where(Staff.id.in_(asked)))}
    return {case.id: _step(rows[case.id], case, names) for case in cases if case.id in rows}


def _step(row: DueRow, case: CaseRow, names: dict[str, str]) -> NextStep:
    if row.kind != chain.STEP:
        return NextStep(row.due_at, "shift" if row.kind == chain.SHIFT_START else "everybody")
    step = PlannedStep.from_json(row.due_at, row.detail)
    ids = [id for id in dict.fromkeys(step.alert) if id != OUTSIDE and id not in case.hidden_from]
    whom, outside = tuple(names[id] for id in ids if id in names), OUTSIDE in step.alert
    if not whom and not outside:
        return NextStep(row.due_at, "told")
    return NextStep(row.due_at, "again" if step.reminder else "asked", whom, outside)
