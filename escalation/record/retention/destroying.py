"""Destroying rows for good: the key first, then whatever points at it. What was destroyed is counted, never described (S71).

Tables are found by what they refer to, so that a new one is not forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, CursorResult, Table, delete, select, update

from escalation.record.ids import found_by_nobody, new_id
from escalation.record.retention import over
from escalation.record.store import Tx
from escalation.record.tables import Address, CaseRow, Concern, Destruction, InboxRow, OutboxRow, Person
from escalation.record.tables import Table as Mapped
from escalation.signals import parted

TABLES: list[Table] = list(reversed(Mapped.metadata.sorted_tables))
"""Every table, those that refer to others first."""
_PEOPLE, _CASES, _ADDRESSES, _INBOX, _OUTBOX = (cast(Table, mapped.__table__) for mapped in (Person, CaseRow, Address, InboxRow, OutboxRow))
OUTLIVE_THEIR_CASE = frozenset({OutboxRow.__tablename__, Concern.__tablename__})
"""Tables whose rows may belong to a case and have a time of their own: what was said to somebody, and what they complained of."""


class Destroyed:
    """Counts what one run destroys, in the transactions that destroy it."""

    def __init__(self, why: str, policy_version: str, now: datetime) -> None:
        """`why`: `over`, `asked` or `cleared`."""
        self._run_id, self._why, self._version, self._now = new_id(), why, policy_version, now
        self.counts = Counter[str]()

    def count(self, tx: Tx, what: str, how_many: int) -> int:
        """So many of this kind are gone; returned again."""
        if how_many == 0:
            return 0
        row = tx.session.scalar(select(Destruction).where(Destruction.run_id == self._run_id, Destruction.what == what))
        if row is None:
            row = Destruction(id=new_id(), run_id=self._run_id, at=self._now, what=what, why=self._why, how_many=0)
            row.policy_version = self._version
            tx.session.add(row)
        row.how_many += how_many
        self.counts[what] += how_many
        tx.session.flush()
        return how_many


def erase_keys(tx: Tx, person_ids: Collection[str]) -> None:
    """Erase the data keys of these people: from the commit on, no word of theirs can be read, wherever a copy of it lies."""
    tx.session.execute(update(_PEOPLE).where(_PEOPLE.c.id.in_(person_ids)).values(data_key_wrapped=b"", former_key_wrapped=None))
    for person_id in person_ids:
        tx.vault.forget_person(person_id)


def person(tx: Tx, person_id: str) -> None:
    """Delete everything of a person, their cases among it. Their key was erased before, or is gone with this."""
    theirs = select(_CASES.c.id).where(_CASES.c.person_id == person_id)
    _leave_places(tx, person_id)
    for table in TABLES:
        for column in _refers_to(table, _CASES):
            tx.session.execute(delete(table).where(column.in_(theirs)))
        for column in _refers_to(table, _PEOPLE):
            tx.session.execute(delete(table).where(column == person_id))
    tx.session.execute(delete(_PEOPLE).where(_PEOPLE.c.id == person_id))
    tx.signal(parted(person_id))
    tx.vault.forget_person(person_id)


def _leave_places(tx: Tx, person_id: str) -> None:
    """Where others wrote from before (they began afresh, or gave the place to a mover), the row stays with their words, and leads nowhere."""
    whose: dict[str, str] = {}
    for words in (_INBOX, _OUTBOX):
        others = select(_ADDRESSES.c.id, words.c.person_id).join(words, words.c.address_id == _ADDRESSES.c.id)
        others = others.where(_ADDRESSES.c.person_id == person_id, words.c.person_id != person_id).distinct()
        whose |= {row.id: row.person_id for row in tx.session.execute(others)}
    for address_id, other in whose.items():
        nowhere = update(_ADDRESSES).where(_ADDRESSES.c.id == address_id)
        since = {"last_used_at": _ADDRESSES.c.created_at}  # so that it keeps nobody for longer
        tx.session.execute(nowhere.values(person_id=other, pseudonym=found_by_nobody(), address_sealed=over.NOWHERE, **since))


def case(tx: Tx, case_id: str) -> None:
    """Delete a case and what belongs to it; alerts that went to staff among it. What was said stays for its own time."""
    for table in TABLES:
        for column in _refers_to(table, _CASES):
            if table.name in OUTLIVE_THEIR_CASE:
                tx.session.execute(delete(table).where(column == case_id, table.c.person_id.is_(None)))
                tx.session.execute(update(table).where(column == case_id).values({column: None}))
            else:
                tx.session.execute(delete(table).where(column == case_id))
    tx.session.execute(delete(_CASES).where(_CASES.c.id == case_id))


def rows(tx: Tx, table: type[Mapped], condition: ColumnElement[bool], limit: int | None = None) -> int:
    """Delete the rows of a table that fit, at most `limit`; returns how many there were. The condition is on the plain table."""
    plain = cast(Table, table.__table__)
    [key] = plain.primary_key.columns
    chosen = select(key).where(condition).limit(limit)  # in no order: asked for one, SQLite reads through the whole table in it
    return cast(CursorResult[Any], tx.session.execute(delete(plain).where(key.in_(chosen)))).rowcount


def _refers_to(table: Table, other: Any) -> list[Column[Any]]:
    return [key.parent for key in table.foreign_keys if key.column.table is other]
