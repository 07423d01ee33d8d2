"""Counting as it happens: what was asked, what nothing answered, and at what time of day; in the turn's own transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.dialects import postgresql, sqlite

from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import InsightCount, Person

Counts = Counter[tuple[str, str]]
"""How many, by what is counted and which of it: `("topic", "consent")`."""


def count_turn(
    tx: Tx, zone: ZoneInfo, someone: Person, came_in: Iterable[datetime], noted: Iterable[tuple[str, str]], now: datetime
) -> None:
    """Count one turn: when its messages came in, and what the dialogue noted of it. Drills are left out."""
    if people.is_drill(tx, someone.id):
        return
    counts = Counts(noted)
    for at in came_in:
        there = at.astimezone(zone)
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
    insert = sqlite.insert if tx.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    added = insert(InsightCount).values(rows)
    tx.session.execute(added.on_conflict_do_update(index_elements=["id"], set_={"number": InsightCount.number + added.excluded.number}))


def month_of(at: datetime, zone: ZoneInfo) -> date:
    """The month of a moment, where the service is: its first day."""
    return at.astimezone(zone).date().replace(day=1)
