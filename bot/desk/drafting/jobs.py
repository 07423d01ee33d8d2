"""Tries to publish a draft, as rows: asked for by somebody or due at a time, done one after another, and begun again after a crash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.desk.drafting import drafts
from content.editorial.problems import Problem
from escalation.context import Service
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import DraftJob, DraftRow, DueRow

LOST_AFTER = timedelta(minutes=5)
"""Checks take seconds; whoever claimed a try and has not ended it by then is gone."""

PUBLISHED, REFUSED, OUTDATED, FAILED = "published", "refused", "outdated", "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One try. `result`: published, refused (with `findings`), outdated (another version is in force) or failed.

    `number`: of the version, among all that were ever published.
    """

    id: str
    draft_id: str
    digest: str
    asked_by: str
    asked_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None
    result: str | None
    findings: list[dict[str, Any]]
    number: int | None


def ask(tx: Tx, draft_id: str, by: str, now: datetime) -> Job:
    """Publish this draft as it stands, as soon as may be; where that is asked for already, it is not asked twice."""
    draft = drafts.find(tx, draft_id)
    latest = latest_of(tx, draft_id)
    if latest and latest.ended_at is None and latest.digest == draft.digest:
        return latest
    row = DraftJob(id=new_id(), draft_id=draft_id, digest=draft.digest, asked_by=by, asked_at=now, findings=[])
    tx.session.add(row)
    tx.session.flush()
    return _job(row)


def run(tx: Tx, service: Service, row: DueRow, now: datetime) -> None:
    """The time that somebody set has come. Nothing happens where the draft was changed, moved or dropped since."""
    draft = tx.session.get(DraftRow, row.detail["draft_id"])
    due = draft is not None and draft.publish_at is not None and draft.publish_at.isoformat() == row.detail["at"]
    if draft is not None and due:
        ask(tx, draft.id, row.detail["by"], now)
    row.done_at, row.result = now, "asked" if due else "void"


def claim(tx: Tx, now: datetime) -> Job | None:
    """The oldest try that nobody is at, taken; `None` where there is none."""
    free = DraftJob.claimed_at.is_(None) | (DraftJob.claimed_at < now - LOST_AFTER)
    waiting = select(DraftJob).where(DraftJob.ended_at.is_(None), free).order_by(DraftJob.asked_at, DraftJob.id).limit(1)
    row = tx.session.scalar(waiting.with_for_update(skip_locked=True))
    if row is None:
        return None
    row.claimed_at = now
    return _job(row)


def end(tx: Tx, job_id: str, result: str, now: datetime, findings: Sequence[Problem] = (), number: int | None = None) -> None:
    """What came of a try."""
    row = tx.session.get_one(DraftJob, job_id)
    row.ended_at, row.result, row.number = now, result, number
    row.findings = [{"file": one.file.as_posix(), "line": one.line, "what": one.what, "to_do": one.to_do} for one in findings]


def latest_of(tx: Tx, draft_id: str) -> Job | None:
    """The last try to publish this draft."""
    row = tx.session.scalar(select(DraftJob).where(DraftJob.draft_id == draft_id).order_by(DraftJob.id.desc()).limit(1))
    return _job(row) if row else None


def _job(row: DraftJob) -> Job:
    return Job(*(getattr(row, one.name) for one in fields(Job)))
