"""The clock and the calendar, in one process at a time: what is due each second, the auditor, and the nightly drill."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.auditing import PUT_OFF, Auditor
from bot.carrying_out import left_concern
from bot.desk.drafting import jobs, workflow
from bot.leasing import Alone, Lease
from escalation import chain, discreet, drills, moved_shifts, quiet, undelivered
from escalation.context import Service
from escalation.ending import check_ins
from escalation.phone import forgetting
from escalation.record.envelope import SealBroken
from escalation.record.store import Record, RecordUnavailable, Tx, is_away
from escalation.record.tables import DueRow
from escalation.rota import gaps, shifts
from escalation.sharing import flags
from escalation.work import debriefs, holds

log = logging.getLogger(__name__)

AT_ONCE = 200
AGAIN_AFTER = timedelta(minutes=1)
PATIENCE = 3.0
"""Seconds that what is done seldom waits at the start for the right to do it."""

Hand = Callable[[Tx, Service, DueRow, datetime], None]

HANDS: dict[str, Hand] = {
    chain.STEP: chain.run,
    chain.PROMISE: chain.run,
    chain.SHIFT_START: chain.run,
    chain.AGAIN: chain.run,
    chain.MOVED: moved_shifts.run,
    quiet.REMIND: quiet.run,
    quiet.GIVE_UP: quiet.run,
    flags.REMINDER: flags.run,
    forgetting.KIND: forgetting.run,
    undelivered.KIND: undelivered.run,
    drills.END: drills.run,
    discreet.KNOCK_LATER: discreet.knock_again,
    check_ins.SEND: check_ins.run,
    check_ins.LOOK: check_ins.run,
    debriefs.AGAIN: debriefs.ask_again,
    holds.REVIEW: holds.run,
    left_concern.KIND: left_concern.run,
    workflow.PUBLISH: jobs.run,
}
"""What does each kind of due row. It marks the row as done itself."""


class Ticking:
    """Runs what is due. Late work is never dropped: a row that could not run is run again."""

    def __init__(self, record: Record, service: Service, wake: Callable[[str, bool], None], now: Callable[[], datetime]) -> None:
        self._record = record
        self._service = service
        self.auditor = Auditor(record, service, wake, now)
        self._now = now
        self.ran_at: float | None = None
        """When everything that was due had been done, by the monotonic clock."""
        self.lease: Lease = Alone()
        """The right to do what is due and in the calendar, where other processes might."""
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._kept: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._other_hours = True

    def use(self, service: Service) -> None:
        """Go on with another edition of words and policy; plans that were made stay as they are."""
        self._service, self._other_hours = service, True
        self.auditor.use(service)

    def start(self) -> None:
        at_once = self._at_once()
        self._scheduler.add_job(self._alone(self.run_due), "interval", seconds=1, **self._kept)
        self._scheduler.add_job(self._alone(self.audit), "interval", seconds=5, next_run_time=at_once, **self._kept)
        self._scheduler.add_job(self.learn_of_keys, "interval", minutes=1, next_run_time=at_once, **self._kept)
        self._scheduler.add_job(self._alone(self.warn_of_gaps, PATIENCE), "interval", minutes=10, next_run_time=at_once, **self._kept)
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def nightly(self, job: Callable[[], Awaitable[None]], at: str) -> None:
        """Do something every night at this time ("02:30"), in the organisation's time zone."""
        hour, minute = map(int, at.split(":"))
        self._scheduler.add_job(self._alone(job), "cron", hour=hour, minute=minute, timezone=self._service.zone, **self._kept)

    def each_second(self, job: Callable[[], Awaitable[None]], *, everywhere: bool = False) -> None:
        """Do something every second, beside everything else; `everywhere`: in each process, whoever has the calendar."""
        self._scheduler.add_job(job if everywhere else self._alone(job), "interval", seconds=1, **self._kept)

    def each_minute(self, work: Callable[[], object], *, everywhere: bool = False) -> None:
        """Do something at the start, and then every minute, beside everything else. It deals with its own errors."""
        job = partial(asyncio.to_thread, work)
        self._scheduler.add_job(job if everywhere else self._alone(job), "interval", minutes=1, next_run_time=self._at_once(), **self._kept)

    def hourly(self, work: Callable[[], object], what: str) -> None:
        """Do something at the start, and then every hour, beside everything else; `what` names it where the record is away."""

        async def job() -> None:
            try:
                await asyncio.to_thread(work)
            except RecordUnavailable as error:
                log.warning("%s has to wait: %s", what, error)

        alone = self._alone(job, PATIENCE)
        self._scheduler.add_job(alone, "interval", hours=1, next_run_time=self._at_once(), **self._kept)

    def _alone(self, job: Callable[[], Awaitable[object]], patience: float = 0.0) -> Callable[[], Awaitable[None]]:
        """The job, where this process has the calendar, or gets it within so many seconds."""

        async def alone() -> None:
            if not self.lease.term:
                await asyncio.sleep(patience)
            if self.lease.term:
                await job()

        return alone

    def _at_once(self) -> datetime:
        return datetime.now(tz=self._scheduler.timezone)

    async def run_due(self) -> None:
        """Do everything that is due by now, each in a transaction of its own."""
        try:
            if self._other_hours:
                await self._look_at_who_waits()
            for row_id in await self._record.aread(self._due):
                await self._run_one(row_id)
            self.ran_at = time.monotonic()
        except RecordUnavailable as error:
            log.warning("what is due has to wait: %s", error)

    async def _look_at_who_waits(self) -> None:
        """The hours in which the service is open may be others now: who waits because nobody is there goes on by those."""
        self._other_hours = False
        try:
            await self._record.awrite(lambda tx: shifts.go_on(tx, self._service, self._now()))
        except Exception as error:
            if is_away(error):
                self._other_hours = True
                raise
            log.error("who waits could not be looked at again: %s", type(error.__cause__ or error).__name__)

    async def audit(self) -> None:
        """Let the auditor look."""
        await self.auditor.look()

    async def warn_of_gaps(self) -> None:
        """Let the leads know of times that are near and for which nobody is on the rota."""
        try:
            # Looking takes a while, and nobody should have to wait for it with what they want to store.
            if await self._record.aread(lambda tx: gaps.unwarned(tx, self._service, self._now())):
                await self._record.awrite(lambda tx: gaps.warn(tx, self._service, self._now()))
        except RecordUnavailable as error:
            log.warning("gaps in the rota could not be looked for: %s", error)

    async def learn_of_keys(self) -> None:
        """Know a master key that was changed, before the old one may be forgotten."""
        try:
            await asyncio.to_thread(self._record.vault.look_again)
        except (SQLAlchemyError, SealBroken) as error:
            log.warning("whether the master key was changed is not known: %s", type(error).__name__)

    async def _run_one(self, row_id: str) -> None:
        try:
            await self._record.afirst(lambda tx: self._do(tx, row_id))
        except Exception as error:
            if is_away(error):
                raise
            log.error("a due row could not run and is put off: %s", type(error.__cause__ or error).__name__)
            await self._record.awrite(lambda tx: self._put_off(tx, row_id))

    def _due(self, tx: Tx) -> list[str]:
        due = select(DueRow.id).where(DueRow.done_at.is_(None), DueRow.due_at <= self._now())
        return list(tx.session.scalars(due.order_by(DueRow.due_at).limit(AT_ONCE)))

    def _do(self, tx: Tx, row_id: str) -> None:
        row = tx.session.scalar(select(DueRow).where(DueRow.id == row_id, DueRow.done_at.is_(None)).with_for_update())
        if row is not None:
            HANDS[row.kind](tx, self._service, row, self._now())

    def _put_off(self, tx: Tx, row_id: str) -> None:
        row = tx.session.get_one(DueRow, row_id)
        row.due_at, row.result = self._now() + AGAIN_AFTER, PUT_OFF
