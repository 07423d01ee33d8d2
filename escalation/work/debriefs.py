"""After a hard case: whoever had it is asked how they are, and the leads see who has had many.

Which cases are hard is policy. What somebody answers is theirs and the leads'; nothing of the case is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from escalation.case import Adult, NotPossible
from escalation.context import Service
from escalation.reading import may_see
from escalation.record import audit, duty, messages
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Debrief, DueRow, Staff
from escalation.words import message, tokens
from nlu.understanding import Level

AGAIN = "debrief_again"
ANSWERS = ("fine", "talk", "later")


@dataclass(frozen=True, slots=True)
class Burden:
    """How many hard cases somebody has had lately, and whether they said that they would like to talk."""

    adult: Adult
    name: str
    cases: int
    many: bool
    wants_to_talk: bool
    latest: datetime


def after(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """A case has ended: ask whoever had it how they are, where it was a hard one."""
    staff = tx.session.get(Staff, case.worker_id) if case.worker_id else None
    if staff is None or case.drill or not service.ending.debrief.hard(Level(case.level), case.categories):
        return
    row = Debrief(id=new_id(), staff_id=staff.id, case_id=case.id, asked_at=now)
    tx.session.add(row)
    tx.session.flush()
    _ask(tx, service, row, staff, now)


def answer(tx: Tx, service: Service, debrief_id: str, staff: Staff, said: str, now: datetime) -> None:
    """They answer `fine`, `talk` (the leads are told, and nothing of the case) or `later`. Raises `NotPossible`."""
    row = tx.session.get(Debrief, debrief_id)
    if row is None or row.staff_id != staff.id or said not in ANSWERS:
        raise NotPossible("there is no such question to you")
    row.answer, row.answered_at = said, now
    audit.note(tx, "debrief_answered", now, staff_id=staff.id)
    if said == "talk":
        _tell_leads(tx, service, staff, now)
    elif said == "later":
        at = now + timedelta(hours=service.ending.debrief.again_after_hours)
        tx.session.add(DueRow(id=new_id(), kind=AGAIN, due_at=at, detail={"debrief": row.id}, created_at=now))


def ask_again(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """They said "later", and it is later. The due row is done afterwards."""
    row = tx.session.get(Debrief, due.detail["debrief"])
    due.done_at, due.result = now, "moot"
    if row is None:  # gone with its case, which was erased or is over
        return
    due.result, staff = "done", tx.session.get_one(Staff, row.staff_id)
    if row.answer == "later" and staff.closed_at is None:
        row.answer = row.answered_at = None
        _ask(tx, service, row, staff, now)


def open_for(tx: Tx, staff_id: str) -> list[Debrief]:
    """The questions that this member of staff has not answered, the oldest first."""
    rows = select(Debrief).where(Debrief.staff_id == staff_id, Debrief.answer.is_(None)).order_by(Debrief.id)
    return list(tx.session.scalars(rows))


def burdens(tx: Tx, service: Service, lead: Staff, now: datetime) -> list[Burden]:
    """Who has had hard cases in the days that policy counts, the most first; for leads, of the cases that this one may see."""
    policy = service.ending.debrief
    since = now - timedelta(days=policy.within_days)
    found: dict[str, list[Debrief]] = {}
    asked = select(Debrief, CaseRow).join(CaseRow, CaseRow.id == Debrief.case_id).where(Debrief.asked_at >= since)
    for row, case in tx.session.execute(asked.order_by(Debrief.id)):
        if may_see(case, lead):
            found.setdefault(row.staff_id, []).append(row)
    everyone = [(staff, rows) for staff_id, rows in found.items() if (staff := tx.session.get_one(Staff, staff_id)).closed_at is None]
    return sorted((_burden(staff, rows, policy.many) for staff, rows in everyone), key=lambda one: (-one.cases, one.name))


def _burden(staff: Staff, rows: list[Debrief], many: int) -> Burden:
    wishes = rows[-1].answer == "talk"
    return Burden(duty.adult(staff), staff.name, len(rows), len(rows) >= many, wishes, rows[-1].asked_at)


def _ask(tx: Tx, service: Service, row: Debrief, staff: Staff, now: datetime) -> None:
    buttons = [(label, f"{token}:{row.id}") for label, token in tokens(service.library.message("staff.debrief").buttons)]
    _write(tx, staff, message(service.library, "staff.debrief"), now, buttons)


def _tell_leads(tx: Tx, service: Service, staff: Staff, now: datetime) -> None:
    leads = tx.session.scalars(select(Staff).where(Staff.role == "lead", Staff.closed_at.is_(None), Staff.id != staff.id))
    for lead in leads:
        _write(tx, lead, message(service.library, "staff.debrief_wish", adult=staff.first_name), now)


def _write(tx: Tx, staff: Staff, bubbles: Iterable[str], now: datetime, buttons: messages.Buttons = ()) -> None:
    tx.signal(f"staff:{staff.id}")
    for text in bubbles if staff.telegram else ():
        messages.tell_staff(tx, staff, "telegram", text, now, buttons=buttons)
