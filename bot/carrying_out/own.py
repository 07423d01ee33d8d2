"""What the events of a young person's own view, code word, concern and call-back do to the record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from bot import return_code
from bot.carrying_out import left_concern
from bot.dialogue import events as happened
from escalation import cases
from escalation.context import Service
from escalation.record import messages
from escalation.record.store import Tx
from escalation.record.tables import InboxRow, Person
from escalation.young_person import afresh, call_backs, concerns, copies, moving, own_view


def code_word_digest(tx: Tx, someone: Person, word: str) -> str:
    """What is kept of a code word: a keyed digest that is of use for this person alone."""
    return tx.vault.pseudonym("code_word", someone.id, word)


def said_aside(tx: Tx, service: Service, someone: Person, event: happened.SaidAside, now: datetime) -> None:
    for row in tx.session.scalars(select(InboxRow).where(InboxRow.id.in_(event.message_ids))):
        messages.set_aside(tx, someone, row, blank=event.forget)


def record_asked(tx: Tx, service: Service, someone: Person, event: happened.RecordAsked, now: datetime) -> None:
    if event.part == "copy":
        copies.say(tx, service, someone, event.turn, now)
        return
    for text in own_view.told(tx, service, someone, event.part, now):
        messages.say(tx, someone, text, now, aside=True)


def code_word_chosen(tx: Tx, service: Service, someone: Person, event: happened.CodeWordChosen, now: datetime) -> None:
    someone.code_word = code_word_digest(tx, someone, event.word) if event.word else None


def move_asked(tx: Tx, service: Service, someone: Person, event: happened.MoveAsked, now: datetime) -> None:
    moving.offer(tx, service, someone, return_code.new_code(), event.places, now)


def begun_afresh(tx: Tx, service: Service, someone: Person, event: happened.BegunAfresh, now: datetime) -> None:
    afresh.begin(tx, service, someone, now)


def concern_raised(tx: Tx, service: Service, someone: Person, event: happened.ConcernRaised, now: datetime) -> None:
    kind = concerns.STAFF if event.about_staff else concerns.SERVICE
    concerns.raise_one(tx, service, someone, event.about_staff_id, kind, event.words, now)


def concern_shown(tx: Tx, service: Service, someone: Person, event: happened.ConcernShown, now: datetime) -> None:
    left_concern.shown(tx, someone, now)


def call_back_asked(tx: Tx, service: Service, someone: Person, event: happened.CallBackAsked, now: datetime) -> None:
    case = cases.open_case(tx, someone.id)
    if case is None:
        raise LookupError("a call-back needs a case")
    call_backs.ask(tx, case, call_backs.Details(event.number, event.when, event.name, event.voicemail), now)
