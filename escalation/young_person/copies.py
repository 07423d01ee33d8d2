"""A copy of what was said: the young person's own words, and the bot's and the adults' to them. What staff wrote for themselves is not in it.

In an app it comes as bubbles. In the web chat it is a file behind a link that works once, for a short while, in that very session.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from babel.dates import format_date
from sqlalchemy import select

from escalation.context import Service
from escalation.record import messages, people
from escalation.record.messages import COPY, Line
from escalation.record.store import Tx
from escalation.record.tables import OutboxRow, Person, Staff
from escalation.words import in_bubbles, message

LINK_HOLDS = timedelta(minutes=15)
MOST_LINES = 20_000
PART, MOST_PARTS = 3500, 12
"""Characters in one bubble, and bubbles in one copy: the newest, where there is more."""
_OURS = ("said", "text", "edited", "button", "media")


def text(tx: Tx, service: Service, someone: Person, now: datetime) -> str:
    """Everything that was said since they last cleared the chat, oldest first, each with its time. What stands around it is in their language."""
    service = service.speaking(someone.language, now)
    names = {row.id: row.first_name for row in tx.session.scalars(select(Staff))}
    lines = messages.transcript(tx, someone, since=someone.cleared_at, limit=MOST_LINES)
    shown = [_line(service, line, names) for line in lines if line.kind in _OURS and line.speaker != COPY and line.state != "held"]
    heading = message(service.library, "own_view.copy_heading", when=_moment(service, now))
    return "\n".join((*heading, "", *shown, ""))


def say(tx: Tx, service: Service, someone: Person, turn: int, now: datetime) -> None:
    """Give the copy by the channel they last came by. `turn`: of the dialogue, so that the link's button belongs to it."""
    address = people.last_address(tx, someone.id)
    if address is not None and service.app(address.channel).own_page:
        _say_link(tx, service, someone, turn, now)
        return
    for part in _parts(text(tx, service, someone, now)):
        messages.say(tx, someone, part, now, speaker=COPY, aside=True)


def take(tx: Tx, service: Service, someone: Person, key: str, now: datetime, since: datetime) -> str | None:
    """The copy behind a link of theirs, once; `None` where it was taken, is too old, or lies before `since`."""
    made = select(OutboxRow).where(OutboxRow.person_id == someone.id, OutboxRow.external_id == _digest(tx, key), OutboxRow.speaker == COPY)
    row = tx.session.scalar(made.with_for_update())
    if row is None or row.created_at < max(since, now - LINK_HOLDS):
        return None
    row.external_id = None
    return text(tx, service, someone, now)


def _say_link(tx: Tx, service: Service, someone: Person, turn: int, now: datetime) -> None:
    key = secrets.token_urlsafe(24)
    service = service.speaking(someone.language, now)
    ready = service.library.message("own_view.copy_ready")
    button = (message(service.library, "own_view.copy_open")[0], f"{turn}:copy:{key}")
    row = messages.say(tx, someone, ready.chosen(someone.age_band, someone.easy_read)[0], now, speaker=COPY, buttons=(button,), aside=True)
    if row is not None:
        row.external_id = _digest(tx, key)


def _parts(whole: str) -> list[str]:
    return in_bubbles(whole, PART)[-MOST_PARTS:]


def _line(service: Service, line: Line, names: dict[str, str]) -> str:
    who = names.get(line.staff_id or "") if line.speaker == "worker" else None
    own = line.speaker == "young_person"
    who = who or message(service.library, "own_view.copy_you" if own else "own_view.copy_bot")[0]
    sent = message(service.library, "own_view.copy_media", media=line.media or "file")[0] if line.kind == "media" else ""
    return f"{_moment(service, line.at)}  {who}: {' '.join(filter(None, (sent, line.text)))}"


def _moment(service: Service, at: datetime) -> str:
    there = at.astimezone(service.zone)
    return f"{format_date(there, 'd MMMM y', locale=service.library.language)}, {there:%H:%M}"


def _digest(tx: Tx, key: str) -> str:
    return tx.vault.pseudonym("copy", key)
