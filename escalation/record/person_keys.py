"""A person's data key is renewed: they get a new one, what was sealed before is sealed anew in batches, and then the former one goes.

Meanwhile both open what they sealed, so that it can stop anywhere and go on later. Columns are found by their names, so that a new
table is not forgotten.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

from sqlalchemy import Column, Table, func, or_, select, update

from escalation.record import erasures
from escalation.record.envelope import NUMBER_AT, number_bytes
from escalation.record.store import Record, Tx
from escalation.record.tables import CaseRow, Person
from escalation.record.tables import Table as Mapped

_PEOPLE, _CASES = cast(Table, Person.__table__), cast(Table, CaseRow.__table__)
_SEALED = "_sealed"
AT_ONCE = 200
"""People, and fields of one person, that are done before others get their turn."""
OTHERS_END_WITHIN = 5.0
"""Seconds within which a transaction that has begun is over."""


@dataclass(slots=True)
class Renewed:
    """How many people got a new key, and how many fields were sealed anew."""

    people: int = 0
    fields: int = 0


def renew(record: Record, before: datetime, now: Callable[[], datetime], ids: Sequence[str] | None = None) -> Renewed:
    """Renew the keys of these people, or of all whose key was made before that moment, and of those with whom it was interrupted."""
    done, last = Renewed(), None
    while (some := ids or record.read(lambda tx: due(tx, before, AT_ONCE))) and some != last:
        begun = [one for one in some if record.insist(partial(begin, person_id=one, now=now()))]
        _wait(record)
        for one in begun:
            done.fields += _seal_all(record, one)
        _wait(record)
        for one in begun:
            done.fields += _seal_all(record, one)
            done.people += record.insist(partial(finish, person_id=one))
        last = some
    return done


def _seal_all(record: Record, person_id: str) -> int:
    done = 0
    while fields := record.insist(partial(seal_again, person_id=person_id, limit=AT_ONCE)):
        done += fields
    return done


def _wait(record: Record) -> None:
    # Where several write at once, who read the person before may still write by the former key, or read without the new one.
    if record.engine.dialect.name != "sqlite":
        time.sleep(OTHERS_END_WITHIN)


def due(tx: Tx, before: datetime, limit: int) -> list[str]:
    """The ids of people whose renewal has begun, and then of those whose key was made before that moment."""
    since = func.coalesce(_PEOPLE.c.key_since, _PEOPLE.c.created_at)
    chosen = select(_PEOPLE.c.id).where(_PEOPLE.c.data_key_wrapped != b"", or_(_PEOPLE.c.former_key_wrapped.is_not(None), since < before))
    return list(tx.session.scalars(chosen.order_by(_PEOPLE.c.former_key_wrapped.is_(None), _PEOPLE.c.id).limit(limit)))


def replace(tx: Tx, someone: Person, now: datetime) -> None:
    """Give them a new key under the next number. The one before is kept nowhere: whoever calls sees to what it sealed."""
    someone.data_key_wrapped = tx.vault.new_person_key(tx.session, someone.id)
    someone.key_number, someone.key_since = someone.key_number + 1, now


def begin(tx: Tx, person_id: str, now: datetime) -> bool:
    """Give them a new key, unless that has begun already. `False` where their key was erased meanwhile."""
    someone = tx.session.get(Person, person_id, with_for_update=True)
    digest = erasures.key_digest(tx, someone) if someone else None
    if someone is None or digest is None:
        return False
    if someone.former_key_wrapped is None:
        someone.former_keys = [*someone.former_keys, digest]
        someone.former_key_wrapped = someone.data_key_wrapped
        replace(tx, someone, now)
    return True


def seal_again(tx: Tx, person_id: str, limit: int) -> int:
    """Seal anew what the former key sealed, at most `limit` fields; returns how many there were."""
    someone, done = tx.session.get(Person, person_id), 0
    if someone is None or someone.former_key_wrapped is None:
        return 0
    for column, id_column in sealed_columns():
        place = f"{column.table.name}.{column.name.removesuffix(_SEALED)}"
        for id, envelope in _by_the_former(tx, someone, column, id_column, limit - done):
            anew = tx.vault.seal_for(someone, place, id, tx.vault.open_for(someone, place, id, envelope))
            same = update(column.table).where(id_column == id, column == envelope)
            tx.session.execute(same.values({column: anew}))
            done += 1
    return done


def finish(tx: Tx, person_id: str) -> bool:
    """Drop the former key, unless something is still sealed by it."""
    someone = tx.session.get(Person, person_id, with_for_update=True)
    if someone is None or someone.former_key_wrapped is None:
        return True
    if any(_by_the_former(tx, someone, column, id_column, 1) for column, id_column in sealed_columns()):
        return False
    someone.former_key_wrapped = None
    tx.vault.forget_person(person_id)
    return True


def sealed_columns() -> Iterator[tuple[Column[Any], Column[Any]]]:
    """Each column with words that are sealed for a person, and the column of the id that is bound into them."""
    for table in Mapped.metadata.sorted_tables:
        if (owner := _owner(table)) is not None:
            yield from ((column, table.c.get("id", owner)) for column in table.c if column.name.endswith(_SEALED))


def _owner(table: Table) -> Column[Any] | None:
    """The column that tells whose a row of this table is: their own, or else their case's."""
    return next((table.c[name] for name in ("person_id", "case_id") if name in table.c), None)


def _by_the_former(tx: Tx, someone: Person, column: Column[Any], id_column: Column[Any], limit: int) -> Sequence[tuple[str, bytes]]:
    """Id and envelope of the fields of this column that the former key sealed."""
    owner = _owner(column.table)
    if owner is None or limit <= 0:
        return ()
    theirs = owner == someone.id if owner.name == "person_id" else owner.in_(select(_CASES.c.id).where(_CASES.c.person_id == someone.id))
    by_the_former = func.substr(column, NUMBER_AT.start + 1, 4) == number_bytes(someone.key_number - 1)
    rows = tx.session.execute(select(id_column, column).where(theirs, by_the_former).limit(limit))
    return [(id, envelope) for id, envelope in rows]
