"""What was said so far, on the phone of whoever has the conversation now or reads along: as much as the console would show them.

The words are relayed ones: they go from the phone with the conversation, and after 47 hours at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from escalation import reading, relay
from escalation.context import Service
from escalation.record import messages
from escalation.record.messages import Line
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, OutboxRow, Staff
from escalation.words import message

ON_THE_PHONE = ("pending", "sending", "sent")
LONGEST, MOST = 3000, 4
"""Characters in one message, and messages at once: what lies before is read in the console."""


def pass_on(tx: Tx, service: Service, case: CaseRow, staff: Staff, now: datetime) -> bool:
    """Send what they may read and do not have on their phone yet; returns whether there was anything. The read is logged."""
    card = reading.read_case(tx, service, case.id, staff, now)
    had = select(func.max(OutboxRow.created_at)).where(
        OutboxRow.staff_id == staff.id,
        OutboxRow.case_id == case.id,
        OutboxRow.speaker == messages.RELAYED,
        OutboxRow.state.in_(ON_THE_PHONE),
    )
    since = tx.session.scalar(had)
    texts = [] if since else _first(service, card)
    first = card.raised_by.id if texts and card.raised_by else ""
    lines = (line for line in card.lines if line.id != first and (since is None or line.at > since))
    texts += [said for line in lines if (said := _said(tx, service, line))]
    pages = _pages(texts)
    if len(pages) > MOST:
        pages = [message(service.library, "staff.so_far_cut")[0], *pages[-MOST:]]
    for page in pages:
        relay.pass_on(tx, case, staff, page, now)
    return bool(pages)


def _first(service: Service, card: reading.CaseReading) -> list[str]:
    """The summary as they corrected it, or the message that raised the case."""
    if card.summary:
        return list(message(service.library, "staff.shared_summary", text=card.summary))
    return list(message(service.library, "staff.shared_message", text=card.raised_by.text)) if card.raised_by else []


def _said(tx: Tx, service: Service, line: Line) -> str:
    """A line with who said it; nothing for what the bot said."""
    if not line.text.strip():
        return ""
    if line.speaker == "young_person":
        return message(service.library, "staff.line_of_theirs", text=line.text)[0]
    adult = tx.session.get(Staff, line.staff_id) if line.speaker == "worker" and line.staff_id else None
    return message(service.library, "staff.line_of_adult", adult=adult.first_name, text=line.text)[0] if adult else ""


def _pages(texts: Iterable[str]) -> list[str]:
    pages: list[str] = []
    for text in texts:
        if pages and len(pages[-1]) + len(text) < LONGEST:
            pages[-1] += f"\n{text}"
        else:
            pages.append(text)
    return pages
