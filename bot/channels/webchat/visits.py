"""Coming back: with a code from anywhere, or to the same browser after a pause. Nothing earlier shows until "Carry on" (S77)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from bot.return_code import normalise_code
from escalation import discreet
from escalation.context import Service
from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import Person
from escalation.young_person import moving


def come_back(tx: Tx, service: Service, token: str, now: datetime, *, ask: bool = False) -> bool | None:
    """A page with this token opens again. `None`: nobody is known by it. `True`: ask before showing anything, because it was a
    while, or because the page was closed meanwhile and says so (`ask`)."""
    found = people.find(tx, "webchat", token)
    if found is None:
        return None
    someone = found[0]
    if someone.away_since is not None or someone.last_seen_at is None or (discreet.seems_there(service, someone, now) and not ask):
        return False
    _keep_back(tx, someone, now)
    return True


def return_with(tx: Tx, service: Service, code: str, token: str, now: datetime) -> bool:
    """Link a new session to whoever holds this code, or moves here with it. `False` for a wrong code, whatever is wrong with it."""
    meant = normalise_code(code)
    if meant is not None and moving.arrive(tx, service, "webchat", token, meant, now):
        return True
    digest = tx.vault.pseudonym("return_code", meant or "")
    someone = tx.session.scalar(select(Person).where(Person.return_code == digest))
    if meant is None or someone is None:
        return False
    people.add_address(tx, someone, "webchat", token, now)
    _keep_back(tx, someone, now)
    return True


def _keep_back(tx: Tx, someone: Person, now: datetime) -> None:
    someone.away_since = now
    tx.signal(f"person:{someone.id}")
