"""One run of the retention: everything whose time is over is destroyed, a few rows at a time, so that nobody waits for it.

A run that dies half-way is finished by the next one: it looks at what is there, and not at what was planned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from escalation.record import audit
from escalation.record.retention import destroying, housekeeping, over
from escalation.record.retention.destroying import Destroyed
from escalation.record.retention.over import Bounds
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.retention.stamping import stamp, times
from escalation.record.retention.whole import whole_case, whole_person
from escalation.record.store import Record, Tx
from escalation.record.tables import Address, CaseRow, Concern, InboxRow, OutboxRow, Person
from escalation.record.tables import Table as Mapped

AT_ONCE = 100
"""Rows of one transaction."""

Step = Callable[[Tx], int]
"""Destroys a few rows and returns how many; 0 once there are none left."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A case that a hold keeps: since when, when it is looked at again, and since when its time would have been over."""

    case_id: str
    since: datetime
    review_at: datetime | None
    over_since: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a run would destroy now, by kind, and what holds keep."""

    over: Counter[str]
    held: tuple[Hold, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What a run destroyed, by kind. `folded_in` is false where older pages are still in the write-ahead log: somebody was reading."""

    destroyed: Counter[str]
    folded_in: bool


def run(record: Record, policy: RetentionPolicy, now: datetime) -> Done:
    """Destroy what is over at `now`."""
    stamp(record, policy)
    at, destroyed = Bounds.of(policy, now), Destroyed("over", policy.version, now)
    while record.insist(lambda tx: _erase_keys(tx, at)):
        pass
    record.fold_in()
    while erased := record.read(_erased):
        for person_id in erased:
            record.insist(partial(whole_person, policy=policy, person_id=person_id, destroyed=destroyed))
    for step in _steps(policy, at, destroyed):
        while record.insist(step):
            pass
    return Done(destroyed.counts, record.fold_in())


def report(tx: Tx, policy: RetentionPolicy, now: datetime) -> Report:
    """What a run would do now. Nothing is changed."""
    at, counted, held = Bounds.of(policy, now), Counter[str](), []
    for time in times(tx, policy):
        ended = time.expires_at is not None and time.expires_at <= now
        if time.row.held_at is not None:
            held.append(Hold(time.row.id, time.row.held_at, time.row.hold_review_at, time.expires_at if ended else None))
        elif ended:
            counted[time.kind] += 1
    counted["chat"] = _count(tx, Person, over.person(_columns(Person), at))
    for kind, table, condition in (*_words(at), *housekeeping.finished(policy, now)):
        counted[kind] += _count(tx, table, condition)
    counted["audit"] = audit.count_before(tx, now - policy.audit.length)
    return Report(+counted, tuple(held))


def _steps(policy: RetentionPolicy, at: Bounds, destroyed: Destroyed) -> Iterator[Step]:
    yield lambda tx: _cases(tx, policy, at, destroyed)
    for kind, table, condition in (*_words(at), *housekeeping.finished(policy, at.now)):
        yield _deleting(destroyed, kind, table, condition)
    yield lambda tx: destroyed.count(tx, "audit", audit.cut(tx, at.now - policy.audit.length, AT_ONCE))
    yield lambda tx: housekeeping.staff_accounts(tx, policy, at.now, destroyed)


def _erase_keys(tx: Tx, at: Bounds) -> int:
    """First of all the keys, of many people at once: that makes their words unreadable in every copy of the database."""
    row = _columns(Person)
    ids = list(tx.session.scalars(select(row.id).where(over.person(row, at), row.data_key_wrapped != b"").limit(AT_ONCE)))
    destroying.erase_keys(tx, ids)
    return len(ids)


def _erased(tx: Tx) -> list[str]:
    """People whose key is erased: everything that is theirs goes."""
    row = _columns(Person)
    return list(tx.session.scalars(select(row.id).where(row.data_key_wrapped == b"").limit(AT_ONCE)))


def _cases(tx: Tx, policy: RetentionPolicy, at: Bounds, destroyed: Destroyed) -> int:
    """One case of somebody of whom something else is kept."""
    row = _columns(CaseRow)
    case_id = tx.session.scalar(select(row.id).where(over.case(row, at)).limit(1))
    if case_id is None:
        return 0
    whole_case(tx, policy, case_id, destroyed)
    return 1


def _words(at: Bounds) -> Iterator[tuple[str, type[Mapped], ColumnElement[bool]]]:
    """What was said, complained of, and where somebody wrote from, past its own time."""
    heard, said, concern, address = (_columns(table) for table in (InboxRow, OutboxRow, Concern, Address))
    yield "message", InboxRow, over.message(heard, heard.received_at, at)
    yield "message", OutboxRow, said.person_id.is_not(None) & over.message(said, said.created_at, at)
    yield "concern", Concern, over.concern(concern, at)
    named = or_(*(exists().where(words.address_id == address.id) for words in (heard, said)))
    yield "address", Address, over.unused_address(address, at) & ~named


def _deleting(destroyed: Destroyed, kind: str, table: type[Mapped], condition: ColumnElement[bool]) -> Step:
    return lambda tx: destroyed.count(tx, kind, destroying.rows(tx, table, condition, AT_ONCE))


def _count(tx: Tx, table: type[Mapped], condition: ColumnElement[bool]) -> int:
    return tx.session.scalar(select(func.count()).select_from(table.__table__).where(condition)) or 0


def _columns(table: type[Mapped]) -> Any:
    """The columns of the plain table, which nothing is hidden from."""
    return table.__table__.c
