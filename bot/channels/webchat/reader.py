"""Whose page it is, and from when on something of what was said is there for them: what is asked each time a page looks.

Not through the session, which takes several times as long for it. So the veil hides nothing here by itself: its own conditions
stand in the statement, and `first` says what they leave of this person's messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, select

from escalation.record.retention import over
from escalation.record.store import Tx
from escalation.record.tables import Address, Person

CHANNEL = "webchat"
_people, _addresses = cast(Table, Person.__table__), cast(Table, Address.__table__)


@dataclass(slots=True, repr=False)
class Reader:
    """The person of a session, as far as their page needs it. `first`: where there is one, what came before it is past its time."""

    id: str
    data_key_wrapped: bytes
    key_number: int
    former_key_wrapped: bytes | None
    created_at: datetime
    cleared_at: datetime | None
    away_since: datetime | None
    easy_read: bool
    language: str
    first: datetime | None = None


def _who(*more: Any) -> Select[Any]:
    names = (name for name in Reader.__dataclass_fields__ if name != "first")
    where = (_addresses.c.channel == CHANNEL, _addresses.c.pseudonym == bindparam("pseudonym"))
    joined = _people.join(_addresses, _addresses.c.person_id == _people.c.id)
    return select(*(_people.c[name] for name in names), *more).select_from(joined).where(*where)


# Put together once: each page asks at each sign.
_EVERYBODY = _who()
_VEILED = _who(over.kept(_people.c.id, over.ASKED)).where(~over.person(_people.c, over.ASKED), ~over.address(_addresses.c, over.ASKED))


def whose(tx: Tx, token: str) -> Reader | None:
    """Who reads by this token; `None` where nobody did anything yet, or nothing of them is left."""
    connection, pseudonym = tx.session.connection(), tx.vault.pseudonym(CHANNEL, token)
    if tx.veil is None:
        found = connection.execute(_EVERYBODY, {"pseudonym": pseudonym}).first()
        return Reader(*found) if found else None
    at = tx.veil.bounds()
    found = connection.execute(_VEILED, {"pseudonym": pseudonym, **at.asked()}).first()
    if found is None:
        return None
    *known, kept = found
    someone = Reader(*known)
    if not kept:
        someone.first = over.first_message(at)
    return someone


def shown_since(someone: Person | Reader) -> datetime:
    """From when on things may be shown: not what was cleared, nor what lies before a pause until they carry on (S77)."""
    return max(when for when in (someone.created_at, someone.cleared_at, someone.away_since) if when is not None)
