"""Sharing without agreement, and deciding not to: a named human's decision, complete or rejected, and who is told (S03, S04, S06).

The young person is told first: who, what and why, in words the adult writes, unless that is unsafe and the reason stands beside it.
Nothing here comes before a 999 call: what was done in an emergency is recorded afterwards (S68).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from escalation import discreet
from escalation.agreements import With, Wording, enter
from escalation.case import NotPossible
from escalation.consent import Kind, Override
from escalation.context import Service
from escalation.record import audit, history, people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Person, Staff
from escalation.relay import helpline_digits, screen
from escalation.words import message
from escalation.work.case_work import working_on

READS_IT = "reads_it"
"""The recipient of a decision by which the decider themself opens what was written (S80)."""

OUTSIDE = "outside"
_NAMES = {
    "reason": "the reason",
    "legal_basis": "the legal basis",
    "risk": "the risk",
    "decided_by": "who decided",
    "told_first or unsafe_to_tell": "what they are told first, or why that is unsafe",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided: with whom, what, why. `told` is what the young person reads of it; empty where that is unsafe."""

    recipient: str
    what: str
    reason: str
    legal_basis: str
    risk: str
    told: str = ""
    unsafe_to_tell: str = ""
    ground: str = ""
    afterwards: bool = False
    """Whether it was shared already, as after a 999 call."""


def share(tx: Tx, service: Service, case_id: str, staff: Staff, made: Decision, now: datetime) -> None:
    """Record the decision in the ledger and tell the young person. Raises `NotPossible` with what is missing."""
    case = working_on(tx, case_id, staff)
    someone = people.person(tx, case.person_id)
    _may_decide(service, case, staff, made.recipient)
    _complete(service, someone, staff, made, now)
    told = _tell(tx, service, case, someone, staff, made, now) if made.told.strip() else None
    whom = With(staff.id, staff.role) if made.recipient == READS_IT else With(made.recipient, OUTSIDE)
    detail = {
        name: value
        for name, value in (
            ("what", made.what.strip()),
            ("reason", made.reason.strip()),
            ("legal_basis", made.legal_basis),
            ("risk", made.risk.strip()),
            ("ground", made.ground),
            ("unsafe_to_tell", made.unsafe_to_tell.strip()),
            ("afterwards", "yes" if made.afterwards else ""),
        )
        if value
    }
    enter(tx, case, Kind.OVERRIDE, told or _not_told(service, made), now, whom=whom, decided_by=staff.id, detail=detail)
    _note(tx, case, staff, "override", now, {**detail, "recipient": made.recipient, "told": told.text if told else ""})


def do_not_share(tx: Tx, service: Service, case_id: str, staff: Staff, recipient: str, reason: str, now: datetime) -> None:
    """Record that it was considered to share, and decided not to, with the reason (S06)."""
    case = working_on(tx, case_id, staff)
    if recipient not in service.staff_policy.sharing.recipients or not reason.strip():
        raise NotPossible("choose with whom, and write the reason")
    _note(tx, case, staff, "not_shared", now, {"recipient": recipient, "reason": reason.strip()})


def _may_decide(service: Service, case: CaseRow, staff: Staff, recipient: str) -> None:
    sharing = service.staff_policy.sharing
    known = sharing.recipients.get(recipient)
    if known is None and recipient != READS_IT:
        raise NotPossible("choose with whom it is shared")
    if staff.role not in sharing.decides and not (known and known.anyone):
        raise NotPossible("your organisation leaves this decision to the lead: ask the lead. You can call 999 at any time without one")
    if recipient == "family" and staff.role != "lead" and set(case.categories).intersection(sharing.family_may_harm):
        raise NotPossible("family may be the danger here: only the lead can decide this")


def _complete(service: Service, someone: Person, staff: Staff, made: Decision, now: datetime) -> None:
    told = bool(made.told.strip())
    checked = Override(made.reason, made.legal_basis, made.risk, staff.id, now, told_first=told, unsafe_to_tell=made.unsafe_to_tell)
    lacks = [_NAMES[name] for name in dict.fromkeys(checked.missing())]
    if not made.what.strip():
        lacks.append("what is shared")
    if someone.age_band == "18_25" and made.ground not in service.staff_policy.sharing.grounds_from_18:
        lacks.append("what allows it from 18 on")
    if lacks:
        raise NotPossible(f"this decision is not complete, and nothing was recorded; it lacks {', '.join(lacks)}")
    if told and (reasons := screen(made.told, helpline_digits(service)).reasons):
        raise NotPossible(f"what they would be told seems to hold {', '.join(reasons)}: write it another way")


def _tell(tx: Tx, service: Service, case: CaseRow, someone: Person, staff: Staff, made: Decision, now: datetime) -> Wording:
    """Who, what and why, now or as soon as they carry on (S77)."""
    recipients, library = service.staff_policy.sharing.recipients, service.speaking(someone.language, now).library
    whom = recipients[made.recipient].told if made.recipient != READS_IT else message(library, "consent.told_reader")[0]
    id = "consent.told_afterwards" if made.afterwards else "consent.told_first"
    fields = {"adult": staff.first_name, "job": staff.job, "whom": whom, "written": made.told.strip()}
    bubbles = message(library, id, someone.age_band, someone.easy_read, **fields)
    if not discreet.tell(tx, service, someone, bubbles, now, case_id=case.id):
        raise NotPossible("this young person has left every channel: leave out what they are told, and write that under unsafe to tell")
    return Wording(id, library.message(id).version, "\n".join(bubbles), library.language_of(id))


def _not_told(service: Service, made: Decision) -> Wording:
    return Wording("consent.told_first", service.library.message("consent.told_first").version, "")


def _note(tx: Tx, case: CaseRow, staff: Staff, event: str, now: datetime, detail: dict[str, str]) -> None:
    history.record(tx, case, event, now, actor="staff", staff_id=staff.id, detail=detail)
    audit.note(tx, event, now, staff_id=staff.id, case_id=case.id)
    tx.signal(f"case:{case.id}")
