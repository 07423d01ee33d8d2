"""Asking for a draft to be published: by somebody now, or because the time has come that somebody set."""

from __future__ import annotations

from datetime import datetime

from bot.desk.drafting import drafts
from escalation import publish_jobs
from escalation.context import Service
from escalation.publish_jobs import Job
from escalation.record.store import Tx
from escalation.record.tables import DraftRow, DueRow


def ask(tx: Tx, draft_id: str, by: str, now: datetime) -> Job:
    """Publish this draft as it stands, as soon as may be; where that is asked for already, it is not asked twice. Raises `KeyError`."""
    draft = drafts.find(tx, draft_id)
    return publish_jobs.ask_for_draft(tx, draft_id, draft.digest, draft.note, by, now)


def run(tx: Tx, service: Service, row: DueRow, now: datetime) -> None:
    """The time that somebody set has come. Nothing happens where the draft was changed, moved or dropped since."""
    draft = tx.session.get(DraftRow, row.detail["draft_id"])
    due = draft is not None and draft.publish_at is not None and draft.publish_at == datetime.fromisoformat(row.detail["at"])
    if draft is not None and due:
        ask(tx, draft.id, row.detail["by"], now)
    row.done_at, row.result = now, "asked" if due else "void"
