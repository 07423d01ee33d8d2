"""What waits in the outbox: for whom, and which row comes first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, case, exists, func, select
from sqlalchemy.orm import aliased

from escalation.record import messages
from escalation.record.envelope import SealBroken
from escalation.record.messages import CONTACT
from escalation.record.store import Tx
from escalation.record.tables import Address, InboxRow, OutboxRow, Person
from escalation.record.times import UtcDateTime

UNSENT = ("pending", "sending")
NEWEST = 200
"""The app's ids of so many bubbles, and of so many messages, are looked up."""

# Put together once: each bubble asks for them.
_LEFT = (OutboxRow.channel == bindparam("channel"), OutboxRow.state.in_(UNSENT))
_DUE = OutboxRow.not_before.is_(None) | (OutboxRow.not_before <= bindparam("now", type_=UtcDateTime()))
# Who has something urgent has all of it sent as such: what stands before it must not hold it up.
_first = (
    select(func.min(OutboxRow.seq).label("seq"), func.max(case((OutboxRow.urgent, 1), else_=0)).label("pressing"))
    .where(*_LEFT)
    .group_by(OutboxRow.person_id, OutboxRow.staff_id)
    .subquery("who_has_something_unsent")
)
_RECIPIENTS = (
    select(OutboxRow.person_id, OutboxRow.staff_id, _first.c.pressing)
    .join(_first, OutboxRow.seq == _first.c.seq)
    .where(OutboxRow.state == "pending", _DUE)
    .order_by(_first.c.pressing.desc(), OutboxRow.seq)
    .limit(2000)
)
_behind = aliased(OutboxRow)


def _whose(row: type[OutboxRow], kind: str) -> ColumnElement[bool]:
    if kind == "person":
        return row.person_id == bindparam("whose")
    return row.staff_id == bindparam("whose") if kind == "staff" else row.person_id.is_(None) & row.staff_id.is_(None)


_OLDEST = {
    kind: select(
        OutboxRow,
        Address,
        Person,
        exists().where(_whose(_behind, kind), _behind.channel == bindparam("channel"), _behind.state.in_(UNSENT), _behind.urgent),
    )
    .outerjoin(Address, Address.id == OutboxRow.address_id)
    .outerjoin(Person, Person.id == OutboxRow.person_id)
    .where(_whose(OutboxRow, kind), *_LEFT)
    # Not by the bare number: it would lead through everything that was ever said to them to the few rows that are left.
    .order_by(OutboxRow.seq + 0)
    .limit(1)
    for kind in ("person", "staff", CONTACT)
}
_ROW = select(OutboxRow).where(OutboxRow.id == bindparam("id"))


def recipients(tx: Tx, channel: str, now: datetime) -> dict[str, bool]:
    """Whoever's oldest row is due, those first for whom anything is urgent, and whether it is. One that waits holds back those behind it,
    so that they stay in order."""
    rows = tx.session.execute(_RECIPIENTS, {"channel": channel, "now": now}).all()
    return {_recipient(person, staff): bool(pressing) for person, staff, pressing in rows}


def oldest(tx: Tx, channel: str, recipient: str) -> tuple[OutboxRow, Address | None, Person | None, bool] | None:
    """The recipient's oldest row that is left, with the address it was written to and the young person it is for, and whether it or one
    behind it is urgent."""
    found = tx.session.execute(_OLDEST[_kind(recipient)], {"channel": channel, "whose": _id(recipient)}).first()
    return (found[0], found[1], found[2], found[3]) if found else None


def by_id(tx: Tx, row_id: str) -> OutboxRow | None:
    """The row; `None` where it was erased while it was on its way."""
    return tx.session.scalar(_ROW, {"id": row_id})


def known_ids(tx: Tx, channel: str) -> list[str]:
    """The app's ids of the newest bubbles that the record knows as sent, and of the newest messages that came in."""
    # By the state too: then they are found by an index, however much was ever said.
    sent = select(OutboxRow.external_id).where(OutboxRow.channel == channel, OutboxRow.state == "sent")
    newest = tx.session.scalars(sent.order_by(OutboxRow.seq.desc()).limit(NEWEST))
    return [id for ids in newest if ids for id in ids.split(",")] + list(_heard_ids(tx, channel))


def _heard_ids(tx: Tx, channel: str) -> Iterator[str]:
    heard = select(InboxRow, Person).join(Person, Person.id == InboxRow.person_id).order_by(InboxRow.seq.desc()).limit(NEWEST)
    for row, someone in tx.session.execute(heard):
        with suppress(SealBroken):
            if row.channel == channel and (id := messages.body(tx, someone, row).get("id")):
                yield id


def take_back(tx: Tx, channel: str, recipient: str) -> None:
    """Rows of this recipient that are marked as being sent, and are not, go out again."""
    put_back(tx, {id for id, whose in being_sent(tx, channel).items() if whose == recipient})


def being_sent(tx: Tx, channel: str) -> dict[str, str]:
    """Rows that are marked as being sent, each with its recipient; what is urgent first."""
    marked = select(OutboxRow.id, OutboxRow.person_id, OutboxRow.staff_id).where(OutboxRow.channel == channel, OutboxRow.state == "sending")
    marked = marked.order_by(OutboxRow.urgent.desc(), OutboxRow.seq)
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
