"""Erasing one person, because they asked and a human looked at it: the key first, then the rows.

What has to be kept is kept, and it is said which and why: a case that is open, held, or of a kind that stays its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from escalation import discreet
from escalation.context import Service
from escalation.record import audit, erasures, messages, people
from escalation.record.retention import destroying
from escalation.record.retention.destroying import Destroyed
from escalation.record.retention.stamping import times
from escalation.record.retention.whole import whole_person
from escalation.record.store import Record, Tx
from escalation.record.tables import CaseRow, Concern, InboxRow, OutboxRow, Person
from escalation.words import message
from escalation.young_person import clearing

Why = Literal["open", "held", "duty", "concern"]
WORDS: dict[Why, str] = {
    "open": "own_view.kept_open",
    "held": "own_view.kept_held",
    "duty": "own_view.kept_duty",
    "concern": "own_view.kept_concern",
}
"""How it is said to the young person why something stays."""


class NotRead(Exception):
    """They have just written, and nobody has read it yet: it may tell of danger."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that stays: why, and until when; `until` is `None` where nobody can say yet."""

    why: Why
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of it. Empty `kept`: nothing of the person is left. `told`: what they may be told, in plain words."""

    kept: tuple[Kept, ...]
    told: tuple[str, ...]


def erase(record: Record, service: Service, code: str, reason: str, now: datetime) -> Erased:
    """Erase the person with this code as far as it may be. Raises `KeyError` for an unknown code, and `NotRead`."""
    destroyed = Destroyed("asked", service.retention.version, now)
    person_id, erased = record.write(lambda tx: _decide(tx, service, code, reason, destroyed, now))
    record.fold_in()
    if not erased.kept:
        record.write(lambda tx: whole_person(tx, service.retention, person_id, destroyed))
        record.fold_in()
    return erased


def kept(tx: Tx, service: Service, someone: Person) -> dict[str, Kept]:
    """What of a person has to be kept, by the id of its case or concern."""
    theirs = list(tx.session.scalars(select(CaseRow.id).where(CaseRow.person_id == someone.id)))
    staying: dict[str, Kept] = {}
    for time in times(tx, service.retention, theirs):
        if time.row.held_at is not None:
            staying[time.row.id] = Kept("held", None)
        elif time.expires_at is None:
            staying[time.row.id] = Kept("open", None)
        elif service.retention.cases.of(time.kind).asked == "keep":
            staying[time.row.id] = Kept("duty", time.expires_at)
    for row in tx.session.scalars(select(Concern).where(Concern.person_id == someone.id)):
        staying[row.id] = Kept("concern", row.expires_at)
    return staying


def _decide(tx: Tx, service: Service, code: str, reason: str, destroyed: Destroyed, now: datetime) -> tuple[str, Erased]:
    someone = people.by_code(tx, code)
    people.hold_places(tx, someone)  # what comes meanwhile is somebody new's, and no case is opened that would go unread
    if any(row.kind != "started" for row in messages.unhandled(tx, someone.id)):  # to open a chat says nothing
        raise NotRead
    staying = kept(tx, service, someone)
    audit.note(tx, "person_erased", now, subject_id=someone.id, digest=tx.vault.pseudonym("reason", reason))
    clearing.take_back(tx, service, someone, now)
    if not staying:
        erasures.note_key(tx, someone, now)
        destroying.erase_keys(tx, [someone.id])
        return someone.id, Erased((), ())
    _erase_the_rest(tx, service, someone, set(staying), destroyed, now)
    reasons = dict.fromkeys(one.why for one in staying.values())
    told = [text for why in reasons for text in message(service.library, WORDS[why], someone.age_band, someone.easy_read)]
    speaking = service.speaking(someone.language, now)
    words = [text for why in reasons for text in message(speaking.library, WORDS[why], someone.age_band, someone.easy_read)]
    for row in discreet.tell(tx, service, someone, words, now):
        row.aside = True
    return someone.id, Erased(tuple(staying.values()), tuple(told))


def _erase_the_rest(tx: Tx, service: Service, someone: Person, staying: set[str], destroyed: Destroyed, now: datetime) -> None:
    """The cases that need not stay, and what was said after the last one that does."""
    theirs = list(tx.session.scalars(select(CaseRow.id).where(CaseRow.person_id == someone.id)))
    last: datetime | None = None
    still_open = False
    for time in times(tx, service.retention, theirs):
        if time.row.id in staying:
            still_open |= time.expires_at is None
            last = max(filter(None, (last, time.row.closed_at, time.row.opened_at)))
        else:
            erasures.note_rows(tx, CaseRow, [time.row.id], now)
            destroying.case(tx, time.row.id)
            destroyed.count(tx, time.kind, 1)
    if last is not None and not still_open:
        heard, said = InboxRow.__table__.c, OutboxRow.__table__.c
        later = (
            (InboxRow, (heard.person_id == someone.id) & (heard.received_at > last)),
            (OutboxRow, (said.person_id == someone.id) & (said.created_at > last)),
        )
        for table, condition in later:
            erasures.note_rows(tx, table, tx.session.scalars(select(table.__table__.c.id).where(condition)), now)
            destroyed.count(tx, "message", destroying.rows(tx, table, condition))
