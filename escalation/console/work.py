"""What the page of a case shows to whoever works on it: form, duties, history, and who could come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from escalation import reading
from escalation.case import TALKING, Adult
from escalation.console.timeline import Moment, moment
from escalation.context import Service
from escalation.record import duty, history, people
from escalation.record.history import Entry
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.sharing import reports, transfer
from escalation.sharing.asking_the_lead import DECIDED
from escalation.sharing.override import READS_IT
from escalation.sharing.reports import Clock
from escalation.work import case_work
from escalation.work.form import Answers, Section

LINKABLE_FOR = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class FormView:
    """The form with its newest answers; `replaces` names the version they are from."""

    sections: tuple[Section, ...]
    answers: Answers
    replaces: str
    saved_at: datetime | None
    saved_by: str


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that can be done on a case by this person. `records` is false for the second adult, who reads and leaves notes."""

    records: bool
    talking: bool
    form: FormView
    clocks: list[Clock]
    timeline: list[Moment]
    linked: list[str]
    linkable: list[tuple[str, datetime]]
    wants: str
    contexts: tuple[str, ...]
    held_at: datetime | None
    hold_review_at: datetime | None
    hold_reason: str
    person_code: str
    """By which somebody asks for access or erasure; for leads only."""
    watcher: Adult | None
    next_adult: Adult | None
    colleagues: list[Adult]
    watchers: list[Adult]
    to_send: list[Entry]
    outside: dict[str, str]
    decides: dict[str, str]
    challengeable: bool


def work_on(tx: Tx, service: Service, case_id: str, staff: Staff, names: dict[str, str], now: datetime) -> Work | None:
    """What this person can do on a case they have read; `None` where it is not theirs to work on."""
    case = tx.session.get_one(CaseRow, case_id)
    records = staff.role == "lead" or case.worker_id == staff.id
    if not records and case.watcher_id != staff.id:
        return None
    past = history.entries(tx, case)
    sharing = service.staff_policy.sharing
    outside = {id: recipient.staff for id, recipient in sharing.recipients.items()}
    may = (
        outside if staff.role in sharing.decides else {id: outside[id] for id, recipient in sharing.recipients.items() if recipient.anyone}
    )
    own = case.worker_id == staff.id
    return Work(
        records=records,
        talking=case.stage in TALKING,
        form=_form(tx, service, case, staff, past, names, now),
        clocks=reports.clocks(tx, service, case, staff, now),
        timeline=[moment(entry, names, service.staff_policy) for entry in past],
        linked=list(dict.fromkeys(entry.detail["case"] for entry in past if entry.event == "linked")),
        linkable=_linkable(tx, case, staff, now) if staff.role == "lead" else [],
        wants=case_work.wants(tx, case),
        contexts=tuple(case.contexts),
        held_at=case.held_at,
        hold_review_at=case.hold_review_at,
        hold_reason=next((entry.detail["reason"] for entry in reversed(past) if entry.event == "hold_on"), "") if case.held_at else "",
        person_code=people.code(tx, case.person_id) if staff.role == "lead" else "",
        watcher=_adult(tx, case.watcher_id),
        next_adult=_adult(tx, case.transfer_to),
        colleagues=transfer.colleagues(tx, service, case, staff, now) if own else [],
        watchers=transfer.watchers(tx, service, case, staff, now),
        to_send=reports.to_pass_on(tx, case),
        outside=outside,
        decides=may | ({READS_IT: "Nobody outside: I open what they wrote"} if staff.role in sharing.decides else {}),
        challengeable=staff.role != "lead" and any(entry.event in DECIDED for entry in past),
    )


def _form(tx: Tx, service: Service, case: CaseRow, staff: Staff, past: list[Entry], names: dict[str, str], now: datetime) -> FormView:
    sections = service.staff_policy.form.for_case(case_work.about(tx, service, case, staff, now))
    saved = [entry for entry in past if entry.event == "form_saved"]
    if not saved:
        return FormView(sections, {}, "", None, "")
    last = saved[-1]
    return FormView(sections, last.detail["answers"], last.id, last.at, names.get(last.staff_id or "", ""))


def _adult(tx: Tx, staff_id: str | None) -> Adult | None:
    row = tx.session.get(Staff, staff_id) if staff_id else None
    return duty.adult(row) if row else None


def _linkable(tx: Tx, case: CaseRow, staff: Staff, now: datetime) -> list[tuple[str, datetime]]:
    """Other cases of the last months, the newest first."""
    recent = select(CaseRow).where(CaseRow.id != case.id, CaseRow.person_id != case.person_id, CaseRow.opened_at >= now - LINKABLE_FOR)
    rows = tx.session.scalars(recent.order_by(CaseRow.id.desc()).limit(100))
    return [(row.id, row.opened_at) for row in rows if reading.may_see(row, staff)]
