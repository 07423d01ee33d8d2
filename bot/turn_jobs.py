"""Turns that wait for whichever process makes them, where receiving is apart from it: a job for each, in the transaction that stores the words.

A job only wakes the person's lane: what there is to do stands in the record, and so does the right to do it. Jobs of one person are made
one after the other; those of a process that is gone are handed on.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from sqlalchemy import text

from bot.lanes import Lanes
from escalation.record.notices import connecting
from escalation.record.store import Record, RecordUnavailable, Tx

log = logging.getLogger(__name__)

TURN, QUEUE = "turn", "turns"
AT_ONCE = 400
"""Turns that one process has in hand at a time; most of them wait for the end of a burst."""
LOOKS_EVERY = 0.5
"""Seconds after which a process looks for jobs that no notice told it of."""
BEATS_EVERY, GONE_AFTER = 1.0, 4.0
"""Seconds between two signs of life of a process, and after which one without any counts as gone."""
TRIES = 30
"""So often, a second apart, a job looks again at what another process has in hand; afterwards the auditor does."""
CONNECTIONS = 4
PAUSE = 0.5
STOP_WITHIN = 15.0
"""Seconds that turns which are begun have when the program stops."""
MORE_WORDS, NOW = "more_words:", "now:"
"""Topics that tell the process that has somebody in hand: they wrote more, or something that must not wait."""

_app = App(connector=SyncPsycopgConnector())
# One that is locked here is not begun before this transaction ends, and then finds what it stored.
_WAITS = text("SELECT 1 FROM procrastinate_jobs WHERE lock = :person AND status = 'todo' LIMIT 1 FOR SHARE SKIP LOCKED")


class _InOtherHands(Exception):
    """Another process has it in hand, or the record is away: it is looked at again."""


def defer(tx: Tx, person_id: str, at_once: bool) -> None:
    """Have what this person sent handled once this transaction is committed."""
    tx.signal(f"{NOW if at_once else MORE_WORDS}{person_id}")
    tx.session.flush()
    if at_once or not _waits(tx, person_id):
        _defer(tx, person_id, at_once)


def remind(tx: Tx, person_id: str) -> None:
    """Have whatever is left of this person's messages handled at once."""
    if not _waits(tx, person_id):
        _defer(tx, person_id, at_once=True)


def _waits(tx: Tx, person_id: str) -> bool:
    return tx.session.execute(_WAITS, {"person": person_id}).first() is not None


def _defer(tx: Tx, person_id: str, at_once: bool) -> None:
    connection = tx.session.connection().connection.driver_connection
    try:
        job = _app.configure_task(TURN, queue=QUEUE, lock=person_id, connection=connection)
        job.defer(person_id=person_id, at_once=at_once)
    except ConnectorException as error:
        raise RecordUnavailable("the queue of turns took nothing") from error


class Reminding:
    """Wakes whoever makes turns, as a lane is woken here."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._begun: set[asyncio.Task[None]] = set()

    def wake(self, person_id: str, at_once: bool) -> None:
        """There is something to handle; where that cannot be said now, the auditor says it again."""
        task = asyncio.create_task(self._remind(person_id), name="reminding")
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)

    async def _remind(self, person_id: str) -> None:
        with suppress(RecordUnavailable):
            await self._record.afirst(lambda tx: remind(tx, person_id))


class TurnJobs:
    """Makes the turns that wait, as one process of several, in its own lanes."""

    def __init__(self, record: Record, lanes: Lanes) -> None:
        self._record = record
        self._lanes = lanes
        self._beat_at: float | None = None
        self._worker: int | None = None
        self._running: set[int | None] = set()
        self._left_over: set[int | None] = set()

    def beats(self) -> bool:
        """Whether it could lately tell the others that it is there."""
        return self._beat_at is not None and time.monotonic() - self._beat_at < 2 * GONE_AFTER

    async def run(self) -> None:
        """Make turns until cancelled, and then finish those that are begun."""
        loop = asyncio.get_running_loop()
        with self._record.signals.listening(f"{MORE_WORDS}*", f"{NOW}*", to=lambda topic: loop.call_soon_threadsafe(self._urge, topic)):
            while True:
                try:
                    await self._work()
                except Exception as error:
                    # Whatever it is, turns have to be made again as soon as they can be.
                    log.warning("turns have to wait for the database (%s)", type(error).__name__)
                await asyncio.sleep(PAUSE)

    def _urge(self, topic: str) -> None:
        kind, _, person_id = topic.partition(":")
        self._lanes.urge(person_id, f"{kind}:" == NOW)

    async def _work(self) -> None:
        """With connections of its own, until they fail."""
        connector = PsycopgConnector(kwargs=connecting(self._record), min_size=1, max_size=CONNECTIONS, timeout=GONE_AFTER)
        app = App(connector=connector)
        app.task(name=TURN, queue=QUEUE, retry=RetryStrategy(max_attempts=TRIES, wait=1), pass_context=True)(self._turn)
        async with app.open_async():
            handing_on = asyncio.create_task(self._hand_on(app), name="handing on")
            try:
                await app.run_worker_async(
                    queues=[QUEUE],
                    name=self._record.name,
                    concurrency=AT_ONCE,
                    fetch_job_polling_interval=LOOKS_EVERY,
                    delete_jobs="always",
                    shutdown_graceful_timeout=STOP_WITHIN,
                    install_signal_handlers=False,
                    update_heartbeat_interval=BEATS_EVERY,
                    stalled_worker_timeout=2 * GONE_AFTER,
                )
            finally:
                handing_on.cancel()
                await asyncio.gather(handing_on, return_exceptions=True)

    async def _turn(self, context: JobContext, person_id: str, at_once: bool) -> None:
        self._worker = context.job.worker_id
        self._running.add(context.job.id)
        try:
            # What was begun before has waited long enough.
            self._lanes.wake(person_id, at_once or context.job.attempts > 0)
            if not await self._lanes.at_rest(person_id):
                raise _InOtherHands
        finally:
            self._running.discard(context.job.id)

    async def _hand_on(self, app: App) -> None:
        """Let jobs of processes that are gone be done by others."""
        while True:
            await asyncio.sleep(BEATS_EVERY)
            try:
                gone = [*await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=GONE_AFTER), *await self._lost(app)]
            except ConnectorException as error:
                log.warning("jobs of processes that are gone are not known (%s)", type(error).__name__)
                continue
            for job in gone:
                # Another process may have handed it on already.
                with suppress(ConnectorException):
                    await app.job_manager.retry_job(job)
            self._beat_at = time.monotonic()

    async def _lost(self, app: App) -> list[Job]:
        """Jobs that count as begun here, at two looks, and are not: the database went away as one was fetched, or as it ended."""
        if self._worker is None:
            return []
        ours = await app.job_manager.list_jobs_async(queue=QUEUE, status="doing", worker_id=self._worker)
        idle = [job for job in ours if job.id not in self._running]
        before, self._left_over = self._left_over, {job.id for job in idle}
        return [job for job in idle if job.id in before]
