"""Words that somebody typed on their phone and that wait for a tap. They are rows that no channel sends, so a restart loses none."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from escalation.case import NotPossible
from escalation.record import messages
from escalation.record.store import Tx
from escalation.record.tables import OutboxRow, Staff

HELD, DROPPED, RELEASED = "held", "dropped", "released"
CHANNEL = "telegram"


def keep(tx: Tx, staff: Staff, text: str, now: datetime, case_id: str) -> OutboxRow:
    """Keep the words, sealed, until they are decided."""
    row = messages.tell_staff(tx, staff, CHANNEL, text, now, case_id=case_id)
    row.state = HELD
    return row


def decide(tx: Tx, staff: Staff, row_id: str, state: str) -> OutboxRow:
    """The kept words of this person, decided now as `state`. Raises `NotPossible` on a second tap."""
    held = select(OutboxRow).where(OutboxRow.id == row_id, OutboxRow.staff_id == staff.id, OutboxRow.state == HELD)
    row = tx.session.scalar(held.with_for_update())
    if row is None:
        raise NotPossible("this was decided already")
    row.state = state
    return row
