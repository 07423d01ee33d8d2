"""The conversations that somebody has, side by side, so that nobody among them is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from escalation import quiet
from escalation.case import TALKING
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Person
from nlu.understanding import Level


@dataclass(frozen=True, slots=True)
class Mine:
    """One conversation. `owed`: since when the young person waits for an answer, if they do."""

    id: str
    level: Level
    age_band: str
    since: datetime
    owed: datetime | None


def mine(tx: Tx, staff_id: str) -> list[Mine]:
    """The conversations of this member of staff, in the order in which they were picked up."""
    talking = select(CaseRow, Person.age_band).join(Person, Person.id == CaseRow.person_id)
    talking = talking.where(CaseRow.worker_id == staff_id, CaseRow.stage.in_(TALKING)).order_by(CaseRow.picked_up_at, CaseRow.id)
    rows = list(tx.session.execute(talking))
    owed = quiet.owed_since(tx, (row.id for row, _ in rows))
    return [Mine(row.id, Level(row.level), age, row.picked_up_at or row.opened_at, owed.get(row.id)) for row, age in rows]
