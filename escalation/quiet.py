"""An adult who has a conversation and leaves the young person without an answer: reminded, then others are asked.

The clock starts when the adult picks up or the young person writes, and stops when the adult writes. It is a `due` row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from escalation import alerts, cases, discreet
from escalation.case import TALKING
from escalation.context import Service
from escalation.planning import key
from escalation.record import history, people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow, PromiseRow, Staff
from escalation.words import clock, message, tokens
from nlu.understanding import Level

REMIND, GIVE_UP = "quiet_reminder", "quiet_give_up"
EVENT = "went_quiet"


def arm(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """The adult owes an answer from now on, unless they owed one before."""
    if case.worker_id is None or tx.session.scalar(select(DueRow.id).where(*_armed(case)).limit(1)):
        return
    times = service.policy.quiet[key(Level(case.level))]
    for kind, after in ((REMIND, times.remind), (GIVE_UP, times.give_up)):
        due_at, detail = now + timedelta(minutes=after), {"worker": case.worker_id}
        tx.session.add(
            DueRow(id=new_id(), kind=kind, person_id=case.person_id, case_id=case.id, due_at=due_at, detail=detail, created_at=now)
        )
    tx.session.flush()


def hurry(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """The case is graver than when the adult began to owe an answer: they have as long for it as its level allows, from now on, and
    never longer than before."""
    times = service.policy.quiet[key(Level(case.level))]
    after = {REMIND: times.remind, GIVE_UP: times.give_up}
    for row in tx.session.scalars(select(DueRow).where(*_armed(case))):
        row.due_at = min(row.due_at, now + timedelta(minutes=after[row.kind]))
    tx.session.flush()


def disarm(tx: Tx, case: CaseRow, now: datetime) -> None:
    """The adult wrote, or does not have the conversation any more."""
    tx.session.execute(update(DueRow).where(*_armed(case)).values(done_at=now, result="moot"))


def owed_since(tx: Tx, case_ids: Iterable[str]) -> dict[str, datetime]:
    """Of these cases, those in which the young person waits for the adult's answer, and since when."""
    armed = select(DueRow.case_id, DueRow.created_at).where(DueRow.case_id.in_(list(case_ids)), DueRow.kind == GIVE_UP)
    return {case_id: since for case_id, since in tx.session.execute(armed.where(DueRow.done_at.is_(None))) if case_id}


def run(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """Remind the adult, or give the case back to the queue; nothing where they do not have it any more."""
    case = cases.locked(tx, due.case_id or "")
    due.done_at, due.result = now, "moot"
    worker = tx.session.get(Staff, due.detail["worker"])
    if worker is None or case.worker_id != worker.id or case.stage not in TALKING:
        return
    due.result = "done"
    if due.kind == REMIND:
        alerts.alert(tx, service, case, (worker.id,), now, "staff.answer_owed")
    else:
        _give_up(tx, service, case, worker, now)


def _give_up(tx: Tx, service: Service, case: CaseRow, worker: Staff, now: datetime) -> None:
    disarm(tx, case, now)
    history.record(tx, case, EVENT, now, actor="system", staff_id=worker.id)
    alerts.alert(tx, service, case, (worker.id,), now, "staff.taken_back")
    cases.wait_again(tx, service, case, "asked_again", now)
    own_up(tx, service, case, worker, "hand_over.went_quiet", now)


def own_up(tx: Tx, service: Service, case: CaseRow, worker: Staff, words: str, now: datetime) -> None:
    """Tell the young person that this adult is not there any more, and by when another should be; or, in the words
    ending in `_nobody`, that there is nobody else now. For a case that has just begun to wait again."""
    someone = people.person(tx, case.person_id)
    promised = tx.session.scalars(
        select(PromiseRow.due_at).where(PromiseRow.case_id == case.id, PromiseRow.made_at == now).order_by(PromiseRow.id.desc())
    ).first()
    name = words if promised else f"{words}_nobody"
    theirs = service.speaking(someone.language, now)
    by = clock(promised, now, theirs) if promised else ""
    bubbles = message(theirs.library, name, someone.age_band, someone.easy_read, adult=worker.first_name, by=by)
    buttons = tokens(theirs.library.message(name).buttons)
    discreet.tell(tx, service, someone, bubbles, now, buttons=buttons, case_id=case.id, unasked=True)


def _armed(case: CaseRow) -> tuple[ColumnElement[bool], ...]:
    return (DueRow.case_id == case.id, DueRow.done_at.is_(None), DueRow.kind.in_((REMIND, GIVE_UP)))
