"""Everything that is held about one person, in a form that can be read: for a human to look through before it is given out.

What the law lets a service withhold is in it and marked, since only a human can decide that: other people's data, what staff wrote
for themselves, what it was unsafe to tell (UK GDPR article 15; Data Protection Act 2018, schedules 2 and 3; S87).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from escalation.consent import Kind
from escalation.console.timeline import moment
from escalation.context import Service
from escalation.record import audit, history, messages, people, plans
from escalation.record.messages import Line
from escalation.record.store import Tx
from escalation.record.tables import (
    Address,
    AgreementRow,
    AuditRow,
    CallBack,
    CaseRow,
    CheckIn,
    Concern,
    Draft,
    Feedback,
    InboxRow,
    Person,
    PromiseRow,
    Staff,
)
from escalation.young_person import copies
from nlu.understanding import Level

DECIDE = "[DECIDE]"
"""Stands before whatever a human has to decide about."""
HEADING = f"""Everything held about one person: for whoever answers their request, not yet for them.

Lines that begin with {DECIDE} may have to be left out: they are about other people, were written by staff for themselves, or it
was thought unsafe to tell. Decide each, note why, and take the mark away. Check too that it is really this person who asks, and
that nobody else will read the answer."""


@dataclass(frozen=True, slots=True)
class _Writing:
    tx: Tx
    service: Service
    someone: Person
    names: dict[str, str]

    def at(self, when: datetime | None) -> str:
        return f"{when.astimezone(self.service.zone):%d %B %Y %H:%M}" if when else "-"

    def open(self, place: str, id: str, sealed: bytes | None) -> str:
        return self.tx.vault.open_for(self.someone, place, id, sealed) if sealed else "-"

    def name(self, staff_id: str | None) -> str:
        return self.names.get(staff_id or "", "-")


def everything(tx: Tx, service: Service, code: str, now: datetime) -> str:
    """The whole text about the person with this code; the read is noted in the audit. Raises `KeyError` for an unknown code."""
    someone = people.by_code(tx, code)
    audit.note(tx, "person_copied", now, subject_id=someone.id)
    names = {row.id: row.name for row in tx.session.scalars(select(Staff))}
    to = _Writing(tx, service, someone, names)
    parts = {
        "Person": _person(to),
        "What was said": _said(to),
        "Concerns and complaints": _concerns(to),
        "Who of the staff looked": _looks(to),
    }
    theirs = tx.session.scalars(select(CaseRow).where(CaseRow.person_id == someone.id).order_by(CaseRow.id))
    parts |= {f"Case {number}": _case(to, case) for number, case in enumerate(theirs, start=1)}
    made = f"Made on {to.at(now)}, from the record of {service.organisation}."
    return "\n".join([HEADING, made, *(line for title, lines in parts.items() for line in ("", title.upper(), *lines)), ""])


def _person(to: _Writing) -> Iterator[str]:
    someone = to.someone
    yield f"Code {people.code(to.tx, someone.id)}; first came {to.at(someone.created_at)}, last seen {to.at(someone.last_seen_at)}"
    yield f"Age band {someone.age_band}; area {someone.area or '-'}; language {someone.language}; simple words {_yes(someone.easy_read)}"
    yield f"Hours that are safe: {someone.safe_from or '-'} to {someone.safe_until or '-'}"
    yield f"Code word set: {_yes(someone.code_word)}; code to come back set: {_yes(someone.return_code)} (both are kept scrambled only)"
    for row in to.tx.session.scalars(select(Address).where(Address.person_id == someone.id).order_by(Address.id)):
        where = people.open_address(to.tx, row.id) if not to.service.app(row.channel).own_page else "a browser"
        yield f"Reached by {row.channel}: {where}; from {to.at(row.created_at)} to {to.at(row.last_used_at)}"


def _said(to: _Writing) -> Iterator[str]:
    rows = {row.id: row for row in to.tx.session.scalars(select(InboxRow).where(InboxRow.person_id == to.someone.id))}
    for line in messages.transcript(to.tx, to.someone, limit=copies.MOST_LINES):
        heard = rows.get(line.id)
        understood = messages.understanding(to.tx, to.someone, heard) if heard else {}
        mark = f"{DECIDE} about somebody else: " if understood.get("subject") == "other" and line.level else ""
        yield f"{mark}{to.at(line.at)}  {_speaker(to, line)}: {line.text or line.media or ''}{_taken_as(understood)}"


def _speaker(to: _Writing, line: Line) -> str:
    return {"young_person": "They", "worker": to.name(line.staff_id)}.get(line.speaker, "Service")


def _taken_as(understood: dict[str, object]) -> str:
    """What the program made of a message, where it saw a sign of harm."""
    if understood.get("level") in (None, Level.NONE.id):
        return ""
    categories = understood.get("categories")
    return f"  (taken as {understood['level']}: {', '.join(map(str, categories)) if isinstance(categories, list) else ''})"


def _case(to: _Writing, case: CaseRow) -> Iterator[str]:
    yield f"Opened {to.at(case.opened_at)}, {case.stage}, closed {to.at(case.closed_at)}, outcome {case.outcome or '-'}; kept until {to.at(case.expires_at)}"
    yield f"Level {Level(case.level).id}; about {', '.join(case.categories) or '-'}; flags {', '.join(case.flags) or '-'}; where {', '.join(case.contexts) or '-'}"
    yield f"Rests on: {case.basis}; on hold: {to.at(case.held_at)}; feeling before {case.feeling_before or '-'}, after {case.feeling_after or '-'}"
    yield f"Summary: {to.open('cases.summary', case.id, case.summary_sealed)}"
    yield f"What they want: {to.open('cases.wants', case.id, case.wants_sealed)}"
    yield from (f"Plan: {line}" for line in plans.load(to.tx, case).agreed)
    yield from _ledger(to, case)
    yield from _history(to, case)
    yield from _not_sent(to, case)
    yield from _afterwards(to, case)


def _ledger(to: _Writing, case: CaseRow) -> Iterator[str]:
    for row in to.tx.session.scalars(select(AgreementRow).where(AgreementRow.case_id == case.id).order_by(AgreementRow.seq)):
        wording = to.open("agreements.wording", row.id, row.wording_sealed)
        mark = f"{DECIDE} they were not told: " if row.kind == Kind.OVERRIDE and not wording else ""
        yield f"{mark}{to.at(row.at)}  {row.kind} {row.scope or ''}, with {to.names.get(row.recipient, row.recipient)}: {wording or '-'}"
        if row.detail_sealed:
            yield f"{DECIDE} reasons of staff: {to.open('agreements.detail', row.id, row.detail_sealed)}"


def _history(to: _Writing, case: CaseRow) -> Iterator[str]:
    for entry in history.entries(to.tx, case):
        shown = moment(entry, to.names, to.service.staff_policy)
        details = "; ".join(f"{name}: {text}" for name, text in shown.details)
        mark = f"{DECIDE} by staff: " if entry.actor == "staff" and details else ""
        yield f"{mark}{to.at(entry.at)}  {shown.title} ({shown.who}) {details}".rstrip()


def _afterwards(to: _Writing, case: CaseRow) -> Iterator[str]:
    of_case = to.tx.session.scalars
    for promise in of_case(select(PromiseRow).where(PromiseRow.case_id == case.id).order_by(PromiseRow.id)):
        kept = "kept" if promise.kept_at else "broken" if promise.broken_at else "open"
        yield f"Promised {to.at(promise.made_at)}: {promise.what} by {to.at(promise.due_at)}, {kept}"
    for check_in in of_case(select(CheckIn).where(CheckIn.case_id == case.id).order_by(CheckIn.id)):
        yield f"Check-in agreed {to.at(check_in.agreed_at)}, sent {to.at(check_in.sent_at)}, answer {check_in.answer or '-'}"
    for call in of_case(select(CallBack).where(CallBack.case_id == case.id).order_by(CallBack.id)):
        yield f"Call asked for {to.at(call.asked_at)}, made {to.at(call.done_at)}: {to.open('call_backs.details', call.id, call.details_sealed)}"
    for said in of_case(select(Feedback).where(Feedback.case_id == case.id)):
        words = to.open("feedback.words", said.id, said.words_sealed)
        yield f"Feedback {to.at(said.at)}: listened {said.listened or '-'}, helped {said.helped or '-'}, again {said.again or '-'}; {words}"


def _not_sent(to: _Writing, case: CaseRow) -> Iterator[str]:
    """What an adult has begun to write to them."""
    for row in to.tx.session.scalars(select(Draft).where(Draft.case_id == case.id).order_by(Draft.id)):
        yield f"{DECIDE} by {to.name(row.staff_id)}, not sent: {to.at(row.kept_at)}  {to.open('drafts.words', row.id, row.words_sealed)}"


def _concerns(to: _Writing) -> Iterator[str]:
    for row in to.tx.session.scalars(select(Concern).where(Concern.person_id == to.someone.id).order_by(Concern.id)):
        about = f"{DECIDE} about {to.name(row.about_staff_id)}: " if row.about_staff_id else ""
        yield f"{about}{to.at(row.at)}  {to.open('concerns.words', row.id, row.words_sealed)}"
        if row.decision_sealed:
            yield f"{DECIDE} by staff: {to.at(row.decided_at)}  {to.open('concerns.decision', row.id, row.decision_sealed)}"


def _looks(to: _Writing) -> Iterator[str]:
    theirs = select(CaseRow.id).where(CaseRow.person_id == to.someone.id)
    raised = select(Concern.id).where(Concern.person_id == to.someone.id)
    rows = select(AuditRow).where(AuditRow.case_id.in_(theirs) | AuditRow.subject_id.in_(raised) | (AuditRow.subject_id == to.someone.id))
    for row in to.tx.session.scalars(rows.order_by(AuditRow.seq)):
        yield f"{to.at(row.at)}  {row.action.replace('_', ' ')}: {to.name(row.staff_id)}"


def _yes(value: object) -> str:
    return "yes" if value else "no"
