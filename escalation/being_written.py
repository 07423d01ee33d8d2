"""A sign that somebody is writing: a signal and nothing more. No words of it are stored, and nobody sees it on a phone put down."""

from __future__ import annotations

from datetime import datetime

from escalation import cases, discreet
from escalation.case import TALKING
from escalation.context import Service
from escalation.record import members, people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Person, Staff

TOPIC = "typing"


def topic(person_id: str) -> str:
    """The topic of signs for one young person."""
    return f"{TOPIC}:{person_id}"


def by_adult(tx: Tx, service: Service, case_id: str, staff: Staff, now: datetime) -> str | None:
    """Who is to see that this adult is writing to them; `None` where they don't have the conversation, or the young person seems away."""
    case = tx.session.get(CaseRow, case_id)
    if case is None or case.worker_id != staff.id or case.stage not in TALKING:
        return None
    someone = people.person(tx, case.person_id)
    return someone.id if discreet.seems_there(service, someone, now) else None


def with_adult(tx: Tx, person_id: str) -> Staff | None:
    """The adult who has the conversation with this person now; without one it is the bot that writes."""
    case = cases.open_case(tx, person_id)
    if case is None or case.stage not in TALKING or case.worker_id is None:
        return None
    return members.by_id(tx, case.worker_id)


def words(tx: Tx, service: Service, someone: Person, now: datetime) -> str:
    """ "Sam is writing", in the young person's language."""
    adult = with_adult(tx, someone.id)
    who = adult.first_name if adult else service.bot_name
    return service.speaking(someone.language, now).library.label("is_writing", who=who)
