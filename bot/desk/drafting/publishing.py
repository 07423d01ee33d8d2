"""Publishing drafts and changes of settings: the checks run beside everything else, and what they refuse is not stored, with the reasons."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.desk.drafting import drafts, signing, workflow
from bot.desk.drafting.drafts import Draft
from bot.desk.drafting.not_published import tell
from bot.desk.drafting.signing import Unsignable
from bot.desk.drafting.standing import standing
from content.editorial.problems import Problem
from escalation import publish_jobs
from escalation.case import NotPossible
from escalation.context import Service
from escalation.publish_jobs import FAILED, OUTDATED, PUBLISHED, REFUSED, Job
from escalation.publishing import Change, Check, Gate, Outdated, Publisher, Unfit, open_gate
from escalation.record import published
from escalation.record.store import Record, RecordUnavailable, Tx
from escalation.record.tables import Staff

log = logging.getLogger(__name__)

After = Callable[[], Awaitable[None]]


async def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Step:
    """How far the checks of a try are: so many done, of how many, and of what."""

    done: int
    of: int
    what: str


@dataclass(frozen=True, slots=True)
class _Made:
    """What would be published of a draft, and what that rests on."""

    draft: Draft
    text: str | None
    approved: bool


class Publishing:
    """Does what was asked for, one try after another. `check` is the content check, `gate` what a changed file has to pass besides.

    `service` gives the words and the time zone in force; `after` is awaited after each, so that what was published goes live at once.
    """

    def __init__(
        self,
        record: Record,
        check: Check,
        now: Callable[[], datetime],
        service: Callable[[], Service],
        *,
        production: bool,
        gate: Gate = open_gate,
        after: After = _nothing,
    ) -> None:
        self._record = record
        self._check = check
        self._gate = gate
        self._after = after
        self._now = now
        self._service = service
        self._production = production
        self._work: asyncio.Task[None] | None = None
        self.at: dict[str, Step] = {}
        """How far the tries are that run here, by their ids."""

    async def look(self) -> None:
        """See whether something was asked for; it is done beside everything else."""
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._all(), name="publishing")

    async def idle(self) -> None:
        """Wait until everything that was asked for is done."""
        await self.look()
        if self._work is not None:
            await self._work

    async def _all(self) -> None:
        try:
            while job := await self._record.awrite(lambda tx: publish_jobs.claim(tx, self._now())):
                await asyncio.to_thread(self._publish, job)
                await self._after()
        except RecordUnavailable as error:
            log.warning("what is to be published has to wait: %s", error)

    def _publish(self, job: Job) -> None:
        """Try it; whatever comes of it ends the try, unless the record is away."""
        try:
            if job.draft_id is None:
                self._changes(job)
            else:
                self._draft(job, job.draft_id)
        except Outdated:
            self._end(job, OUTDATED)
        except Unsignable as error:
            self._end(job, REFUSED, error.problem)
        except Unfit as unfit:
            self._end(job, REFUSED, *unfit.problems)
        except NotPossible as error:
            self._end(job, REFUSED, Problem(Path(self._record.read(lambda tx: _key(tx, job))), 1, str(error), "look at it again"))
        except RecordUnavailable:
            raise
        except Exception as error:
            log.error("something could not be published: %s", type(error).__name__)
            self._end(job, FAILED)
        finally:
            self.at.pop(job.id, None)

    def _draft(self, job: Job, draft_id: str) -> None:
        made = self._record.read(lambda tx: self._made(tx, job, draft_id))
        change = Change(made.draft.key, made.text, made.draft.base)
        self._put_in_force(job, [change], made.draft.note, lambda tx: self._done(tx, job, made))

    def _changes(self, job: Job) -> None:
        self._put_in_force(job, job.what, job.note, lambda tx: self._ended(tx, job))

    def _put_in_force(self, job: Job, changes: list[Change], note: str, also: Callable[[Tx], None]) -> None:
        def on_progress(done: int, of: int, what: str) -> None:
            self.at[job.id] = Step(done, of, what)

        publisher = Publisher(self._record, self._check, self._now, gate=self._gate, on_progress=on_progress)
        if not publisher.publish(changes, by=job.asked_by, note=note, also=also):
            raise NotPossible("it says what is in force: there is nothing to publish")

    def _made(self, tx: Tx, job: Job, draft_id: str) -> _Made:
        draft = self._fit(tx, job, draft_id)
        found = standing(draft, drafts.reviews(tx, draft.id))
        editor = tx.session.get(Staff, draft.changed_by)
        text = None if draft.retire else signing.as_published(draft, found, editor.name if editor else "", self._service().zone)
        return _Made(draft, text, found.approved)

    def _fit(self, tx: Tx, job: Job, draft_id: str) -> Draft:
        """The draft, where it is still the one that somebody asked to publish."""
        draft = drafts.find(tx, draft_id)
        workflow.refuse_unready(tx, draft, production=self._production)
        if draft.digest != job.digest:
            raise NotPossible("it was changed after somebody asked to publish it")
        return draft

    def _done(self, tx: Tx, job: Job, made: _Made) -> None:
        """In the transaction that stores the version: it rests on what holds at that moment."""
        draft = self._fit(tx, job, made.draft.id)
        if standing(draft, drafts.reviews(tx, draft.id)).approved != made.approved or draft.base != made.draft.base:
            raise NotPossible("what was said of it has changed meanwhile")
        workflow.done(tx, draft.id, job.asked_by, self._now())
        self._ended(tx, job)

    def _ended(self, tx: Tx, job: Job) -> None:
        publish_jobs.end(tx, job.id, PUBLISHED, self._now(), number=published.number(tx))
        tx.signal("desk")

    def _end(self, job: Job, result: str, *findings: Problem) -> None:
        def end(tx: Tx) -> None:
            publish_jobs.end(tx, job.id, result, self._now(), findings)
            if job.draft_id is not None and workflow.not_published(tx, job.draft_id):
                tell(tx, self._service(), drafts.find(tx, job.draft_id), job.asked_by, self._now())

        self._record.write(end)


def _key(tx: Tx, job: Job) -> str:
    """The file that a try is about."""
    return drafts.find(tx, job.draft_id).key if job.draft_id else job.what[0].key
