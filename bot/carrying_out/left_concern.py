"""A complaint that was shown for a last look, and then neither sent nor dropped: they are asked about it once more, and then it is let go.

Nothing of it is sent without their yes. Where it told of harm by an adult here, the leads learn that much in the end, as the last look
said of a complaint that is not sent (S81). All of it waits for "Carry on" on a phone that may be in other hands (S77).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot import conversations
from bot.dialogue.own.concern import QUESTIONS
from bot.dialogue.state import Conversation
from escalation import cases, discreet
from escalation.case import TALKING
from escalation.context import Service
from escalation.record import messages, people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import DueRow, OutboxRow, Person
from escalation.words import message, tokens
from escalation.young_person import concerns

KIND = "concern_left"
ASKED_AFTER, LET_GO_AFTER = timedelta(days=1), timedelta(days=3)
"""After so long they are asked about it, and after so long again it is let go; the words that they are asked in name this time."""
WHILE_BUSY, WHILE_LIVE = timedelta(minutes=1), timedelta(hours=1)
"""So much later, where they have just written, or an adult has the conversation and the bot is silent (S60)."""


def shown(tx: Tx, someone: Person, now: datetime) -> None:
    """They look at one before it is sent: from now on it is not forgotten. Whoever was asked before and looks again is asked no more."""
    earlier = select(DueRow).where(DueRow.person_id == someone.id, DueRow.kind == KIND, DueRow.done_at.is_(None))
    asked = False
    for row in tx.session.scalars(earlier):
        asked, row.done_at, row.result = asked or "asked" in row.detail, now, "moot"
    if asked:
        _later(tx, someone, now + LET_GO_AFTER, now, {"asked": []})
    else:
        _later(tx, someone, now + ASKED_AFTER, now, {})


def run(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """Ask about it, or let it go. The row is done afterwards, unless now is not the moment."""
    someone = tx.session.get(Person, due.person_id)
    if someone is not None and (wait := _not_now(tx, someone)):
        due.due_at = now + wait
        return
    due.done_at, due.result = now, "moot"
    if someone is None:
        return
    state = conversations.load(tx, someone)
    if state.concern is None or not state.concern.words:
        return
    due.result = "done"
    if "asked" in due.detail:
        _let_go(tx, service, someone, state, due.detail["asked"], now)
    else:
        rows = _tell(tx, service, someone, "concern.unsent_harm" if state.concern.harm else "concern.unsent", now)
        _later(tx, someone, now + LET_GO_AFTER, now, {"asked": [row.id for row in rows]})


def _not_now(tx: Tx, someone: Person) -> timedelta | None:
    """How much later to look again. Until this transaction ends no turn of theirs begins, since it would go by what is let go here."""
    people.hold_places(tx, someone)
    if messages.unhandled(tx, someone.id, limit=1, locked=True):
        return WHILE_BUSY
    case = cases.open_case(tx, someone.id)
    return WHILE_LIVE if case is not None and case.stage in TALKING else None


def _let_go(tx: Tx, service: Service, someone: Person, state: Conversation, asked: list[str], now: datetime) -> None:
    concern, state.concern = state.concern, None
    if state.question in QUESTIONS:
        state.question = None
    if state.question_kept in QUESTIONS:
        state.question_kept = None
    people.save_conversation(tx, someone, state.model_dump_json(), state.turn, now)
    harm = concern is not None and concern.harm
    if concern is not None and harm:
        concerns.raise_one(tx, service, someone, concern.about, concerns.STAFF, None, now)
    _tell(tx, service, someone, "concern.let_go_harm" if harm else "concern.let_go", now)
    # What nobody saw would ask about what is gone. It goes last: while it waits, nothing knocks a second time.
    unseen = update(OutboxRow).where(OutboxRow.id.in_(asked), OutboxRow.state == discreet.KEPT_BACK)
    tx.session.execute(unseen.values(state=discreet.DROPPED))


def _tell(tx: Tx, service: Service, someone: Person, words: str, now: datetime) -> list[OutboxRow]:
    """For them alone, and in safe hours. An edition from before has no such words."""
    library = service.speaking(someone.language, now).library
    if words not in library.messages:
        return []
    bubbles = message(library, words, someone.age_band, someone.easy_read)
    rows = discreet.tell(tx, service, someone, bubbles, now, buttons=tokens(library.message(words).buttons), unasked=True)
    for row in rows:
        row.aside = True
    return rows


def _later(tx: Tx, someone: Person, at: datetime, now: datetime, detail: dict[str, list[str]]) -> None:
    tx.session.add(DueRow(id=new_id(), kind=KIND, person_id=someone.id, due_at=at, detail=detail, created_at=now))
    tx.session.flush()
