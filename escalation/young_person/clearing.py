"""Clearing a chat: what an app lets a bot delete goes from the phone, and where no record has to be kept, the words go for good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, select

from escalation import cases
from escalation.context import Service
from escalation.ending import check_ins
from escalation.phone.forgetting import TO_DELETE
from escalation.record import erasures, messages, parting, people, person_keys
from escalation.record.ids import new_id
from escalation.record.messages import UNSEND
from escalation.record.retention import over
from escalation.record.retention.destroying import Destroyed
from escalation.record.store import Tx
from escalation.record.tables import Address, Concern, ConversationRow, InboxRow, OutboxRow, Person

ON_ITS_WAY = ("pending", "sending")


def clear(tx: Tx, service: Service, someone: Person, now: datetime) -> None:
    """They asked for it. Nothing of before shows any more; with no case and no concern, nothing of before is left either."""
    tx.session.flush()
    take_back(tx, service, someone, now)
    someone.cleared_at = now
    check_ins.stop(tx, service, someone, now)
    if must_keep(tx, someone):
        parting.note_cleared(tx, someone, now)
    else:
        _start_afresh(tx, service, someone, now)


def must_keep(tx: Tx, someone: Person) -> bool:
    """Whether there is a record that clearing the chat does not touch."""
    concern = select(Concern.id).where(Concern.person_id == someone.id).limit(1)
    return cases.latest_case(tx, someone.id) is not None or tx.session.scalar(concern) is not None


def take_back(tx: Tx, service: Service, someone: Person, now: datetime) -> None:
    """Ask each app to delete what was said on either side, as far back as it lets a bot do so."""
    for address_id, channel, message_id in _on_the_phones(tx, service, someone, now):
        address = tx.session.get(Address, address_id)
        if address is None or address.address_sealed == over.NOWHERE:  # erased with whoever wrote from there after them
            continue
        row_id = new_id()
        sealed = tx.vault.seal_own("outbox.body", row_id, json.dumps(people.open_address(tx, address_id)))
        row = OutboxRow(id=row_id, channel=channel, speaker=UNSEND, body_sealed=sealed, state=TO_DELETE, created_at=now)
        row.external_id = message_id
        tx.session.add(row)
    tx.session.flush()


def where_to(tx: Tx, row: OutboxRow) -> str:
    """The chat in which a row of `take_back` asks to delete."""
    address: str = json.loads(tx.vault.open_own("outbox.body", row.id, row.body_sealed))
    return address


def _on_the_phones(tx: Tx, service: Service, someone: Person, now: datetime) -> Iterator[tuple[str, str, str]]:
    for app in service.apps.values():
        if app.deletes_for is not None:
            yield from _on_the_phone(tx, someone, app.name, now - app.deletes_for)


def _on_the_phone(tx: Tx, someone: Person, channel: str, since: datetime) -> Iterator[tuple[str, str, str]]:
    """Address, channel and the app's id of each message that is still young enough."""
    said = select(OutboxRow).where(OutboxRow.person_id == someone.id, OutboxRow.state == "sent", OutboxRow.sent_at > since)
    for row in tx.session.scalars(said.where(OutboxRow.channel == channel).order_by(OutboxRow.seq)):
        if row.address_id and row.external_id:
            yield row.address_id, row.channel, row.external_id
    heard = select(InboxRow).where(InboxRow.person_id == someone.id, InboxRow.received_at > since)
    for heard_row in tx.session.scalars(heard.where(InboxRow.channel == channel).order_by(InboxRow.seq)):
        if message_id := messages.body(tx, someone, heard_row).get("id"):
            yield heard_row.address_id, heard_row.channel, message_id


def _start_afresh(tx: Tx, service: Service, someone: Person, now: datetime) -> None:
    """Only what has still to be read or sent, and where to, goes on, under a new key; the old key is gone, and so is all the rest."""
    people.hold_places(tx, someone)
    destroyed = Destroyed("cleared", service.retention.version, now)
    kept = [*_going_on(tx, someone)]
    opened = [(row, column, place, id, tx.vault.open_for(someone, place, id, getattr(row, column))) for row, column, place, id in kept]
    gone = tx.session.scalars(
        delete(InboxRow).where(InboxRow.person_id == someone.id, InboxRow.handled_at.is_not(None)).returning(InboxRow.id)
    )
    answered = delete(OutboxRow).where(OutboxRow.person_id == someone.id, OutboxRow.state.not_in(ON_ITS_WAY)).returning(OutboxRow.id)
    destroyed.count(tx, "message", len(gone.all()) + len(tx.session.scalars(answered).all()))
    erasures.note_key(tx, someone, now)
    person_keys.replace(tx, someone, now)
    someone.former_key_wrapped, someone.former_keys = None, []
    for row, column, place, id, text in opened:
        setattr(row, column, tx.vault.seal_for(someone, place, id, text))
    someone.age_band, someone.area, someone.safe_from, someone.safe_until = "unknown", None, None, None
    tx.session.flush()


def _going_on(tx: Tx, someone: Person) -> Iterator[tuple[object, str, str, str]]:
    """What stays sealed for this person: row, column, place and id."""
    for address in tx.session.scalars(select(Address).where(Address.person_id == someone.id)):
        yield address, "address_sealed", "addresses.address", address.id
    for row in messages.unhandled(tx, someone.id):
        yield row, "body_sealed", "inbox.body", row.id
    for said in tx.session.scalars(select(OutboxRow).where(OutboxRow.person_id == someone.id, OutboxRow.state.in_(ON_ITS_WAY))):
        yield said, "body_sealed", "outbox.body", said.id
    if (state := tx.session.get(ConversationRow, someone.id)) is not None:
        yield state, "state_sealed", "conversations.state", someone.id
