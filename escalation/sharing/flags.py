"""Flags to the safeguarding lead: what needs a recorded decision whatever was agreed. They hold no words of the young person."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

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
SAME_DAY = ("under_13", "position_of_trust")
"""Flags that need a recorded decision on the day on which they were raised (S24)."""

OVERDUE = "flag_went_on"


def flag_lead(tx: Tx, service: Service, case: CaseRow, reason: str, now: datetime) -> None:
    """Flag a case to the safeguarding lead: level, categories, reason codes and age band; no words (S80).

    Once per reason; after a decision another "no" is flagged anew, as the young person was told before it (S81).
    """
    name = f"lead:{reason}"
    if name in case.flags and (case.undecided or reason in SAME_DAY):
        return
    case.flags, case.undecided = list(dict.fromkeys((*case.flags, name))), True
    history.record(tx, case, "flagged", now, actor="bot", detail={"reason": reason})
    remind(tx, service, case, now)


def remind(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """Alert the leads to an undecided flag now, and again later until one of them has decided (S24)."""
    if not case.undecided:
        return
    leads = [lead.staff_id for lead in chain.staffing_of(tx, service, case, now).leads]
    since = _same_day_since(tx, case)
    if since and (not leads or now >= _end_of_day(service, since)):
        _go_on(tx, service, case, leads, now)
    else:
        alerts.alert(tx, service, case, leads, now, "staff.flag")
    later = min(now + AGAIN_AFTER, _end_of_day(service, now))
    tx.session.add(DueRow(id=new_id(), kind=REMINDER, person_id=case.person_id, case_id=case.id, due_at=later, detail={}, created_at=now))


def _same_day_since(tx: Tx, case: CaseRow) -> datetime | None:
    """When a flag that needs a decision the same day was raised and has had none since."""
    entries = history.entries(tx, case, "flagged", "flag_decided")
    decided = max((entry.at for entry in entries if entry.event == "flag_decided"), default=None)
    raised = [entry.at for entry in entries if entry.detail.get("reason") in SAME_DAY and (decided is None or entry.at > decided)]
    return min(raised, default=None)


def _end_of_day(service: Service, at: datetime) -> datetime:
    """The next midnight of the organisation's zone, whatever the clocks do that night."""
    tomorrow = at.astimezone(service.zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), service.zone).astimezone(UTC)


def _go_on(tx: Tx, service: Service, case: CaseRow, leads: list[str], now: datetime) -> None:
    """The day is over without a decision, or no lead may know: the leads hear that, and once the organisation's contact outside (S24, S83)."""
    if service.out_of_hours and not history.entries(tx, case, OVERDUE):
        alerts.out_of_hours(tx, service, case, now, "staff.flag_outside")
        history.record(tx, case, OVERDUE, now, actor="system", detail={"contact": service.out_of_hours})
    alerts.alert(tx, service, case, leads, now, "staff.flag_overdue")


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
