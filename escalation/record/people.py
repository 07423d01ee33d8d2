"""Young people in the record: found by keyed pseudonym, known by nothing else."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import cast

from sqlalchemy import Table, Update, bindparam, select, update
from sqlalchemy.orm.attributes import set_committed_value

from escalation.record.ids import new_id
from escalation.record.retention import coming_back
from escalation.record.store import Tx
from escalation.record.tables import Address, Concern, ConversationRow, Person
from escalation.signals import parted

CODE_LETTERS = 8
DRILL = "drill"
"""The channel by which drills write."""

# Put together once: each message asks for them.
_WHO_WRITES = (
    select(Person, Address)
    .join(Address, Address.person_id == Person.id)
    .where(Address.channel == bindparam("channel"), Address.pseudonym == bindparam("pseudonym"))
)
_WHOSE = select(Address.person_id).where(Address.channel == bindparam("channel"), Address.pseudonym == bindparam("pseudonym"))
_THIS_PLACE = (
    select(Address.id)
    .where(Address.channel == bindparam("channel"), Address.pseudonym == bindparam("pseudonym"))
    .with_for_update(key_share=True)
)
_PLACES = select(Address.id).where(Address.person_id == bindparam("person_id")).order_by(Address.id).with_for_update(key_share=True)
_PERSON = select(Person).where(Person.id == bindparam("id"))
_STATE = select(ConversationRow.state_sealed).where(ConversationRow.person_id == bindparam("person_id"))
_conversations = cast(Table, ConversationRow.__table__)
_KEEP_STATE = update(_conversations).where(_conversations.c.person_id == bindparam("whose"))
_LAST_ADDRESS = (
    select(Address)
    .where(Address.person_id == bindparam("person_id"))
    .order_by(Address.last_used_at.desc(), Address.id.desc())
    .limit(1)
    .execution_options(autoflush=False)  # whatever changes an address flushes it
)
_REACHED_AT = _LAST_ADDRESS.with_only_columns(Address.id, Address.channel)
_addresses, _people = cast(Table, Address.__table__), cast(Table, Person.__table__)
_USED = update(_addresses).where(_addresses.c.id == bindparam("which"))
_SEEN = update(_people).where(_people.c.id == bindparam("which"))


def find(tx: Tx, channel: str, address: str) -> tuple[Person, Address] | None:
    """The person who writes from this address, or `None`."""
    found = tx.session.execute(_WHO_WRITES, {"channel": channel, "pseudonym": tx.vault.pseudonym(channel, address)}).first()
    return (found[0], found[1]) if found else None


def whose(tx: Tx, channel: str, address: str) -> str | None:
    """The id of the person who writes from this address."""
    return tx.session.scalar(_WHOSE, {"channel": channel, "pseudonym": tx.vault.pseudonym(channel, address)})


def find_or_create(tx: Tx, channel: str, address: str, now: datetime) -> tuple[Person, Address]:
    """The person who writes from this address; a new one where nobody did before.

    What is over of somebody who comes back is gone before anything new is stored, so that nothing of it shows again.
    """
    pseudonym = tx.vault.pseudonym(channel, address)
    if _beside_others(tx):
        tx.session.execute(_THIS_PLACE, {"channel": channel, "pseudonym": pseudonym})
    found = coming_back.recognise(tx, channel, pseudonym) or find(tx, channel, address)
    if found:
        _note(tx, found[1], _USED, last_used_at=now)
        return found
    someone_id = new_id()
    key = tx.vault.new_person_key(tx.session, someone_id)
    someone = Person(id=someone_id, code=code(tx, someone_id), data_key_wrapped=key, created_at=now, age_band="unknown", easy_read=False)
    tx.session.add(someone)
    tx.session.flush()
    return someone, add_address(tx, someone, channel, address, now)


def hold_places(tx: Tx, someone: Person) -> None:
    """Until this transaction ends nothing is stored of what this person writes, so that it is stored by the key, and for whoever is there,
    that it leaves behind."""
    if _beside_others(tx):
        tx.session.execute(_PLACES, {"person_id": someone.id})


def _beside_others(tx: Tx) -> bool:
    """Whether others may write at the same time: SQLite has one writer."""
    return tx.session.get_bind().dialect.name != "sqlite"


def part(tx: Tx, someone: Person, turned_down: list[str], now: datetime) -> Person:
    """Let the address that this person wrote from last be somebody new's, and return them. Only how to speak to them is taken along."""
    address = last_address(tx, someone.id)
    if address is None:
        raise KeyError(someone.id)
    where, id = open_address(tx, address.id), new_id()
    key = tx.vault.new_person_key(tx.session, id)
    new = Person(id=id, data_key_wrapped=key, created_at=now, age_band="unknown", easy_read=someone.easy_read)
    new.language, new.turned_down, new.last_seen_at, new.code = someone.language, turned_down, now, code(tx, id)
    tx.session.add(new)
    tx.session.flush()
    tx.signal(parted(someone.id))
    address.person_id, address.last_used_at = new.id, now
    address.address_sealed = tx.vault.seal_for(new, "addresses.address", address.id, where)
    tx.session.flush()
    return new


