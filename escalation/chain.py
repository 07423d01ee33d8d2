"""The on-duty chain: who is alerted next, and when the young person is told how it stands.

A waiting case carries its frozen plan; each later step is a `due` row, written in the transaction that began the wait.
A step that finds the case no longer waiting, or waiting under a newer plan, does nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from escalation import alerts, discreet
from escalation.case import Stage
from escalation.context import Service
from escalation.policy import Plan, PlannedStep, plan
from escalation.record import duty, history, people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow, PromiseRow
from escalation.rota import Staffing, only_leads, rather_others
from escalation.words import clock, message, tokens
from nlu.understanding import Level

STEP, PROMISE, SHIFT_START = "chain_step", "promise", "shift_start"


def staffing_for(tx: Tx, case: CaseRow | None, now: datetime) -> Staffing:
    """Who may take this case now: nobody the young person said no to, and only leads where trust was abused (S83)."""
    staffing = duty.staffing_now(tx, now, case.hidden_from if case else ())
    if case is None:
        return staffing
    staffing = rather_others(staffing, history.who_handed_back(tx, case))
    return only_leads(staffing) if "position_of_trust" in case.flags else staffing


def begin(tx: Tx, service: Service, case: CaseRow, now: datetime) -> Plan:
    """Start the chain of a case that now waits: alert the first, and write down everything that follows."""
    staffing = staffing_for(tx, case, now)
    made = plan(service.policy, Level(case.level), staffing, now)
    case.chain = {**made.as_json(), "generation": case.chain.get("generation", 0) + 1}
    for step in made.steps:
        if step.due_at <= now:
            _take(tx, service, case, step, now)
        else:
            _later(tx, case, STEP, step.due_at, now, {"alert": list(step.alert), "tell": step.tell})
    if made.promised_at:
        _promise(tx, case, made.promised_at, now)
    elif staffing.next_start:
        _later(tx, case, SHIFT_START, staffing.next_start, now, {})
    return made


def run(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """Do what a due row of a chain asks for, once. The row is done afterwards, whether or not it still applied."""
    case = tx.session.get_one(CaseRow, due.case_id)
    due.done_at, due.result = now, "moot"
    if case.stage != Stage.WAITING or due.detail.get("generation") != case.chain.get("generation"):
        return
    due.result = "done"
    if due.kind == STEP:
        _take(tx, service, case, PlannedStep(due.due_at, tuple(due.detail["alert"]), due.detail["tell"]), now)
    elif due.kind == PROMISE:
        _break(tx, case, now)
    elif due.kind == SHIFT_START:
        begin(tx, service, case, now)


def answered(tx: Tx, case: CaseRow, now: datetime) -> None:
    """An adult is there: open promises are kept, or broken if their time has passed."""
    for row in _open_promises(tx, case):
        if now <= row.due_at:
            row.kept_at = now
        else:
            row.broken_at = now
    stop(tx, case, now)


def promised(tx: Tx, case: CaseRow, now: datetime) -> bool:
    """Whether a time at which an adult should be there was promised and is still to come."""
    return any(row.due_at > now for row in _open_promises(tx, case))


def stop(tx: Tx, case: CaseRow, now: datetime) -> None:
    """End what was still to come of a case's chain."""
    open_rows = update(DueRow).where(DueRow.case_id == case.id, DueRow.done_at.is_(None), DueRow.kind.in_((STEP, PROMISE, SHIFT_START)))
    tx.session.execute(open_rows.values(done_at=now, result="moot"))


def _take(tx: Tx, service: Service, case: CaseRow, step: PlannedStep, now: datetime) -> None:
    if step.alert:
        alerts.alert(tx, service, case, step.alert, now)
    if step.tell:
        _tell(tx, service, case, step.tell, now)


def _tell(tx: Tx, service: Service, case: CaseRow, name: str, now: datetime) -> None:
    someone = people.person(tx, case.person_id)
    staffing = staffing_for(tx, case, now)
    next_time = clock(staffing.next_start, now, service.zone) if staffing.next_start else message(service.library, "hand_over.soon")[0]
    words = service.library.message(f"hand_over.{name}")
    bubbles = message(service.library, f"hand_over.{name}", someone.age_band, someone.easy_read, next_time=next_time)
    discreet.tell(tx, service, someone, bubbles, now, buttons=tokens(words.buttons), case_id=case.id, urgent=True)


def _promise(tx: Tx, case: CaseRow, by: datetime, now: datetime) -> None:
    tx.session.add(PromiseRow(id=new_id(), person_id=case.person_id, case_id=case.id, what="adult_here", made_at=now, due_at=by))
    _later(tx, case, PROMISE, by, now, {})


def _break(tx: Tx, case: CaseRow, now: datetime) -> None:
    for row in _open_promises(tx, case):
        row.broken_at = now


def _open_promises(tx: Tx, case: CaseRow) -> list[PromiseRow]:
    open_ones = select(PromiseRow).where(PromiseRow.case_id == case.id, PromiseRow.kept_at.is_(None), PromiseRow.broken_at.is_(None))
    return list(tx.session.scalars(open_ones))


def _later(tx: Tx, case: CaseRow, kind: str, due_at: datetime, now: datetime, detail: dict[str, object]) -> None:
    detail = {**detail, "generation": case.chain["generation"]}
    tx.session.add(DueRow(id=new_id(), kind=kind, person_id=case.person_id, case_id=case.id, due_at=due_at, detail=detail, created_at=now))
