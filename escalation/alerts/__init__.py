"""Reaching staff: in the console at once, on Telegram and through Apprise as outbox rows. The words name nobody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from escalation.alerts.team import not_away, with_room
from escalation.context import Service
from escalation.record import messages
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.words import clock, message, tokens
from nlu.understanding import Level

ASKING = ("staff.waiting", "staff.reminder")
"""Alerts that ask to pick up: not of those who stepped away, and those who have no room are told that they come last."""

ON_THE_PHONE = ("do:pick_up", "do:read_along", "do:lead_question", "do:lead_said")
"""What only those are offered who may hold conversations on Telegram."""


def alert(
    tx: Tx, service: Service, case: CaseRow, staff_ids: Iterable[str], now: datetime, words: str = "staff.waiting", **fields: str
) -> int:
    """Alert these members of staff to a case and return how many there were. `fields` is what the words need beyond the usual."""
    reached = [row for row in (tx.session.get(Staff, staff_id) for staff_id in staff_ids) if row and row.closed_at is None]
    if asked := words in ASKING:
        reached = not_away(reached, now)
    text = _text(service, case, now, words, **fields)
    buttons = _buttons(service, case, words)
    for row in reached:
        if row.telegram:
            own = with_room(tx, service, row, text) if asked else text
            messages.tell_staff(tx, row, "telegram", own, now, buttons=buttons, case_id=case.id, urgent=True)
        tx.signal(f"staff:{row.id}")
    if service.outside_alerts and reached:
        messages.tell_staff(tx, reached[0], "apprise", text, now, case_id=case.id, urgent=True)
    tx.signal("queue:all")
    return len(reached)


def out_of_hours(tx: Tx, service: Service, case: CaseRow, now: datetime, words: str = "staff.out_of_hours") -> None:
    """Alert the organisation's out-of-hours contact."""
    text = _text(service, case, now, words, organisation=service.organisation)
    messages.tell_contact(tx, text, now, case_id=case.id)


def _text(service: Service, case: CaseRow, now: datetime, words: str, **fields: str) -> str:
    since = clock(case.waiting_since or case.opened_at, now, service)
    urgency = message(service.library, f"staff.urgency_{Level(case.level).id}")[0]
    bubbles = message(service.library, words, "unknown", False, urgency=urgency, since=since, **fields)
    drill = message(service.library, "staff.drill") if case.drill else ()
    return "\n".join((*drill, *bubbles))


def _buttons(service: Service, case: CaseRow, words: str) -> tuple[tuple[str, str], ...]:
    """The buttons under an alert on Telegram. Where conversations are not held there, nothing is picked up or read there either."""
    shown = [b for b in service.library.message(words).buttons if service.talks_on_telegram or b.go not in ON_THE_PHONE]
    return tuple((label, f"{token}:{case.id}") for label, token in tokens(tuple(shown)))