def add_address(tx: Tx, someone: Person, channel: str, address: str, now: datetime) -> Address:
    """One more address at which this person can be reached. Whoever was reached there, and is not any more, gives way."""
    coming_back.give_way(tx, channel, tx.vault.pseudonym(channel, address))
    row_id = new_id()
    row = Address(
        id=row_id,
        person_id=someone.id,
        channel=channel,
        pseudonym=tx.vault.pseudonym(channel, address),
        address_sealed=tx.vault.seal_for(someone, "addresses.address", row_id, address),
        created_at=now,
        last_used_at=now,
    )
    tx.session.add(row)
    tx.session.flush()
    return row


def is_drill(tx: Tx, person_id: str) -> bool:
    """Whether nobody is behind this person: a drill wrote."""
    return tx.session.scalar(select(Address.id).where(Address.person_id == person_id, Address.channel == DRILL)) is not None


def person(tx: Tx, person_id: str) -> Person:
    """The person with this id. Raises `KeyError`."""
    row = tx.at_hand(Person, person_id) or tx.session.scalar(_PERSON, {"id": person_id})
    if row is None:
        raise KeyError(person_id)
    return row


def code(tx: Tx, person_id: str) -> str:
    """The code by which a person is named outside the chat, when they ask for access or erasure, such as `K7QM-2XPR`.

    It opens nothing, and nobody can tell from it who they are.
    """
    digest = bytes.fromhex(tx.vault.pseudonym("person_code", person_id))
    letters = base64.b32encode(digest).decode()[:CODE_LETTERS]
    return f"{letters[:4]}-{letters[4:]}"


def by_code(tx: Tx, given: str) -> Person:
    """The person with this code, however it is typed. Raises `KeyError`."""
    meant = "".join(given.upper().split()).replace("-", "")
    meant = f"{meant[:4]}-{meant[4:]}"
    if found := tx.session.scalars(select(Person).where(Person.code == meant).limit(1)).first():
        return found
    for person_id in tx.session.scalars(select(Person.id).where(Person.code.is_(None))):  # who came before codes were kept
        if code(tx, person_id) == meant:
            return person(tx, person_id)
    raise KeyError(given)


def last_address(tx: Tx, person_id: str) -> Address | None:
    """The address the person last wrote from."""
    return tx.session.scalar(_LAST_ADDRESS, {"person_id": person_id})


def reached_at(tx: Tx, person_id: str) -> tuple[str, str] | None:
    """The id and the channel of the address the person last wrote from."""
    found = tx.session.execute(_REACHED_AT, {"person_id": person_id}).first()
    return (found[0], found[1]) if found else None


def seen(tx: Tx, someone: Person, now: datetime) -> None:
    """Note that they were here."""
    _note(tx, someone, _SEEN, last_seen_at=now)


def _note(tx: Tx, row: Person | Address, change: Update, **to: datetime) -> None:
    """Change one row at once; the session takes several times as long for what each message changes."""
    tx.session.connection().execute(change, {"which": row.id, **to})
    for name, value in to.items():
        set_committed_value(row, name, value)


def open_address(tx: Tx, address_id: str) -> str:
    """The address itself, for the channel that delivers to it."""
    row = tx.session.get_one(Address, address_id)
    return tx.vault.open_for(person(tx, row.person_id), "addresses.address", row.id, row.address_sealed)


def named_in_concerns(tx: Tx, person_id: str) -> list[str]:
    """The ids of the members of staff about whom this person raised a concern, or whom they said no to before they began afresh:
    they are offered no case of theirs."""
    about = select(Concern.about_staff_id).where(Concern.person_id == person_id, Concern.about_staff_id.is_not(None))
    named = (staff_id for staff_id in tx.session.scalars(about.distinct()) if staff_id)
    return list(dict.fromkeys((*named, *person(tx, person_id).turned_down)))


def load_conversation(tx: Tx, someone: Person) -> str | None:
    """The dialogue's state as JSON, or `None` before the first turn."""
    sealed = tx.session.connection().execute(_STATE, {"person_id": someone.id}).scalar()
    return tx.vault.open_for(someone, "conversations.state", someone.id, sealed) if sealed else None


def save_conversation(tx: Tx, someone: Person, state: str, turn: int, now: datetime) -> None:
    """Keep the dialogue's state."""
    sealed = tx.vault.seal_for(someone, "conversations.state", someone.id, state)
    to = {"turn": turn, "state_sealed": sealed, "updated_at": now}
    tx.session.flush()
    if not tx.session.connection().execute(_KEEP_STATE, {"whose": someone.id, **to}).rowcount:
        tx.session.add(ConversationRow(person_id=someone.id, **to))
