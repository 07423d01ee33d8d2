"""What was erased because somebody asked, remembered as keyed digests, so that restoring an older back-up erases it again.

What only came to the end of its time needs none: the retention runs over whatever is restored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from escalation.record.envelope import SealBroken
from escalation.record.retention import destroying
from escalation.record.retention.destroying import Destroyed
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.retention.whole import whole_case
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Erasure, InboxRow, OutboxRow, Person

_KEY = "key"
Rows = type[CaseRow] | type[InboxRow] | type[OutboxRow]


def note_key(tx: Tx, someone: Person, now: datetime) -> None:
    """This person's key is about to be erased, and with it those they had before, which older back-ups may hold.

    A key is known by itself, not by its wrapping, which may change.
    """
    present = key_digest(tx, someone)
    if present is not None:
        add(tx, dict.fromkeys((*someone.former_keys, present), now))


def note_rows(tx: Tx, table: Rows, ids: Iterable[str], now: datetime) -> None:
    """These rows of somebody whose key stays are about to be erased."""
    add(tx, {digest(tx, table.__tablename__, id): now for id in ids})


def known(tx: Tx) -> dict[str, datetime]:
    """Every digest, and since when."""
    return {row.digest: row.at for row in tx.session.scalars(select(Erasure))}


def add(tx: Tx, digests: Mapping[str, datetime]) -> None:
    """Remember these too; of what is known already, the later moment."""
    for digest, at in digests.items():
        row = tx.session.get(Erasure, digest)
        if row is None:
            tx.session.add(Erasure(digest=digest, at=at))
        else:
            row.at = max(row.at, at)
    tx.session.flush()


def together(some: Mapping[str, datetime], more: Mapping[str, datetime]) -> dict[str, datetime]:
    """What either of two lists knows, each with its later moment."""
    return {**some, **{digest: max(at, some.get(digest, at)) for digest, at in more.items()}}


def again(tx: Tx, digests: Collection[str], policy: RetentionPolicy, now: datetime) -> int:
    """Erase whatever is known by one of these digests, and return how many people, cases and messages that were.

    People lose their keys, which makes their words unreadable; the next run of the retention deletes their rows.
    """
    destroyed = Destroyed("asked", policy.version, now)
    gone = [one.id for one in tx.session.scalars(select(Person)) if key_digest(tx, one) in digests]
    destroying.erase_keys(tx, gone)
    for case_id in [*_found(tx, CaseRow, digests)]:
        whole_case(tx, policy, case_id, destroyed)
    for table in (InboxRow, OutboxRow):
        for row_id in [*_found(tx, table, digests)]:
            destroyed.count(tx, "message", destroying.rows(tx, table, _columns(table).id == row_id))
    return len(gone) + destroyed.counts.total()


def _found(tx: Tx, table: Rows, digests: Collection[str]) -> Iterator[str]:
    return (id for id in tx.session.scalars(select(_columns(table).id)) if digest(tx, table.__tablename__, id) in digests)


def key_digest(tx: Tx, someone: Person) -> str | None:
    """By what this person's present data key is recognised, and nobody; `None` where it was erased."""
    try:
        return digest(tx, _KEY, tx.vault.person_key(someone).secret.hex())
    except SealBroken:  # nobody can read them here, whatever becomes of the row
        return None


def digest(tx: Tx, what: str, which: str) -> str:
    """By what one of a kind is recognised, and nobody."""
    return tx.vault.pseudonym("erased", what, which)


def _columns(table: Rows) -> Any:
    return table.__table__.c
