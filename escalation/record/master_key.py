"""The master key is changed while the service runs: every wrapped key is wrapped again, in batches, and then the old one is forgotten.

Between the two both keys open the record, each by the other's wrapping in `master_keys`, so that a program that has either goes on.
What cannot change is the pseudonym key (return codes, code words and sessions are kept as digests only, and could not be made
anew) and the audit key (the chain is made of it): they are wrapped again like the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Table, and_, func, select, update

from escalation.record import audit
from escalation.record.envelope import NUMBER_AT, Key, key_name, number_bytes, seal
from escalation.record.store import Record, Tx
from escalation.record.tables import KeyRow, MasterKey, Person
from escalation.record.vault import master_rows

AT_ONCE = 200
"""People whose keys are wrapped in one transaction."""
PAUSE = 0.02
"""Seconds between two batches, in which others may write."""
SEEN_WITHIN = timedelta(minutes=5)
"""A running program looks for a changed key each minute, so that after this time each has seen it."""

_PEOPLE, _KEYS = cast(Table, Person.__table__), cast(Table, KeyRow.__table__)
_WRAPPED: dict[Column[Any], tuple[str, Column[Any]]] = {
    _KEYS.c.wrapped: ("keys.wrapped", _KEYS.c.purpose),
    _PEOPLE.c.data_key_wrapped: ("people.data_key_wrapped", _PEOPLE.c.id),
    _PEOPLE.c.former_key_wrapped: ("people.data_key_wrapped", _PEOPLE.c.id),
}
"""Each column of wrapped keys, with the place and the id that are bound into them."""


class KeyChangeError(Exception):
    """A key cannot be changed now; the message is one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class State:
    """How things stand. `name`: of the newest master key; `given`: whether it is the one of the settings; `left`: how many keys are
    still wrapped by another; `done_at`: since when none is; `old_kept`: whether the one before still opens the record."""

    name: str
    since: datetime | None
    given: bool
    left: int
    done_at: datetime | None
    old_kept: bool


def state(tx: Tx) -> State:
    """How things stand with the master key."""
    newest = next(reversed(master_rows(tx.session)), None)
    key = tx.vault.newest
    left = sum(
        tx.session.scalar(select(func.count()).select_from(column.table).where(_by_another(column, key))) or 0 for column in _WRAPPED
    )
    since, done = (newest.since, newest.done_at) if newest else (None, None)
    return State(key_name(key.secret), since, tx.vault.is_given(key), left, done, bool(newest and newest.handed_back))


def change(record: Record, new: bytes, now: Callable[[], datetime], told: Callable[[int], object] = lambda wrapped: None) -> None:
    """Wrap everything by the key `new` from now on, or go on where that was interrupted. `told` gets how many each batch was.

    Raises `KeyChangeError` where another change is not over.
    """
    record.write(lambda tx: _begin(tx, new, now()))
    record.vault.look_again()
    while wrapped := record.insist(_wrap_batch):
        told(wrapped)
        time.sleep(PAUSE)
    record.write(lambda tx: _done(tx, now()))


def forget(record: Record, now: datetime, *, stopped: bool = False) -> None:
    """Forget the key before: from here on it opens nothing of the record but older back-ups. `stopped`: no program runs on it.

    Raises `KeyChangeError` where that would leave something or somebody behind.
    """
    record.insist(lambda tx: _forget(tx, now, stopped))
    record.fold_in()


def at_once(record: Record, new: bytes, now: datetime) -> None:
    """The whole change, where nobody else has the record open."""
    if record.read(state).old_kept:
        change(record, record.vault.newest.secret, lambda: now)
        record.write(lambda tx: _drop(tx, now))
    change(record, new, lambda: now)
    record.write(lambda tx: _drop(tx, now))


def _begin(tx: Tx, new: bytes, now: datetime) -> None:
    rows, old, name = list(master_rows(tx.session)), tx.vault.newest, key_name(new)
    if rows and rows[-1].name == name:
        return
    if any(row.name == name for row in rows) or name == key_name(old.secret):
        raise KeyChangeError("this key was in use before: make a new one with `breakwater new-key`")
    if rows and rows[-1].handed_back:
        raise KeyChangeError(
            f"the change to key {rows[-1].name} is not over: go on with that one, and then run `breakwater keys forget-old`"
        )
    if not rows:
        tx.session.add(MasterKey(number=old.number, name=key_name(old.secret), since=now, done_at=now))
    row = MasterKey(number=old.number + 1, name=name, since=now)
    row.handed_on = seal(old, "master_keys.handed_on", name, new)
    row.handed_back = seal(Key(row.number, new), "master_keys.handed_back", name, old.secret)
    tx.session.add(row)
    audit.note(tx, "master_key_changed", now)


def _wrap_batch(tx: Tx) -> int:
    """Wrap the next keys by the newest master key; returns how many there were."""
    wrapped = 0
    for column, (place, bound) in _WRAPPED.items():
        chosen = select(bound, column).where(_by_another(column, tx.vault.newest)).limit(AT_ONCE - wrapped)
        for id, old in tx.session.execute(chosen).all():
            anew = tx.vault.wrap(place, id, tx.vault.unwrap(place, id, old))
            # Only as it was read: it may have been erased meanwhile.
            tx.session.execute(update(column.table).where(bound == id, column == old).values({column: anew}))
            wrapped += 1
    return wrapped


def _by_another(column: Column[Any], key: Key) -> ColumnElement[bool]:
    return and_(column != b"", func.substr(column, NUMBER_AT.start + 1, 4) != number_bytes(key.number))


def _done(tx: Tx, now: datetime) -> None:
    newest = master_rows(tx.session)[-1]
    newest.done_at = newest.done_at or now


def _forget(tx: Tx, now: datetime, stopped: bool) -> None:
    found = state(tx)
    if not found.old_kept:
        raise KeyChangeError("there is no old key to forget")
    if not found.given:
        raise KeyChangeError(
            f"the settings still give the old key: set the new one ({found.name}), start the service again, and then forget"
        )
    if found.done_at is None:
        raise KeyChangeError("not everything is wrapped by the new key yet: run `breakwater keys rotate` again to its end")
    if not stopped and now < found.done_at + SEEN_WITHIN:
        raise KeyChangeError(f"wait until {found.done_at + SEEN_WITHIN:%H:%M} UTC, so that every running program has seen the new key")
    while _wrap_batch(tx):
        pass
    _drop(tx, now)


def _drop(tx: Tx, now: datetime) -> None:
    newest = master_rows(tx.session)[-1]
    newest.handed_on = newest.handed_back = None
    audit.note(tx, "master_key_forgotten", now)
