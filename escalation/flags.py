"""Flags to the safeguarding lead: what needs a recorded decision whatever was agreed. They hold no words of the young person."""

from __future__ import annotations

from datetime import datetime, timedelta

from escalation import alerts, chain
from escalation.case import NotPossible
from escalation.context import Service
from escalation.record import audit, history
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow, Staff

REMINDER = "flag_reminder"
AGAIN_AFTER = timedelta(hours=4)
DECISIONS = ("refer", "no_referral")


def flag_lead(tx: Tx, service: Service, case: CaseRow, reason: str, now: datetime) -> None:
    """Flag a case to the safeguarding lead: level, categories, reason codes and age band; no words (S80). Once per reason."""
    name = f"lead:{reason}"
    if name in case.flags:
        return
    case.flags, case.undecided = [*case.flags, name], True
    history.record(tx, case, "flagged", now, actor="bot", detail={"reason": reason})
    remind(tx, service, case, now)


def remind(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """Alert the leads to an undecided flag now, and again later until one of them has decided (S24)."""
    if not case.undecided:
        return
    leads = chain.staffing_of(tx, service, case, now).leads
    alerts.alert(tx, service, case, (lead.staff_id for lead in leads), now, "staff.flag")
    later = now + AGAIN_AFTER
    tx.session.add(DueRow(id=new_id(), kind=REMINDER, person_id=case.person_id, case_id=case.id, due_at=later, detail={}, created_at=now))


def run(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """A reminder has come due."""
    due.done_at, due.result = now, "done"
    remind(tx, service, tx.session.get_one(CaseRow, due.case_id), now)


def decide(tx: Tx, case: CaseRow, staff: Staff, decision: str, reason: str, now: datetime) -> None:
    """The lead decides: `refer` or `no_referral`, with a reason either way (S06, S24). Raises `NotPossible`."""
    if staff.role != "lead" or staff.id in case.hidden_from:
        raise NotPossible("only the safeguarding lead can decide this")
    if decision not in DECISIONS or not reason.strip():
        raise NotPossible("choose refer or no referral, and write the reason")
    case.undecided = False
    detail = {"decision": decision, "reason": reason.strip()}
    history.record(tx, case, "flag_decided", now, actor="staff", staff_id=staff.id, detail=detail)
    audit.note(tx, "flag_decided", now, staff_id=staff.id, case_id=case.id)
    tx.signal("queue:all")
