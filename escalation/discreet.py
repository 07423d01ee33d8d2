"""Words that must not show on a phone that somebody else may be holding (S77, S79).

After a pause, or after "someone is here", what people and the chain have to say is kept back, and one neutral bubble asks to
carry on. It is released when the young person does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from escalation.context import Service
from escalation.record import messages
from escalation.record.store import Tx
from escalation.record.tables import OutboxRow, Person
from escalation.words import message, tokens

KEPT_BACK = "held"


def tell(
    tx: Tx,
    service: Service,
    someone: Person,
    bubbles: Iterable[str],
    now: datetime,
    *,
    speaker: str = "system",
    buttons: messages.Buttons = (),
    staff_id: str | None = None,
    case_id: str | None = None,
    urgent: bool = False,
) -> list[OutboxRow]:
    """Say these bubbles now, or as soon as the young person carries on. Empty when they left every channel."""
    keep_back = not seems_there(service, someone, now)
    texts = list(bubbles)
    rows = []
    for index, text in enumerate(texts):
        last = index == len(texts) - 1
        row = messages.say(
            tx, someone, text, now, speaker=speaker, buttons=buttons if last else (), staff_id=staff_id, case_id=case_id, urgent=urgent
        )
        if row is not None:
            row.state = KEPT_BACK if keep_back else row.state
            rows.append(row)
    if keep_back and rows:
        _knock(tx, service, someone, rows[0], now)
    return rows


def seems_there(service: Service, someone: Person, now: datetime) -> bool:
    """Whether the young person was here a short while ago and did not say that somebody is with them."""
    if someone.away_since is not None or someone.last_seen_at is None:
        return False
    return now - someone.last_seen_at <= timedelta(minutes=service.policy.pause_minutes)


def release(tx: Tx, someone: Person) -> None:
    """They carried on: what was kept back goes out, in order."""
    kept = update(OutboxRow).where(OutboxRow.person_id == someone.id, OutboxRow.state == KEPT_BACK)
    tx.session.execute(kept.values(state="pending"))
    for channel in tx.session.scalars(select(OutboxRow.channel).where(OutboxRow.person_id == someone.id).distinct()):
        tx.signal(f"outbox:{channel}")
    tx.signal(f"person:{someone.id}")


def _knock(tx: Tx, service: Service, someone: Person, first: OutboxRow, now: datetime) -> None:
    """One neutral bubble, unless one waits for an answer already."""
    kept_before = select(OutboxRow.id).where(OutboxRow.person_id == someone.id, OutboxRow.state == KEPT_BACK, OutboxRow.seq < first.seq)
    if tx.session.scalar(kept_before.limit(1)):
        return
    library = service.speaking(someone.language, now).library
    buttons = tokens(library.message("conversation.carry_on").buttons)
    for text in message(library, "conversation.carry_on", someone.age_band, someone.easy_read):
        messages.say(tx, someone, text, now, buttons=buttons)
