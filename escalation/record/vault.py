"""The keys of an installation: one data key per person, one for the organisation, separate ones for pseudonyms and audit.

All are random, and stored wrapped by the master key (`BREAKWATER_DATA_KEY`), which is never stored in the clear. Erasing a
person's data key makes their words unreadable, wherever a copy of them may be.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from escalation.record.envelope import Key, SealBroken, key_name, key_number, keyed_digest, seal, unseal
from escalation.record.tables import KeyRow, MasterKey, Person

PURPOSES = ("organisation", "pseudonym", "audit")
_CACHED_PEOPLE = 2000
_PERSON_KEY = "people.data_key_wrapped"


class HasKey(Protocol):
    """Somebody's id and keys, as `Person` has them: enough to open what was sealed for them."""

    @property
    def id(self) -> str: ...
    @property
    def data_key_wrapped(self) -> bytes: ...
    @property
    def key_number(self) -> int: ...
    @property
    def former_key_wrapped(self) -> bytes | None: ...


class Vault:
    """Seals and opens fields. Safe to use from several threads.

    `look` reads the rows of `master_keys` as they are committed, from a connection of its own: a key that was changed while this
    program runs is found there.
    """

    def __init__(self, master: bytes, look: Callable[[], Sequence[MasterKey]] = tuple) -> None:
        self._given = master
        self._look = look
        self._masters: dict[int, Key] = {}
        self._keys: dict[str, Key] = {}
        self._people: OrderedDict[tuple[str, bytes], Key] = OrderedDict()
        self._lock = Lock()

    def load(self, session: Session) -> None:
        """Open the installation's keys, making those that are missing. Raises `SealBroken` for a wrong master key."""
        self.learn(master_rows(session))
        rows = {row.purpose: row for row in session.scalars(select(KeyRow).order_by(KeyRow.number))}
        for purpose in PURPOSES:
            row = rows.get(purpose) or self._make(session, purpose)
            self._keys[purpose] = Key(row.number, self.unwrap("keys.wrapped", purpose, row.wrapped))

    def _make(self, session: Session, purpose: str) -> KeyRow:
        row = KeyRow(purpose=purpose, wrapped=self.wrap("keys.wrapped", purpose, os.urandom(32)), created_at=datetime.now(UTC))
        session.add(row)
        session.flush()
        return row

    def learn(self, rows: Sequence[MasterKey]) -> None:
        """Take in the master keys that can be opened with those at hand. Raises `SealBroken` where the given one was never in use here."""
        own = next((row.number for row in rows if row.name == key_name(self._given)), 0 if not rows else None)
        if own is None:
            raise SealBroken("master_keys: the master key at hand was never in use here")
        with self._lock:
            masters = self._masters | {own: Key(own, self._given)}
            for row in rows:
                if row.handed_on and row.number - 1 in masters and row.number not in masters:
                    masters[row.number] = Key(row.number, unseal(masters[row.number - 1], "master_keys.handed_on", row.name, row.handed_on))
            for row in reversed(rows):
                if row.handed_back and row.number in masters and row.number - 1 not in masters:
                    before = unseal(masters[row.number], "master_keys.handed_back", row.name, row.handed_back)
                    masters[row.number - 1] = Key(row.number - 1, before)
            self._masters = masters

    def look_again(self) -> None:
        """Learn of a master key that was changed meanwhile."""
        self.learn(self._look())

    @property
    def newest(self) -> Key:
        """The master key that wraps everything from now on."""
        return self._masters[max(self._masters)]

    @property
    def masters(self) -> tuple[bytes, ...]:
        """Every master key at hand, the newest first."""
        return tuple(self._masters[number].secret for number in sorted(self._masters, reverse=True))

    def is_given(self, key: Key) -> bool:
        """Whether this is the master key that the settings give."""
        return key.secret == self._given

    def wrap(self, place: str, row_id: str, secret: bytes) -> bytes:
        """Seal a key with the newest master key."""
        return seal(self.newest, place, row_id, secret)

    def unwrap(self, place: str, row_id: str, wrapped: bytes) -> bytes:
        """Open a wrapped key, whichever master key wrapped it. Raises `SealBroken`."""
        number = key_number(wrapped)
        if number not in self._masters:
            self.look_again()
        return unseal(self._masters.get(number, self.newest), place, row_id, wrapped)

    def new_person_key(self, session: Session, person_id: str) -> bytes:
        """A fresh data key for this person, wrapped, for `people.data_key_wrapped`."""
        # Nothing may be wrapped by a key that is on its way out, so this transaction's own sight of the table decides.
        if (session.scalar(select(func.max(MasterKey.number))) or 0) not in self._masters:
            self.learn(master_rows(session))
        return self.wrap(_PERSON_KEY, person_id, os.urandom(32))

    def person_key(self, person: HasKey, number: int | None = None) -> Key:
        """The person's data key, or the former one where `number` is its own. Raises `SealBroken` when it was erased."""
        if not person.data_key_wrapped:
            raise SealBroken("people.data_key_wrapped: this person's key was erased")
        if number == person.key_number - 1 and person.former_key_wrapped:
            return self._person_key(person.id, number, person.former_key_wrapped)
        return self._person_key(person.id, person.key_number, person.data_key_wrapped)

    def _person_key(self, person_id: str, number: int, wrapped: bytes) -> Key:
        # Under its wrapping, since a key may be erased, or replaced in a transaction that is rolled back.
        with self._lock:
            if known := self._people.get((person_id, wrapped)):
                self._people.move_to_end((person_id, wrapped))
                return known
        key = Key(number, self.unwrap(_PERSON_KEY, person_id, wrapped))
        with self._lock:
            self._people[person_id, wrapped] = key
            if len(self._people) > _CACHED_PEOPLE:
                self._people.popitem(last=False)
        return key

    def forget_person(self, person_id: str) -> None:
        """Drop an erased person's keys from memory."""
        with self._lock:
            for known in [known for known in self._people if known[0] == person_id]:
                del self._people[known]

    def seal_for(self, person: Person, place: str, row_id: str, text: str) -> bytes:
        return seal(self.person_key(person), place, row_id, text.encode())

    def open_for(self, person: HasKey, place: str, row_id: str, envelope: bytes) -> str:
        return unseal(self.person_key(person, key_number(envelope)), place, row_id, envelope).decode()

    def seal_own(self, place: str, row_id: str, text: str) -> bytes:
        """Seal something that belongs to the organisation (staff data, staff alerts)."""
        return seal(self._keys["organisation"], place, row_id, text.encode())

    def open_own(self, place: str, row_id: str, envelope: bytes) -> str:
        return unseal(self._keys["organisation"], place, row_id, envelope).decode()

    def pseudonym(self, *parts: str) -> str:
        """The keyed pseudonym under which an address, a return code or a session token is found."""
        return keyed_digest(self._keys["pseudonym"].secret, *parts)

    def audit_link(self, *parts: str) -> str:
        """The keyed digest of one audit entry together with the link before it."""
        return keyed_digest(self._keys["audit"].secret, *parts)


def master_rows(session: Session) -> Sequence[MasterKey]:
    """The master keys that were in use, oldest first, as this transaction sees them."""
    return session.scalars(select(MasterKey).order_by(MasterKey.number).execution_options(populate_existing=True)).all()
