"""What an adult has begun to write in a conversation and not sent: kept sealed, so that no reload and no restart loses it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from escalation import cases
from escalation.record import people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Draft, Staff

_PLACE = "drafts.words"


def keep(tx: Tx, case_id: str, staff: Staff, text: str, now: datetime) -> None:
    """Keep these words, instead of those kept before; empty words keep none. In another's conversation nothing is kept.

    Raises `NotPossible` where there is no such case.
    """
    case = cases.locked(tx, case_id)
    drop(tx, case_id, staff.id)
    if text and case.worker_id == staff.id:
        row_id = new_id()
        sealed = tx.vault.seal_for(people.person(tx, case.person_id), _PLACE, row_id, text)
        tx.session.add(Draft(id=row_id, case_id=case_id, staff_id=staff.id, words_sealed=sealed, kept_at=now))
        tx.session.flush()


def find(tx: Tx, case_id: str, staff_id: str) -> str:
    """What this adult has not sent yet to the young person of this case; empty where there is nothing."""
    row = tx.session.scalar(select(Draft).where(Draft.case_id == case_id, Draft.staff_id == staff_id))
    if row is None:
        return ""
    someone = people.person(tx, tx.session.get_one(CaseRow, case_id).person_id)
    return tx.vault.open_for(someone, _PLACE, row.id, row.words_sealed)


def drop(tx: Tx, case_id: str, staff_id: str) -> None:
    """Nothing is left to send."""
    tx.session.execute(delete(Draft).where(Draft.case_id == case_id, Draft.staff_id == staff_id))
