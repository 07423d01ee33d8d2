"""Limits that hold for every process and after a restart: tries of codes and passwords, and new people from one network address.

They are counted in the record, under keyed digests, in stretches of time; of the stretch before, the part counts that still lies
within the time. What only protects one process (how fast one page sends) is counted in its memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from escalation.record.store import Tx
from escalation.record.tables import Tries


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries of this kind within a time."""

    what: str
    at_most: int
    within: timedelta


def wait(tx: Tx, limit: Limit, who: str, now: datetime) -> int:
    """Whole seconds until `who` may try again; 0 where they may now."""
    number, begun = _stretch(limit, now)
    here, before = (tx.session.get(Tries, _id(tx, limit, who, one)) for one in (number, number - 1))
    passed = (now - begun) / limit.within
    counted = (here.number if here else 0) + (before.number if before else 0) * (1 - passed)
    return 0 if counted + 1 <= limit.at_most else max(1, ceil((begun + limit.within - now).total_seconds()))


def count(tx: Tx, limit: Limit, who: str, now: datetime) -> None:
    """One more try."""
    number, begun = _stretch(limit, now)
    row = {"id": _id(tx, limit, who, number), "number": 1, "until": begun + 2 * limit.within}
    kind: Any = sqlite if tx.session.get_bind().dialect.name == "sqlite" else postgresql
    more = {"number": Tries.number + 1}
    tx.session.execute(kind.insert(Tries).values(row).on_conflict_do_update(index_elements=[Tries.id], set_=more))


def take(tx: Tx, limits: tuple[tuple[Limit, str], ...], now: datetime) -> int:
    """0 and counted against each, where every one of these limits leaves room; else the seconds to wait, and not counted."""
    if seconds := max(wait(tx, limit, who, now) for limit, who in limits):
        return seconds
    for limit, who in limits:
        count(tx, limit, who, now)
    return 0


def began(tx: Tx, what: str, lasts: timedelta, now: datetime) -> datetime | None:
    """When something began that is remembered for so long; `None` where it did not, or longer ago."""
    row = tx.session.get(Tries, tx.vault.pseudonym("tries", what), populate_existing=True)
    return row.until - lasts if row and row.until > now else None


def begin(tx: Tx, what: str, lasts: timedelta, now: datetime) -> None:
    """Remember that it began now."""
    row = {"id": tx.vault.pseudonym("tries", what), "number": 1, "until": now + lasts}
    kind: Any = sqlite if tx.session.get_bind().dialect.name == "sqlite" else postgresql
    tx.session.execute(kind.insert(Tries).values(row).on_conflict_do_update(index_elements=[Tries.id], set_={"until": row["until"]}))


def _stretch(limit: Limit, now: datetime) -> tuple[int, datetime]:
    """The number of the stretch of time in which `now` lies, and when it began."""
    number = int(now.timestamp() // limit.within.total_seconds())
    return number, datetime.fromtimestamp(number * limit.within.total_seconds(), now.tzinfo)


def _id(tx: Tx, limit: Limit, who: str, number: int) -> str:
    return tx.vault.pseudonym("tries", limit.what, who, str(number))
