"""What waits in the outbox: for whom, and which row comes first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, func, select

from escalation.record.messages import CONTACT
from escalation.record.store import Tx
from escalation.record.tables import Address, OutboxRow, Person
from escalation.record.times import UtcDateTime

UNSENT = ("pending", "sending")

# Put together once: each bubble asks for them.
_LEFT = (OutboxRow.channel == bindparam("channel"), OutboxRow.state.in_(UNSENT))
_DUE = OutboxRow.not_before.is_(None) | (OutboxRow.not_before <= bindparam("now", type_=UtcDateTime()))
_RECIPIENTS = (
    select(OutboxRow.person_id, OutboxRow.staff_id)
    .where(OutboxRow.seq.in_(select(func.min(OutboxRow.seq)).where(*_LEFT).group_by(OutboxRow.person_id, OutboxRow.staff_id)))
    .where(OutboxRow.state == "pending", _DUE)
    .order_by(OutboxRow.urgent.desc(), OutboxRow.seq)
    .limit(2000)
)
_WHOSE = {
    "person": OutboxRow.person_id == bindparam("whose"),
    "staff": OutboxRow.staff_id == bindparam("whose"),
    CONTACT: OutboxRow.person_id.is_(None) & OutboxRow.staff_id.is_(None),
}
_OLDEST = {
    kind: select(OutboxRow, Address, Person)
    .outerjoin(Address, Address.id == OutboxRow.address_id)
    .outerjoin(Person, Person.id == OutboxRow.person_id)
    .where(theirs, *_LEFT)
    # Not by the bare number: it would lead through everything that was ever said to them to the few rows that are left.
    .order_by(OutboxRow.seq + 0)
    .limit(1)
    for kind, theirs in _WHOSE.items()
}
_ROW = select(OutboxRow).where(OutboxRow.id == bindparam("id"))


def recipients(tx: Tx, channel: str, now: datetime) -> list[str]:
    """Whoever's oldest row is due. One that waits holds back those behind it, so that they stay in order."""
    rows = tx.session.execute(_RECIPIENTS, {"channel": channel, "now": now}).all()
    return list(dict.fromkeys(_recipient(person, staff) for person, staff in rows))


def oldest(tx: Tx, channel: str, recipient: str) -> tuple[OutboxRow, Address | None, Person | None] | None:
    """The recipient's oldest row that is left, with the address it was written to and the young person it is for."""
    found = tx.session.execute(_OLDEST[_kind(recipient)], {"channel": channel, "whose": _id(recipient)}).first()
    return (found[0], found[1], found[2]) if found else None


def by_id(tx: Tx, row_id: str) -> OutboxRow | None:
    """The row; `None` where it was erased while it was on its way."""
    return tx.session.scalar(_ROW, {"id": row_id})


def take_back(tx: Tx, channel: str, recipient: str) -> None:
    """Rows of this recipient that are marked as being sent, and are not, go out again."""
    put_back(tx, {id for id, whose in being_sent(tx, channel).items() if whose == recipient})


def being_sent(tx: Tx, channel: str) -> dict[str, str]:
    """Rows that are marked as being sent, each with its recipient."""
    marked = select(OutboxRow.id, OutboxRow.person_id, OutboxRow.staff_id).where(OutboxRow.channel == channel, OutboxRow.state == "sending")
    return {id: _recipient(person, staff) for id, person, staff in tx.session.execute(marked)}


def put_back(tx: Tx, ids: Collection[str]) -> None:
    """These rows go out again, as far as they are still marked as being sent."""
    for row in tx.session.scalars(select(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.state == "sending")):
        row.state = "pending"


def _recipient(person: str | None, staff: str | None) -> str:
    return person or (f"staff:{staff}" if staff else CONTACT)


def _kind(recipient: str) -> str:
    """Whether it is somebody of the staff, the contact outside, or a young person."""
    if recipient.startswith("staff:"):
        return "staff"
    return CONTACT if recipient == CONTACT else "person"


def _id(recipient: str) -> str:
    return recipient.removeprefix("staff:")
