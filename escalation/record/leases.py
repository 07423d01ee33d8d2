"""The right to do what only one process may do at a time, such as sending through one app; it ends by itself, by the database's clock.

A process that holds one renews it. Whoever does something under it asks in the same transaction whether it still does: a process that
was stopped and goes on later finds that somebody else took over. Only PostgreSQL has more than one process, so only there it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from sqlalchemy import text

from escalation.record.store import Tx

_ADD = text(
    "INSERT INTO leases (name, holder, until) VALUES (:name, :holder, clock_timestamp() + make_interval(secs => :seconds)) "
    "ON CONFLICT (name) DO NOTHING RETURNING name"
)
# A process that ended has no connection any more: nobody has to wait for the end of what it held.
_FOUND = text(
    "SELECT holder = :holder AS ours, until > clock_timestamp() AND EXISTS (SELECT 1 FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = leases.holder) AS held FROM leases WHERE name = :name FOR UPDATE"
)
_RENEW = text("UPDATE leases SET holder = :holder, until = clock_timestamp() + make_interval(secs => :seconds) WHERE name = :name")
# It is locked, so that nobody takes over between this look and the end of what is done under it.
_HELD = text("SELECT 1 FROM leases WHERE name = :name AND holder = :holder AND until > clock_timestamp() FOR SHARE")
_GIVE_UP = text("UPDATE leases SET until = clock_timestamp() WHERE name = :name AND holder = :holder")
_SHOW = text(
    "INSERT INTO leases (name, holder, until) VALUES (:name, :holder, clock_timestamp() + make_interval(secs => :seconds)) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until"
)
_STANDING = text("SELECT name FROM leases WHERE until > clock_timestamp() ORDER BY name")


class Taken(Enum):
    """How a lease was taken."""

    ANEW = "anew"
    """Somebody else may have held it before."""
    KEPT = "kept"


def take(tx: Tx, name: str, holder: str, seconds: float) -> Taken | None:
    """Take or renew it; `None` where another process holds it. One that has run out is taken anew, also by whoever had it."""
    given = {"name": name, "holder": holder, "seconds": seconds}
    if tx.session.execute(_ADD, given).first() is not None:
        return Taken.ANEW
    found = tx.session.execute(_FOUND, {"name": name, "holder": holder}).one()
    if found.held and not found.ours:
        return None
    tx.session.execute(_RENEW, given)
    return Taken.KEPT if found.held else Taken.ANEW


def held(tx: Tx, name: str, holder: str) -> bool:
    """Whether it is held now, and until the end of this transaction."""
    return tx.session.execute(_HELD, {"name": name, "holder": holder}).first() is not None


def give_up(tx: Tx, name: str, holder: str) -> None:
    """Let the next one have it at once."""
    tx.session.execute(_GIVE_UP, {"name": name, "holder": holder})


def show(tx: Tx, names: Iterable[str], holder: str, seconds: float) -> None:
    """Leave signs of life that others see for so long; any process may leave the same."""
    # In one order everywhere, so that two processes never wait for each other.
    tx.session.execute(_SHOW, [{"name": name, "holder": holder, "seconds": seconds} for name in sorted(names)])


def standing(tx: Tx) -> frozenset[str]:
    """The names of all leases that are held, and signs that are fresh."""
    return frozenset(tx.session.scalars(_STANDING))
