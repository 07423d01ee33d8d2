"""Concerns about members of staff, and complaints: for the leads, and invisible to whomever they are about (S63, S83)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from escalation import cases, discreet
from escalation.case import TALKING, NotPossible
from escalation.context import Service
from escalation.record import audit, messages, people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Concern, Staff
from escalation.record.tables import Person as PersonRow
from escalation.words import message

STAFF, SERVICE = "staff", "service"
LONGEST_ANSWER = 3500


@dataclass(frozen=True, slots=True)
class ConcernReading:
    """A concern as a lead reads it. `words` is empty where only that somebody might not be safe was passed on."""

    id: str
    at: datetime
    kind: str
    about: str
    words: str
    age_band: str
    decided_at: datetime | None
    decided_by: str
    decision: str


def raise_one(tx: Tx, service: Service, someone: PersonRow, about_id: str | None, kind: str, words: str | None, now: datetime) -> Concern:
    """Keep a concern, and tell those who may read it that there is one. From now on the one it is about is offered no case of theirs."""
    case = cases.open_case(tx, someone.id)
    row_id = new_id()
    row = Concern(
        id=row_id,
        person_id=someone.id,
        about_staff_id=about_id,
        case_id=case.id if case else None,
        kind=kind,
        words_sealed=tx.vault.seal_for(someone, "concerns.words", row_id, words) if words else None,
        at=now,
    )
    tx.session.add(row)
    tx.session.flush()
    if about_id:
        _hide(tx, someone, about_id, now)
    _tell_readers(tx, service, about_id, now)
    return row


def listed(tx: Tx, staff: Staff, now: datetime) -> list[ConcernReading]:
    """What this lead may read, undecided first, then the newest. Every read is logged."""
    rows = [row for row in tx.session.scalars(select(Concern).order_by(Concern.at.desc())) if _may_read(row, staff)]
    audit.note_subjects(tx, "concern_read", now, staff.id, (row.id for row in rows))
    names = {one.id: one.name for one in tx.session.scalars(select(Staff))}
    raised = {one.id: one for one in tx.session.scalars(select(PersonRow).where(PersonRow.id.in_({row.person_id for row in rows})))}
    return sorted((_reading(tx, row, raised[row.person_id], names) for row in rows), key=lambda reading: reading.decided_at is not None)


def decide(tx: Tx, service: Service, concern_id: str, staff: Staff, decision: str, answer: str, now: datetime) -> None:
    """Record what is done about a concern and why, and answer the young person where there is an answer. Raises `NotPossible`."""
    row = tx.session.get(Concern, concern_id)
    if row is None or not _may_read(row, staff):
        raise NotPossible("there is no such concern")
    if row.decided_at is not None:
        raise NotPossible("this was decided already")
    if not decision.strip():
        raise NotPossible("write what is done about it, and why")
    if len(answer) > LONGEST_ANSWER:
        raise NotPossible(f"the answer is too long for one message ({len(answer)} characters, {LONGEST_ANSWER} at most)")
    someone = people.person(tx, row.person_id)
    row.decided_by, row.decided_at = staff.id, now
    row.decision_sealed = tx.vault.seal_for(someone, "concerns.decision", row.id, decision.strip())
    audit.note(tx, "concern_decided", now, staff_id=staff.id, subject_id=row.id)
    if answer.strip():
        _answer(tx, service, someone, staff, answer.strip(), now)


def _hide(tx: Tx, someone: PersonRow, about_id: str, now: datetime) -> None:
    """Hide their cases from whomever it is about; not one in which the two are talking: to end that is the young person's choice."""
    for case in tx.session.scalars(select(CaseRow).where(CaseRow.person_id == someone.id)):
        if about_id not in case.hidden_from and not (case.stage in TALKING and case.worker_id == about_id):
            cases.not_this_person(tx, case, about_id, now)


def _tell_readers(tx: Tx, service: Service, about_id: str | None, now: datetime) -> None:
    """Tell each lead whom it is not about; with none, the contact outside. Shared addresses are left out: the wrong eyes may be there."""
    leads = select(Staff).where(Staff.role == "lead", Staff.closed_at.is_(None)).order_by(Staff.created_at)
    readers = [lead for lead in tx.session.scalars(leads) if lead.id != about_id]
    text = "\n".join(message(service.library, "staff.concern"))
    for lead in readers:
        if lead.telegram:
            messages.tell_staff(tx, lead, "telegram", text, now, urgent=True)
        tx.signal(f"staff:{lead.id}")
    if not readers and service.out_of_hours:
        outside = message(service.library, "staff.concern_outside", organisation=service.organisation)
        messages.tell_contact(tx, "\n".join(outside), now)


def _answer(tx: Tx, service: Service, someone: PersonRow, staff: Staff, answer: str, now: datetime) -> None:
    """Say it when they are there; nobody who reads the chat for its case sees it."""
    fields = {"adult": staff.first_name, "job": staff.job, "answer": answer}
    bubbles = message(service.speaking(someone.language, now).library, "concern.answered", someone.age_band, someone.easy_read, **fields)
    for row in discreet.tell(tx, service, someone, bubbles, now):
        row.aside = True


def _may_read(row: Concern, staff: Staff) -> bool:
    return staff.role == "lead" and row.about_staff_id != staff.id


def _reading(tx: Tx, row: Concern, someone: PersonRow, names: dict[str, str]) -> ConcernReading:
    return ConcernReading(
        id=row.id,
        at=row.at,
        kind=row.kind,
        about=names.get(row.about_staff_id or "", ""),
        words=tx.vault.open_for(someone, "concerns.words", row.id, row.words_sealed) if row.words_sealed else "",
        age_band=someone.age_band,
        decided_at=row.decided_at,
        decided_by=names.get(row.decided_by or "", ""),
        decision=tx.vault.open_for(someone, "concerns.decision", row.id, row.decision_sealed) if row.decision_sealed else "",
    )
