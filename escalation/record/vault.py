"""The keys of an installation: one data key per person, one for the organisation, separate ones for pseudonyms and audit.

All are random, and stored wrapped by the master key (`BREAKWATER_DATA_KEY`), which is never stored. Erasing a person's
data key makes their words unreadable, wherever a copy of them may be.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from escalation.record.envelope import Key, SealBroken, keyed_digest, seal, unseal
from escalation.record.tables import KeyRow, Person

PURPOSES = ("organisation", "pseudonym", "audit")
_CACHED_PEOPLE = 2000


class Vault:
    """Seals and opens fields. Safe to use from several threads."""

    def __init__(self, master: bytes) -> None:
        self._master = Key(0, master)
        self._keys: dict[str, Key] = {}
        self._people: OrderedDict[str, tuple[bytes, Key]] = OrderedDict()
        self._lock = Lock()

    def load(self, session: Session) -> None:
        """Open the installation's keys, making those that are missing. Raises `SealBroken` for a wrong master key."""
        rows = {row.purpose: row for row in session.scalars(select(KeyRow).order_by(KeyRow.number))}
        for purpose in PURPOSES:
            row = rows.get(purpose) or self._make(session, purpose)
            self._keys[purpose] = Key(row.number, unseal(self._master, "keys.wrapped", purpose, row.wrapped))

    def _make(self, session: Session, purpose: str) -> KeyRow:
        wrapped = seal(self._master, "keys.wrapped", purpose, os.urandom(32))
        row = KeyRow(purpose=purpose, wrapped=wrapped, created_at=datetime.now(UTC))
        session.add(row)
        session.flush()
        return row

    def new_person_key(self, person_id: str) -> bytes:
        """A fresh data key for this person, wrapped, for `people.data_key_wrapped`."""
        return seal(self._master, "people.data_key_wrapped", person_id, os.urandom(32))

    def person_key(self, person: Person) -> Key:
        """The person's data key. Raises `SealBroken` when it was erased."""
        with self._lock:
            # Only for the row as it stands: its key may have been erased, or replaced in a transaction that was rolled back.
            wrapped, known = self._people.get(person.id, (b"", None))
            if known and wrapped == person.data_key_wrapped:
                self._people.move_to_end(person.id)
                return known
        if not person.data_key_wrapped:
            raise SealBroken("people.data_key_wrapped: this person's key was erased")
        key = Key(1, unseal(self._master, "people.data_key_wrapped", person.id, person.data_key_wrapped))
        with self._lock:
            self._people[person.id] = (person.data_key_wrapped, key)
            if len(self._people) > _CACHED_PEOPLE:
                self._people.popitem(last=False)
        return key

    def forget_person(self, person_id: str) -> None:
        """Drop an erased person's key from memory."""
        with self._lock:
            self._people.pop(person_id, None)

    def seal_for(self, person: Person, place: str, row_id: str, text: str) -> bytes:
        return seal(self.person_key(person), place, row_id, text.encode())

    def open_for(self, person: Person, place: str, row_id: str, envelope: bytes) -> str:
        return unseal(self.person_key(person), place, row_id, envelope).decode()

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
