"""Counting as it happens: what was asked, what nothing answered, and at what time of day; in the turn's own transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from escalation.record.people import DRILL
from escalation.record.store import Tx
from escalation.record.tables import InboxRow, InsightCount

_counts = cast(Table, InsightCount.__table__)


def _adding(insert: sqlite.Insert | postgresql.Insert) -> Insert:
    return insert.on_conflict_do_update(index_elements=["id"], set_={"number": _counts.c.number + insert.excluded.number})


_ADDED = {"sqlite": _adding(sqlite.insert(_counts)), "postgresql": _adding(postgresql.insert(_counts))}

Counts = Counter[tuple[str, str]]
"""How many, by what is counted and which of it: `("topic", "consent")`."""


def count_turn(tx: Tx, zone: ZoneInfo, came_in: Sequence[InboxRow], noted: Iterable[tuple[str, str]], now: datetime) -> None:
    """Count one turn: when its messages came in, and what the dialogue noted of it. Drills are left out."""
    if came_in[0].channel == DRILL:
        return
    counts = Counts(noted)
    for row in came_in:
        there = row.received_at.astimezone(zone)
        counts["hour", f"{there.hour:02}"] += 1
        counts["weekday", str(there.weekday())] += 1
    add(tx, month_of(now, zone), counts)


def add(tx: Tx, month: date, counts: Counts) -> None:
    """Add these counts to those of a month."""
    # In one order for everybody: two turns that lock the same counts must not wait for each other.
    rows = [
        {"id": f"{month:%Y-%m}/{what}/{which}", "month": month, "what": what, "which": which, "number": number}
        for (what, which), number in sorted(counts.items())
    ]
    if not rows:
        return
    connection = tx.session.connection()
    connection.execute(_ADDED[connection.dialect.name], rows)


def month_of(at: datetime, zone: ZoneInfo) -> date:
    """The month of a moment, where the service is: its first day."""
    return at.astimezone(zone).date().replace(day=1)
