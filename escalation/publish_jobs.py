"""What is to be published, as rows: a draft or changes of settings, done one after another, and begun again after a crash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from content.editorial.problems import Problem
from escalation.publishing import Change
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import PublishJob

LOST_AFTER = timedelta(minutes=10)
"""Checks take up to two minutes; whoever claimed a job and has not ended it by then is gone."""

PUBLISHED, REFUSED, OUTDATED, FAILED = "published", "refused", "outdated", "failed"

LATEST = 30
"""So many jobs are looked through for the last one about a file."""


@dataclass(frozen=True, slots=True)
class Job:
    """One try, of a draft or of `changes`. `result`: published, refused (with `findings`), outdated (another version is in force) or failed.

    `number`: of the newest version that it made, among all that were ever published.
    """

    id: str
    draft_id: str | None
    digest: str | None
    changes: list[dict[str, Any]]
    note: str
    asked_by: str
    asked_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None
    result: str | None
    findings: list[dict[str, Any]]
    number: int | None

    @property
    def running(self) -> bool:
        """Whether it waits, or its checks run."""
        return self.ended_at is None

    @property
    def what(self) -> list[Change]:
        """The changes."""
        return [Change(**one) for one in self.changes]

    @property
    def problems(self) -> list[Problem]:
        """The findings, as the checks gave them."""
        return [Problem(Path(one["file"]), one["line"], one["what"], one["to_do"]) for one in self.findings]

    def change_of(self, key: str) -> Change | None:
        """The change of this file."""
        return next((one for one in self.what if one.key == key), None)


def ask(tx: Tx, changes: Sequence[Change], by: str, note: str, now: datetime) -> Job:
    """Publish these changes, all or none, once their checks have passed."""
    row = PublishJob(id=new_id(), changes=[asdict(one) for one in changes], note=note, asked_by=by, asked_at=now, findings=[])
    return _added(tx, row)


def ask_for_draft(tx: Tx, draft_id: str, digest: str, note: str, by: str, now: datetime) -> Job:
    """Publish this draft as it stands, as soon as may be; where that is asked for already, it is not asked twice."""
    latest = latest_of_draft(tx, draft_id)
    if latest and latest.running and latest.digest == digest:
        return latest
    row = PublishJob(id=new_id(), draft_id=draft_id, digest=digest, changes=[], note=note, asked_by=by, asked_at=now, findings=[])
    return _added(tx, row)


def claim(tx: Tx, now: datetime) -> Job | None:
    """The oldest job that nobody is at, taken; `None` where there is none."""
    free = PublishJob.claimed_at.is_(None) | (PublishJob.claimed_at < now - LOST_AFTER)
    waiting = select(PublishJob).where(PublishJob.ended_at.is_(None), free).order_by(PublishJob.asked_at, PublishJob.id).limit(1)
    row = tx.session.scalar(waiting.with_for_update(skip_locked=True))
    if row is None:
        return None
    row.claimed_at = now
    return _job(row)


def end(tx: Tx, job_id: str, result: str, now: datetime, findings: Sequence[Problem] = (), number: int | None = None) -> None:
    """What came of a job."""
    row = tx.session.get_one(PublishJob, job_id)
    row.ended_at, row.result, row.number = now, result, number
    row.findings = [{"file": one.file.as_posix(), "line": one.line, "what": one.what, "to_do": one.to_do} for one in findings]


def find(tx: Tx, job_id: str) -> Job:
    """This job. Raises `KeyError`."""
    row = tx.session.get(PublishJob, job_id)
    if row is None:
        raise KeyError(job_id)
    return _job(row)


def latest_of_draft(tx: Tx, draft_id: str) -> Job | None:
    """The last try to publish this draft."""
    row = tx.session.scalar(select(PublishJob).where(PublishJob.draft_id == draft_id).order_by(PublishJob.id.desc()).limit(1))
    return _job(row) if row else None


def latest_of_file(tx: Tx, key: str) -> Job | None:
    """The last try to publish a change of this file that came without a draft; `None` where many others were made since."""
    rows = tx.session.scalars(select(PublishJob).where(PublishJob.draft_id.is_(None)).order_by(PublishJob.id.desc()).limit(LATEST))
    return next((job for job in map(_job, rows) if job.change_of(key)), None)


def _added(tx: Tx, row: PublishJob) -> Job:
    tx.session.add(row)
    tx.session.flush()
    return _job(row)


def _job(row: PublishJob) -> Job:
    return Job(*(getattr(row, one.name) for one in fields(Job)))
