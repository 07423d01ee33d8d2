"""What is known again after a restore although nothing was erased: chats that were cleared while a case kept them, and places left.

Remembered as `erasures` are, by keyed digests that name nobody. What counts is when it was last so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update

from escalation.record import erasures, people
from escalation.record.ids import found_by_nobody
from escalation.record.retention.over import NOWHERE
from escalation.record.store import Tx
from escalation.record.tables import Address, ConversationRow, Erasure, OutboxRow, Person

_CLEARED, _LEFT, _CAME = "cleared", "left", "came"
_NOT_SENT = ("pending", "sending", "held")
_BEGUN_ANEW = {"told_limits": True, "told_app_age": True, "asked_age": True, "private_matter": True}
"""Where a conversation stands that was cleared while a case kept it. All else is as if nothing had been said."""


def note_cleared(tx: Tx, someone: Person, now: datetime) -> None:
    """They cleared their chat, and something of it stays on the record."""
    erasures.add(tx, {erasures.digest(tx, _CLEARED, someone.id): now})


def note_left(tx: Tx, someone: Person, place: Address, now: datetime) -> None:
    """They are about not to be reached at this place any more."""
    erasures.add(tx, {_of_place(tx, _LEFT, someone.id, place): now})


def note_came(tx: Tx, someone: Person, place: Address, now: datetime) -> None:
    """They are reached here now, where they may have left before."""
    if tx.session.get(Erasure, _of_place(tx, _LEFT, someone.id, place)) is not None:
        erasures.add(tx, {_of_place(tx, _CAME, someone.id, place): now})


def again(tx: Tx, known: Mapping[str, datetime], now: datetime) -> int:
    """Clear and part what was cleared and parted since, and return how many chats and places that were."""
    places = [place for place in tx.session.scalars(select(Address)) if _was_left(tx, place, known)]
    for place in places:
        _leads_nowhere(tx, place)
    chats = [(someone, known.get(erasures.digest(tx, _CLEARED, someone.id))) for someone in tx.session.scalars(select(Person))]
    done = len(places)
    for someone, at in chats:
        if at is not None and (someone.cleared_at is None or someone.cleared_at < at):
            _clear(tx, someone, at, now)
            done += 1
    tx.session.flush()
    return done


def _was_left(tx: Tx, place: Address, known: Mapping[str, datetime]) -> bool:
    left = known.get(_of_place(tx, _LEFT, place.person_id, place))
    if left is None or left < place.last_used_at:
        return False
    came = known.get(_of_place(tx, _CAME, place.person_id, place))
    return came is None or came < left


def _leads_nowhere(tx: Tx, place: Address) -> None:
    """The row stays with the words that came from there. Where they are reached now is not known: staff see that nothing reaches them."""
    waits = update(OutboxRow).where(OutboxRow.address_id == place.id, OutboxRow.person_id.is_not(None), OutboxRow.state.in_(_NOT_SENT))
    tx.session.execute(waits.values(state="dropped"))
    place.pseudonym, place.address_sealed = found_by_nobody(), NOWHERE


def _clear(tx: Tx, someone: Person, at: datetime, now: datetime) -> None:
    someone.cleared_at = at
    state = tx.session.get(ConversationRow, someone.id)
    if state is not None and erasures.key_digest(tx, someone) is not None:
        people.save_conversation(tx, someone, json.dumps({"turn": state.turn, **_BEGUN_ANEW}), state.turn, now)


def _of_place(tx: Tx, what: str, person_id: str, place: Address) -> str:
    return erasures.digest(tx, what, f"{person_id} {place.channel} {place.pseudonym}")
