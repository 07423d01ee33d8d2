"""Publishing a draft: its checks run beside everything else, and what they refuse stays a draft, with the reasons."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.desk.drafting import drafts, jobs, signing, workflow
from bot.desk.drafting.drafts import Draft
from bot.desk.drafting.jobs import Job
from bot.desk.drafting.signing import Unsignable
from bot.desk.drafting.standing import standing
from content.editorial.edition import Texts
from content.editorial.problems import Problem
from escalation.case import NotPossible
from escalation.publishing import Change, Check, Outdated, Publisher, Unfit
from escalation.record import published
from escalation.record.store import Record, RecordUnavailable, Tx
from escalation.record.tables import Staff

log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
"""Told how many are done, of how many, and of what."""


After = Callable[[], Awaitable[None]]


async def _nothing() -> None:
    pass


class Gate(Protocol):
    """What is wrong with an edition in which the file `key` was changed, beyond what the content check says."""

    def __call__(self, texts: Texts, key: str, *, before: Texts | None, on_progress: Progress) -> list[Problem]: ...


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

    `after` is awaited after each, so that what was published goes live at once.
    """

    def __init__(
        self,
        record: Record,
        check: Check,
        now: Callable[[], datetime],
        zone: ZoneInfo,
        *,
        production: bool,
        gate: Gate | None = None,
        after: After = _nothing,
    ) -> None:
        self._record = record
        self._check = check
        self._gate = gate
        self._after = after
        self._now = now
        self._zone = zone
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
            while job := await self._record.awrite(lambda tx: jobs.claim(tx, self._now())):
                await asyncio.to_thread(self._publish, job)
                await self._after()
        except RecordUnavailable as error:
            log.warning("what is to be published has to wait: %s", error)

    def _publish(self, job: Job) -> None:
        """Try it; whatever comes of it ends the try, unless the record is away."""
        key = self._record.read(lambda tx: drafts.find(tx, job.draft_id).key)
        try:
            self._put_in_force(job)
        except Outdated:
            self._end(job, jobs.OUTDATED)
        except Unsignable as error:
            self._end(job, jobs.REFUSED, error.problem)
        except Unfit as unfit:
            self._end(job, jobs.REFUSED, *unfit.problems)
        except NotPossible as error:
            self._end(job, jobs.REFUSED, Problem(Path(key), 1, str(error), "look at the draft again"))
        except RecordUnavailable:
            raise
        except Exception as error:
            log.error("a draft could not be published: %s", type(error).__name__)
            self._end(job, jobs.FAILED)
        finally:
            self.at.pop(job.id, None)

    def _put_in_force(self, job: Job) -> None:
        made = self._record.read(lambda tx: self._made(tx, job))
        change = Change(made.draft.key, made.text, made.draft.base)
        publisher = Publisher(self._record, partial(self._problems, job, made.draft.key), self._now)
        if not publisher.publish([change], by=job.asked_by, note=made.draft.note, also=lambda tx: self._done(tx, job, made)):
            raise NotPossible("it says what is in force: there is nothing to publish")

    def _made(self, tx: Tx, job: Job) -> _Made:
        draft = self._fit(tx, job)
        found = standing(draft, drafts.reviews(tx, draft.id))
        editor = tx.session.get(Staff, draft.changed_by)
        text = None if draft.retire else signing.as_published(draft, found, editor.name if editor else "", self._zone)
        return _Made(draft, text, found.approved)

    def _fit(self, tx: Tx, job: Job) -> Draft:
        """The draft, where it is still the one that somebody asked to publish."""
        draft = drafts.find(tx, job.draft_id)
        workflow.refuse_unready(tx, draft, production=self._production)
        if draft.digest != job.digest:
            raise NotPossible("it was changed after somebody asked to publish it")
        return draft

    def _problems(self, job: Job, key: str, texts: Texts) -> list[Problem]:
        found = self._check(texts)
        if self._gate is None or any(one.severity == "error" for one in found):
            return found

        def on_progress(done: int, of: int, what: str) -> None:
            self.at[job.id] = Step(done, of, what)

        return [*found, *self._gate(texts, key, before=self._record.read(published.texts), on_progress=on_progress)]

    def _done(self, tx: Tx, job: Job, made: _Made) -> None:
        """In the transaction that stores the version: it rests on what holds at that moment."""
        draft = self._fit(tx, job)
        if standing(draft, drafts.reviews(tx, draft.id)).approved != made.approved or draft.base != made.draft.base:
            raise NotPossible("what was said of it has changed meanwhile")
        now = self._now()
        workflow.done(tx, draft.id, job.asked_by, now)
        jobs.end(tx, job.id, jobs.PUBLISHED, now, number=published.number(tx))
        tx.signal("desk")

    def _end(self, job: Job, result: str, *findings: Problem) -> None:
        def end(tx: Tx) -> None:
            jobs.end(tx, job.id, result, self._now(), findings)
            workflow.not_published(tx, job.draft_id)

        self._record.write(end)
