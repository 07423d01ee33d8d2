"""Questions to the safeguarding lead, and a decision of theirs that somebody challenges: asked in one action, answered on the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case as when
from sqlalchemy import func, select

from escalation import alerts, chain, reading
from escalation.case import NotPossible
from escalation.context import Service
from escalation.record import history
from escalation.record.history import Entry
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow, Staff
from escalation.work.case_work import working_on

ASKED, ANSWERED = ("lead_asked", "challenged"), "lead_answered"
DECIDED = ("flag_decided", "override", "not_shared", ANSWERED)
"""What a lead decides on the record, and a worker can challenge (S88)."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that waits for the lead. `case_id` is empty where it was asked without saying about whom (S09)."""

    id: str
    at: datetime
    asked_by: str
    text: str
    challenge: bool
    case_id: str


def ask(tx: Tx, service: Service, case_id: str, staff: Staff, question: str, named: bool, now: datetime) -> None:
    """Ask the lead: with the case, or (not `named`) without anything that tells whose it is (S09)."""
    case = working_on(tx, case_id, staff, watching=True)
    _ask(tx, service, case, staff, "lead_asked", {"question": _written(question), "named": named}, now)


def challenge(tx: Tx, service: Service, case_id: str, staff: Staff, reason: str, now: datetime) -> None:
    """Disagree with the latest decision of a lead, on the record; a lead answers it (S88)."""
    case = working_on(tx, case_id, staff, watching=True)
    decided = history.entries(tx, case, *DECIDED)
    if not decided:
        raise NotPossible("the lead has decided nothing on this case yet")
    _ask(tx, service, case, staff, "challenged", {"question": _written(reason), "named": True, "of": decided[-1].id}, now)


def waiting(tx: Tx, staff: Staff) -> list[Question]:
    """For a lead: the questions that nobody answered yet, oldest first, of cases that are not hidden from them."""
    if staff.role != "lead":
        return []
    unanswered = select(CaseEvent).where(CaseEvent.case_id.in_(_with_more_questions_than_answers(tx)))
    told = unanswered.where(CaseEvent.event.in_((*ASKED, ANSWERED))).order_by(CaseEvent.seq)
    rows = history.opened(tx, tx.session.scalars(told))
    done = {entry.detail.get("of") for entry in rows if entry.event == ANSWERED}
    return [_question(tx, entry) for entry in rows if entry.event in ASKED and entry.id not in done and _open_to(tx, entry, staff)]


def answer(tx: Tx, service: Service, question_id: str, staff: Staff, text: str, now: datetime) -> None:
    """The lead answers, and whoever asked is alerted. Raises `NotPossible` where it was answered already or is not theirs."""
    asked = next((question for question in waiting(tx, staff) if question.id == question_id), None)
    if asked is None:
        raise NotPossible("this question is not waiting any more")
    event = tx.session.scalars(select(CaseEvent).where(CaseEvent.id == question_id)).one()
    case = tx.session.get_one(CaseRow, event.case_id)
    detail = {"of": question_id, "answer": _written(text)}
    history.record(tx, case, ANSWERED, now, actor="staff", staff_id=staff.id, detail=detail)
    alerts.alert(tx, service, case, (event.staff_id,) if event.staff_id else (), now, "staff.lead_answered")
    tx.signal(f"case:{case.id}")


def _ask(tx: Tx, service: Service, case: CaseRow, staff: Staff, event: str, detail: dict[str, object], now: datetime) -> None:
    history.record(tx, case, event, now, actor="staff", staff_id=staff.id, detail=detail)
    leads = [lead.staff_id for lead in chain.staffing_of(tx, service, case, now).leads if lead.staff_id != staff.id]
    alerts.alert(tx, service, case, leads, now, "staff.lead_asked")
    tx.signal(f"case:{case.id}")


def _with_more_questions_than_answers(tx: Tx) -> list[str]:
    """The cases in which some question waits: each answer is to one question. Only theirs are opened, not those of all years."""
    balance = func.sum(when((CaseEvent.event == ANSWERED, -1), else_=1))
    talked = select(CaseEvent.case_id).where(CaseEvent.event.in_((*ASKED, ANSWERED))).group_by(CaseEvent.case_id)
    return list(tx.session.scalars(talked.having(balance > 0)))


def _written(text: str) -> str:
    if not text.strip():
        raise NotPossible("write it first")
    return text.strip()


def _open_to(tx: Tx, entry: Entry, staff: Staff) -> bool:
    return reading.may_see(tx.session.get_one(CaseRow, entry.case_id), staff)


def _question(tx: Tx, entry: Entry) -> Question:
    asked_by = tx.session.get(Staff, entry.staff_id)
    case_id = entry.case_id if entry.detail["named"] else ""
    name = asked_by.first_name if asked_by else ""
    return Question(entry.id, entry.at, name, entry.detail["question"], entry.event == "challenged", case_id)
