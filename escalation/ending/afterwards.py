"""What is left of a conversation with an adult once it has ended: the plan, the adult's name, a check-in."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from escalation.case import Adult, Stage
from escalation.ending import check_ins, feedback
from escalation.ending.ended import Ended
from escalation.record import duty, plans
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Person, Staff
from nlu.understanding import Level

OVER = (Stage.FOLLOW_UP, Stage.CLOSED)

# Put together once: each message of somebody who had a case asks for it.
_NEWEST_OVER = (
    select(CaseRow)
    .where(CaseRow.person_id == bindparam("person_id"), CaseRow.stage.in_(OVER), CaseRow.worker_id.is_not(None))
    .order_by(CaseRow.id.desc())
    .limit(1)
)


def ended_case(tx: Tx, someone: Person) -> CaseRow | None:
    """Their newest ended case in which an adult was there; `None` where they cleared the chat since."""
    case = tx.session.scalar(_NEWEST_OVER, {"person_id": someone.id})
    if case is None or case.closed_at is None or (someone.cleared_at is not None and someone.cleared_at >= case.closed_at):
        return None
    return case


def view(tx: Tx, someone: Person) -> Ended | None:
    """What the dialogue may know of it."""
    case = ended_case(tx, someone)
    if case is None:
        return None
    check_in = check_ins.to_come(tx, case) if case.stage == Stage.FOLLOW_UP else None
    return Ended(
        case_id=case.id,
        level=Level(case.level),
        categories=tuple(case.categories),
        subject=case.subject,
        adult=_adult(tx, case),
        plan=plans.load(tx, case).agreed,
        feedback_given=feedback.given(tx, case),
        check_in_to_come=check_in is not None and check_in.sent_at is None,
        asked=check_in is not None and check_in.sent_at is not None,
    )


def _adult(tx: Tx, case: CaseRow) -> Adult | None:
    staff = tx.session.get(Staff, case.worker_id) if case.worker_id else None
    if staff is None or staff.closed_at is not None or staff.id in case.hidden_from:
        return None
    return duty.adult(staff)
