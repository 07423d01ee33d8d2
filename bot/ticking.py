"""The clock and the calendar of one machine: due rows each second, and an auditor that wakes what was left behind."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import select

from escalation import chain, flags
from escalation.context import Service
from escalation.record.store import Record, RecordUnavailable, Tx
from escalation.record.tables import CaseRow, DueRow, InboxRow

log = logging.getLogger(__name__)

LEFT_BEHIND = timedelta(seconds=10)
AT_ONCE = 200
PUT_OFF = timedelta(minutes=1)


class Ticking:
    """Runs what is due. Late work is never dropped: a row that could not run is run again."""

    def __init__(self, record: Record, service: Service, wake: Callable[[str, bool], None], now: Callable[[], datetime]) -> None:
        self._record = record
        self._service = service
        self._wake = wake
        self._now = now
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        kept = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler.add_job(self.run_due, "interval", seconds=1, **kept)
        self._scheduler.add_job(self.audit, "interval", seconds=5, next_run_time=datetime.now(tz=self._scheduler.timezone), **kept)
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    async def run_due(self) -> None:
        """Do everything that is due by now, each in a transaction of its own."""
        try:
            for row_id in await self._record.aread(self._due):
                await self._run_one(row_id)
        except RecordUnavailable as error:
            log.warning("what is due has to wait: %s", error)

    async def audit(self) -> None:
        """Wake whoever has messages that nobody handled for a while."""
        try:
            for person_id in await self._record.aread(self._left_behind):
                self._wake(person_id, True)
        except RecordUnavailable as error:
            log.warning("the auditor could not look: %s", error)

    async def _run_one(self, row_id: str) -> None:
        try:
            await self._record.awrite(lambda tx: self._do(tx, row_id))
        except RecordUnavailable:
            raise
        except Exception as error:
            log.error("a due row could not run and is put off: %s", type(error).__name__)
            await self._record.awrite(lambda tx: self._put_off(tx, row_id))

    def _due(self, tx: Tx) -> list[str]:
        due = select(DueRow.id).where(DueRow.done_at.is_(None), DueRow.due_at <= self._now())
        return list(tx.session.scalars(due.order_by(DueRow.due_at).limit(AT_ONCE)))

    def _do(self, tx: Tx, row_id: str) -> None:
        row = tx.session.scalar(select(DueRow).where(DueRow.id == row_id, DueRow.done_at.is_(None)).with_for_update())
        if row is None:
            return
        if row.kind == flags.REMINDER:
            self._remind(tx, row)
        else:
            chain.run(tx, self._service, row, self._now())

    def _remind(self, tx: Tx, row: DueRow) -> None:
        case = tx.session.get_one(CaseRow, row.case_id)
        row.done_at, row.result = self._now(), "done"
        flags.remind(tx, self._service, case, self._now())

    def _put_off(self, tx: Tx, row_id: str) -> None:
        row = tx.session.get_one(DueRow, row_id)
        row.due_at = self._now() + PUT_OFF

    def _left_behind(self, tx: Tx) -> list[str]:
        waiting = select(InboxRow.person_id).where(InboxRow.handled_at.is_(None), InboxRow.received_at <= self._now() - LEFT_BEHIND)
        return list(tx.session.scalars(waiting.distinct().limit(AT_ONCE)))
