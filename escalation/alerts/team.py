"""What members of staff are told beside alerts to cases: the rota, and that they are asked although they have no room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from escalation.context import Service
from escalation.record import duty, messages
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.words import fill


def notify(tx: Tx, service: Service, people: Iterable[Staff], words: str, now: datetime, **fields: str) -> None:
    """Tell these members of staff something that is about no case: the rota, for instance."""
    people = list(people)
    text = _text(service, words, **fields)
    for row in people:
        if row.telegram:
            messages.tell_staff(tx, row, "telegram", text, now)
    if service.outside_alerts and people:
        messages.tell_staff(tx, people[0], "apprise", text, now)


def not_away(people: list[Staff], now: datetime) -> list[Staff]:
    """Those who did not step away; everybody where all of them did, so that somebody is asked."""
    return [row for row in people if row.away_until is None or row.away_until <= now] or people


def with_room(tx: Tx, service: Service, row: Staff, text: str) -> str:
    """The words of an alert to this person; if they have as many conversations as they can hold, they are told so."""
    if not duty.is_full(tx, row):
        return text
    return "\n".join((text, _text(service, "staff.full", capacity=str(row.capacity))))


def _text(service: Service, words: str, **fields: str) -> str:
    return "\n".join(fill(service.library.message(words), "unknown", False, **fields))
