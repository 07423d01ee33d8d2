"""Drills: a message as a young person in danger would write it, on the running record, marked as a drill wherever staff see it.

It goes the way of every message: stored, noticed, passed on, alerted. Whoever picks it up ends it; so does time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from escalation import alerts, cases, chain, quiet
from escalation.alerts.team import notify
from escalation.case import Stage
from escalation.context import Service
from escalation.record import duty, history, messages, people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow, DueRow, InboxRow, OutboxRow, Staff

END = "drill_end"
PASSED, FAILED = "drill_passed", "drill_failed"


@dataclass(frozen=True, slots=True)
class Report:
    """How a drill went: when each thing happened, `None` for what did not."""

    sent_at: datetime
    answered_at: datetime | None
    alerted_at: datetime | None
    picked_up_at: datetime | None
    by: str | None
    outcome: str | None


def send(tx: Tx, service: Service, now: datetime) -> str:
    """Let nobody in particular write what is written in danger; returns the id of that person, whose messages are to be handled."""
    someone, address = people.find_or_create(tx, people.DRILL, new_id(), now)
    messages.store(tx, address, someone, new_id(), "text", {"text": service.policy.drill.message, "media": None}, None, now)
    due_at = now + timedelta(minutes=service.policy.drill.minutes)
    tx.session.add(DueRow(id=new_id(), kind=END, person_id=someone.id, due_at=due_at, detail={}, created_at=now))
    return someone.id


def passed(tx: Tx, service: Service, case: CaseRow, staff: Staff, now: datetime) -> None:
    """An adult picked it up: that is all it was for."""
    _end(tx, case, PASSED, now)
    alerts.alert(tx, service, case, (staff.id,), now, "staff.drill_passed", minutes=_minutes(case, now))


def run(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """Its time is over: the leads hear of a drill that nobody picked up, and of one that was never even noticed."""
    due.done_at, due.result = now, "moot"
    case = cases.latest_case(tx, due.person_id or "")
    if case is not None and case.stage == Stage.CLOSED:
        return
    due.result = "done"
    if case is None:
        everyone = [row for row in duty.on_the_rota(tx) if row.role == "lead"]
        notify(tx, service, everyone, "staff.drill_failed", now, minutes=f"{service.policy.drill.minutes:g}")
        return
    _end(tx, case, FAILED, now)
    leads = [lead.staff_id for lead in chain.staffing_of(tx, service, case, now).leads]
    alerts.alert(tx, service, case, leads, now, "staff.drill_failed", minutes=_minutes(case, now))


def report(tx: Tx, person_id: str) -> Report:
    """How the drill of this person stands."""
    sent = tx.session.scalars(select(InboxRow.received_at).where(InboxRow.person_id == person_id)).one()
    answered = tx.session.scalar(select(func.min(OutboxRow.sent_at)).where(OutboxRow.person_id == person_id))
    case = cases.latest_case(tx, person_id)
    if case is None:
        return Report(sent, answered, None, None, None, None)
    of_case = select(func.min(OutboxRow.sent_at)).where(OutboxRow.case_id == case.id, OutboxRow.person_id.is_(None))
    picked = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.event == "picked_up").order_by(CaseEvent.seq)
    event = tx.session.scalars(picked.limit(1)).first()
    by = tx.session.get_one(Staff, event.staff_id).first_name if event else None
    return Report(sent, answered, tx.session.scalar(of_case), event.at if event else None, by, case.outcome)


def _end(tx: Tx, case: CaseRow, how: str, now: datetime) -> None:
    chain.stop(tx, case, now)
    quiet.disarm(tx, case, now)
    case.stage, case.closed_at, case.outcome = Stage.CLOSED, now, how
    history.record(tx, case, how, now, actor="system")
    tx.signal(f"case:{case.id}")
    tx.signal("queue:all")


def _minutes(case: CaseRow, now: datetime) -> str:
    return str(max(1, round((now - case.opened_at).total_seconds() / 60)))
