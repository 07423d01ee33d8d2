"""Call-backs in the record: the number and what belongs to it stand in one sealed place, for one pair of eyes, and not for long (S84)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from escalation.case import NotPossible
from escalation.record import audit, history, people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CallBack, CaseRow, Staff

_PLACE = "call_backs.details"


@dataclass(frozen=True, slots=True)
class Details:
    """How somebody wants to be rung. `name` is whom to ask for; empty where they gave none."""

    number: str
    when: str
    name: str
    voicemail: bool = False


def ask(tx: Tx, case: CaseRow, details: Details, now: datetime) -> None:
    """Somebody wants to be rung. A later wish takes the place of an earlier one."""
    row = _open(tx, case)
    if row is None:
        row = CallBack(id=new_id(), person_id=case.person_id, case_id=case.id, asked_at=now)
        tx.session.add(row)
    someone = people.person(tx, case.person_id)
    row.details_sealed = tx.vault.seal_for(someone, _PLACE, row.id, json.dumps(asdict(details)))
    history.record(tx, case, "call_back_asked", now, actor="young_person")
    tx.signal(f"case:{case.id}")


def for_worker(tx: Tx, case_id: str, staff_id: str, now: datetime) -> Details | None:
    """The open call-back of a case, for the adult who has it and nobody else. Logs the read."""
    case = tx.session.get(CaseRow, case_id)
    row = _open(tx, case) if case and case.worker_id == staff_id else None
    if case is None or row is None or row.details_sealed is None:
        return None
    audit.note(tx, "call_back_read", now, staff_id=staff_id, case_id=case.id)
    opened = tx.vault.open_for(people.person(tx, case.person_id), _PLACE, row.id, row.details_sealed)
    return Details(**json.loads(opened))


def for_release(tx: Tx, case: CaseRow) -> str:
    """The number of an open call-back, for a release to the emergency services; empty where there is none. Whoever asks logs it."""
    row = _open(tx, case)
    if row is None or row.details_sealed is None:
        return ""
    opened = tx.vault.open_for(people.person(tx, case.person_id), _PLACE, row.id, row.details_sealed)
    return Details(**json.loads(opened)).number


def is_asked_for(tx: Tx, case: CaseRow) -> bool:
    """Whether somebody waits to be rung."""
    return _open(tx, case) is not None


def done(tx: Tx, case_id: str, staff: Staff, now: datetime) -> None:
    """The call was made: the number is deleted. Raises `NotPossible`."""
    case = tx.session.get(CaseRow, case_id)
    row = _open(tx, case) if case and case.worker_id == staff.id else None
    if case is None or row is None:
        raise NotPossible("there is no call to make, or this conversation is not yours")
    row.done_at, row.done_by, row.details_sealed = now, staff.id, None
    history.record(tx, case, "call_back_done", now, actor="staff", staff_id=staff.id)
    tx.signal(f"case:{case.id}")


def drop(tx: Tx, case: CaseRow, now: datetime) -> None:
    """The case has ended, or they changed their mind: the number is deleted without a call."""
    row = _open(tx, case)
    if row is not None:
        row.done_at, row.details_sealed = now, None


def _open(tx: Tx, case: CaseRow) -> CallBack | None:
    return tx.session.scalar(select(CallBack).where(CallBack.case_id == case.id, CallBack.done_at.is_(None)))
