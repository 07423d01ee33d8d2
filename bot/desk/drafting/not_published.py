"""Who hears of it when something was to be published at a time, and was not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.desk.drafting import drafts
from bot.desk.drafting.drafts import Draft
from bot.desk.drafting.standing import standing
from escalation.alerts.team import notify
from escalation.context import Service
from escalation.record.store import Tx
from escalation.record.tables import Staff


def tell(tx: Tx, service: Service, draft: Draft, asked_by: str, now: datetime) -> None:
    """Tell them where they are reached; the words name no file, since they may show on a locked phone."""
    found = (tx.session.get(Staff, staff_id) for staff_id in concerned(tx, draft, asked_by))
    notify(tx, service, [row for row in found if row and row.closed_at is None], "staff.not_published", now)


def concerned(tx: Tx, draft: Draft, asked_by: str) -> Iterable[str]:
    """Who has to know, by id: who wrote it, the lead who said that it fits, and who set the time."""
    lead = standing(draft, drafts.reviews(tx, draft.id)).lead
    return dict.fromkeys(one for one in (draft.changed_by, lead.by if lead else None, asked_by) if one)
