"""The right to handle what somebody sent: the messages as they were written, and whether it still holds when they were understood."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.intake import WRITTEN
from escalation.record import messages, people
from escalation.record.envelope import SealBroken
from escalation.record.store import Tx
from escalation.record.tables import InboxRow, Person
from nlu.understanding import Sign

log = logging.getLogger(__name__)

Body = Mapping[str, Any]
"""What a message holds, as `messages.body` opens it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to handle one person's messages for a while, and the messages."""

    token: str
    rows: tuple[InboxRow, ...]
    bodies: tuple[Body, ...]
    earlier: tuple[tuple[Sign, ...], ...]
    said: tuple[str, ...]
    age_band: str
    bot_answers: bool


def as_written(came: list[tuple[InboxRow, Body]]) -> tuple[tuple[InboxRow, ...], tuple[Body, ...]]:
    """Messages that wait together, as they were written where their app says when, since it may deliver in any order; else as they came."""
    if all(WRITTEN in body for _, body in came):
        came = sorted(came, key=lambda each: int(each[1][WRITTEN]))
    return tuple(row for row, _ in came), tuple(body for _, body in came)


def opened(tx: Tx, someone: Person, row: InboxRow) -> Body:
    """What a row holds; one that was damaged is taken as empty, so that it does not hold up what comes after it."""
    try:
        return messages.body(tx, someone, row)
    except SealBroken:
        log.error("a stored message does not open any more")
        return {}


def renewed(tx: Tx, person_id: str, token: str, until: datetime) -> bool:
    """Hold it for longer; `False` where it is over or somebody took over."""
    someone = people.person(tx, person_id)
    if someone.claim != token:
        return False
    someone.claimed_until = until
    return True


def still_ours(tx: Tx, someone: Person, claim: Claim) -> list[InboxRow]:
    """The rows of the claim; none where somebody took over while the model was asked, or where an earlier one turned up."""
    if someone.claim != claim.token:
        return []
    # Locked: of two processes that both think that they have them, the second finds them handled.
    rows = {row.id: row for row in messages.unhandled(tx, someone.id, limit=len(claim.rows), locked=True)}
    if rows.keys() == {row.id for row in claim.rows}:
        return [rows[row.id] for row in claim.rows]
    someone.claim = someone.claimed_until = None
    return []
