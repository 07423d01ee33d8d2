"""A hold on a case: while it stands, nothing of the case, and nothing of the chat that it rests on, is destroyed (S71).

It says who, why and until when. It does not end by itself: on its day the leads are asked, and again until one of them lifts or renews it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from escalation import alerts, chain
from escalation.case import NotPossible
from escalation.context import Service
from escalation.record import audit, history
from escalation.record.ids import new_id
from escalation.record.retention import stamping
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow, Staff
from escalation.work.case_work import working_on

REVIEW = "hold_review"
AGAIN_AFTER = timedelta(days=7)
MORNING = time(9)


def place(tx: Tx, service: Service, case_id: str, staff: Staff, reason: str, review_on: str, now: datetime) -> None:
    """Hold a case, or renew its hold. `review_on`: the ISO day on which it is looked at again, at most so far off as the policy says;
    empty for that day itself. Raises `NotPossible`."""
    case = working_on(tx, case_id, staff)
    if not reason.strip():
        raise NotPossible("write why")
    case.held_at, case.hold_review_at = case.held_at or now, _review_at(service, review_on, now)
    detail = {"reason": reason.strip(), "until": case.hold_review_at.astimezone(service.zone).date().isoformat()}
    _record(tx, case, "hold_on", staff, detail, now)
    _ask_on(tx, case, case.hold_review_at, now)


def lift(tx: Tx, service: Service, case_id: str, staff: Staff, reason: str, now: datetime) -> None:
    """End a hold. What would have been over meanwhile is over from now on. Raises `NotPossible`."""
    case = working_on(tx, case_id, staff)
    if not reason.strip():
        raise NotPossible("write why")
    if staff.role != "lead":
        raise NotPossible("only the lead can lift a hold")
    # Its end is counted anew below: the old one may be past, and would hide the case from this very entry.
    case.held_at = case.hold_review_at = case.expires_at = None
    _record(tx, case, "hold_off", staff, {"reason": reason.strip()}, now)
    stamping.stamp_cases(tx, service.retention, [case.id])


def run(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """The day of a review: the leads are asked whether the hold is still needed."""
    due.done_at, due.result = now, "moot"
    case = tx.session.get(CaseRow, due.detail["case"])
    if case is None or case.hold_review_at is None or case.hold_review_at > now:
        return
    due.result = "done"
    leads = [lead.staff_id for lead in chain.staffing_of(tx, service, case, now).leads]
    alerts.alert(tx, service, case, leads, now, "staff.hold_review")
    _ask_on(tx, case, now + AGAIN_AFTER, now)


def _review_at(service: Service, review_on: str, now: datetime) -> datetime:
    today = now.astimezone(service.zone).date()
    latest = today + timedelta(days=service.retention.hold_review_days)
    try:
        day = date.fromisoformat(review_on) if review_on.strip() else latest
    except ValueError:
        raise NotPossible("write the day of the review like 2027-03-31") from None
    if not today < day <= latest:
        raise NotPossible(f"a hold is looked at again between tomorrow and {latest:%d %B %Y}: choose a day up to then; it can be renewed")
    return datetime.combine(day, MORNING, service.zone).astimezone(UTC)


def _record(tx: Tx, case: CaseRow, event: str, staff: Staff, detail: dict[str, str], now: datetime) -> None:
    history.record(tx, case, event, now, actor="staff", staff_id=staff.id, detail=detail)
    audit.note(tx, event, now, staff_id=staff.id, case_id=case.id)
    tx.signal(f"case:{case.id}")


def _ask_on(tx: Tx, case: CaseRow, at: datetime, now: datetime) -> None:
    # Not a row of the case: it is no step that anybody in the conversation waits for.
    tx.session.add(DueRow(id=new_id(), kind=REVIEW, due_at=at, detail={"case": case.id}, created_at=now))
