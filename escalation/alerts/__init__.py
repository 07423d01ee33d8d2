"""Reaching staff: in the console at once, on Telegram and through Apprise as outbox rows. The words name nobody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from escalation.context import Service
from escalation.record import messages
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.words import clock, message, tokens
from nlu.understanding import Level


def alert(tx: Tx, service: Service, case: CaseRow, staff_ids: Iterable[str], now: datetime, words: str = "staff.waiting") -> int:
    """Alert these members of staff to a case and return how many there were."""
    reached = [row for row in (tx.session.get(Staff, staff_id) for staff_id in staff_ids) if row and row.closed_at is None]
    since = clock(case.waiting_since or case.opened_at, now, service.zone)
    urgency = message(service.library, f"staff.urgency_{Level(case.level).id}")[0]
    text = "\n".join(message(service.library, words, urgency=urgency, since=since))
    buttons = tuple((label, f"{token}:{case.id}") for label, token in tokens(service.library.message(words).buttons))
    urgent = case.level >= Level.URGENT
    for row in reached:
        if row.telegram:
            messages.tell_staff(tx, row, "telegram", text, now, buttons=buttons, case_id=case.id, urgent=urgent)
        tx.signal(f"staff:{row.id}")
    if service.outside_alerts and reached:
        messages.tell_staff(tx, reached[0], "apprise", text, now, case_id=case.id, urgent=urgent)
    tx.signal("queue:all")
    return len(reached)
