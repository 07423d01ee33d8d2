"""A young person's account or number, released to the emergency services by a lead (S61): decided, on the record, and never alone.

It is a sharing without agreement like any other (S03, S04), complete or rejected, and the young person is told first unless that is unsafe.
A 999 call waits for none of this (S68): whoever rings can say where somebody is before they know how to reach them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from escalation import alerts, chain
from escalation.case import NotPossible
from escalation.context import Service
from escalation.record import audit, history, people
from escalation.record.history import Entry
from escalation.record.store import Tx
from escalation.record.tables import Address, CaseRow, Staff
from escalation.sharing import override
from escalation.sharing.override import Decision
from escalation.work.case_work import working_on
from escalation.young_person import call_backs

EVENT = "account_released"
RECIPIENT = "emergency"
SERVICES = {"police": "Police", "ambulance": "Ambulance", "fire": "Fire and rescue", "coastguard": "Coastguard"}
CALL_BACK = "Number to ring them back"
_WHAT = "how they can be reached: their account or number, and nothing that they wrote"


@dataclass(frozen=True, slots=True)
class Release:
    """What a lead decided. `once` names the form, so that one that is sent twice is one release. `reference`: the services' own, where there is one."""

    once: str
    service: str
    reason: str
    risk: str
    reference: str = ""
    told: str = ""
    unsafe_to_tell: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """One way to reach somebody. `value` is empty until it is released."""

    title: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Released:
    """What the lead sees, once. `informed`: who else was told; empty where there was nobody."""

    known: tuple[Known, ...]
    service: str
    informed: str


def there_is(tx: Tx, service: Service, case_id: str, staff: Staff) -> tuple[Known, ...]:
    """Which ways to reach them are known, without what they are. Raises `NotPossible` for whoever may not release them."""
    case = _theirs(tx, case_id, staff)
    ways = [Known(title) for title, _ in _accounts(tx, service, case)]
    return (*ways, Known(CALL_BACK)) if call_backs.is_asked_for(tx, case) else tuple(ways)


def release(tx: Tx, service: Service, case_id: str, staff: Staff, made: Release, now: datetime) -> Released:
    """Record the decision, tell the young person and a second person, and open what is known. Raises `NotPossible` with what is missing."""
    case = _theirs(tx, case_id, staff)
    if not there_is(tx, service, case_id, staff):
        raise NotPossible("no account and no number of theirs is known here: there is nothing to release")
    before = next((one for one in history.entries(tx, case, EVENT) if one.detail.get("once") == made.once), None)
    if before is None:
        if made.service not in SERVICES or not made.once:
            raise NotPossible("choose to whom it is released")
        before = _decide(tx, service, case, staff, made, now)
    audit.note(tx, EVENT, now, staff_id=staff.id, case_id=case.id)
    accounts = tuple(Known(title, people.open_address(tx, row.id)) for title, row in _accounts(tx, service, case))
    number = call_backs.for_release(tx, case)
    known = (*accounts, Known(CALL_BACK, number)) if number else accounts
    return Released(known, before.detail["service"], before.detail["informed"])


def _decide(tx: Tx, service: Service, case: CaseRow, staff: Staff, made: Release, now: datetime) -> Entry:
    decided = Decision(RECIPIENT, _WHAT, made.reason, "vital_interests", made.risk, made.told, made.unsafe_to_tell, made.ground)
    override.share(tx, service, case.id, staff, decided, now)
    informed = _inform(tx, service, case, staff, now)
    known = [one.title for one in there_is(tx, service, case.id, staff)]
    detail = {"once": made.once, "service": SERVICES[made.service], "reference": made.reference.strip(), "known": ", ".join(known)}
    history.record(tx, case, EVENT, now, actor="staff", staff_id=staff.id, detail={**detail, "informed": informed})
    return history.entries(tx, case, EVENT)[-1]


def _inform(tx: Tx, service: Service, case: CaseRow, staff: Staff, now: datetime) -> str:
    """A second person hears of it: the other leads, else the adults of this conversation, else the contact outside. Returns who."""
    leads = [lead.staff_id for lead in chain.staffing_of(tx, service, case, now).leads]
    here = [id for id in (case.worker_id, case.watcher_id) if id]
    for ids in (leads, here):
        others = [row for id in ids if id != staff.id and (row := tx.session.get(Staff, id)) and row.closed_at is None]
        if others:
            words = _known(service, "staff.account_released", "staff.flag")
            alerts.alert(tx, service, case, [row.id for row in others], now, words, adult=staff.first_name)
            return ", ".join(row.first_name for row in others)
    if service.out_of_hours:
        alerts.out_of_hours(tx, service, case, now, _known(service, "staff.account_released_outside", "staff.out_of_hours"))
        return service.out_of_hours
    return ""


def _known(service: Service, words: str, otherwise: str) -> str:
    """An edition from before has no such words; with a life at risk that must stop nothing."""
    return words if words in service.library.messages else otherwise


def _theirs(tx: Tx, case_id: str, staff: Staff) -> CaseRow:
    case = working_on(tx, case_id, staff)
    if staff.role != "lead":
        raise NotPossible(
            "only the safeguarding lead can release an account or a number: ask the lead. You can call 999 at any time without"
        )
    if people.is_drill(tx, case.person_id):
        raise NotPossible("this is a drill: nobody is behind it")
    return case


def _accounts(tx: Tx, service: Service, case: CaseRow) -> list[tuple[str, Address]]:
    """Their accounts in the apps, the last one used first. The web chat knows none."""
    rows = tx.session.scalars(select(Address).where(Address.person_id == case.person_id).order_by(Address.last_used_at.desc()))
    found = [(service.app(row.channel), row) for row in rows]
    return [(app.title, row) for app, row in found if app.public and not app.own_page]
