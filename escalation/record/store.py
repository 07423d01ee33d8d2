"""One engine and its transactions.

On SQLite every write runs on one writer thread and begins with `BEGIN IMMEDIATE`, since deferred transactions fail as
locked under load; what waits at the same moment shares one commit, which takes longer there than most work. On PostgreSQL writes
run side by side. Work is a plain function that gets a `Tx`; it never awaits.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, IntegrityError, MultipleResultsFound, NoResultFound, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from sqlalchemy.orm.util import identity_key

from escalation.record import notices
from escalation.record.ids import new_id
from escalation.record.retention import veil
from escalation.record.retention.veil import Veil
from escalation.record.tables import MasterKey
from escalation.record.vault import Vault, master_rows
from escalation.signals import Signals

T = TypeVar("T")

log = logging.getLogger(__name__)


class RecordUnavailable(Exception):
    """The database did not take a transaction; nothing of it was stored. Try again later."""


class Collided(RecordUnavailable):
    """PostgreSQL ended a transaction because it and another waited for each other; it may be begun again at once."""


class Refused(RecordUnavailable):
    """The database is there, and this very work failed: a row that it needs is gone, or one that it makes does not fit. It may well fail
    each time, so nothing else may wait for it."""


_REFUSALS = (DataError, IntegrityError, MultipleResultsFound, NoResultFound, ObjectDeletedError, StaleDataError)
_COLLISIONS = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock, in PostgreSQL's list of error codes."""
_BEGUN_AGAIN = 20
_TOGETHER = 0.025
"""Seconds of work that share one commit, at most: so long somebody waits for the others."""


@dataclass
class Tx:
    """One open transaction, what seals its fields, and whom to tell once it is committed. `veil` hides what is past its time."""

    session: Session
    vault: Vault
    veil: Veil | None = None
    signals: list[str] = field(default_factory=list)

    def signal(self, topic: str) -> None:
        """Tell whoever listens to `topic` after the commit. Topics carry ids only, never words."""
        if topic not in self.signals:
            self.signals.append(topic)

    def at_hand(self, table: type[T], id: str) -> T | None:
        """The row with this id, where this transaction holds it already; `None` means that it has to be read."""
        return self.session.identity_map.get(identity_key(table, id))


_Job = tuple[Future[Any], Callable[[Tx], Any]]
"""Some work, and where its result is awaited."""


class _Session(Session):
    """A session whose statements see nothing that is past its time."""


event.listen(_Session, "do_orm_execute", veil.hide)


class Record:
    """The open record. Raises `RecordUnavailable` from every call while the database is away.

    `veil` is set by whoever serves from it, so that nothing past its time is read. `name` tells this process from others at the same
    database, by which its connections are known there.
    """

    def __init__(self, url: str, master_key: bytes, signals: Signals | None = None, *, stands_still: float = 0) -> None:
        """`stands_still`: seconds after which PostgreSQL ends a transaction of this process in which nothing happens; 0 for never."""
        self.url, self.stands_still = url, stands_still
        self.name = f"breakwater-{new_id()}"
        self.signals = signals or Signals()
        self.vault = Vault(master_key, self._master_keys)
        self.veil: Veil | None = None
        self.engine = make_engine(url, self.name, stands_still)
        one_writer = self.engine.dialect.name == "sqlite"
        self.shared = not one_writer
        """Whether other processes may be at the same record, and hear what this one did."""
        # A snapshot: a person and their words belong together, also while their key is renewed.
        isolation = {} if one_writer else {"isolation_level": "REPEATABLE READ"}
        self._reading = self.engine.execution_options(reading=True, **isolation)
        self._writers = ThreadPoolExecutor(1 if one_writer else 8, "record-write")
        self._first: deque[_Job] = deque()
        self._others: deque[_Job] = deque()
        self._readers = ThreadPoolExecutor(4, "record-read")
        self.write(lambda tx: tx.vault.load(tx.session))

    def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction, commit it, then tell listeners. All or nothing is stored."""
        return self._put(self._others.append, work).result()

    def insist(self, work: Callable[[Tx], T]) -> T:
        """`write`, begun again where it collides with others: for batches that change nothing but rows."""
        for _ in range(_BEGUN_AGAIN):
            with suppress(Collided):
                return self.write(work)
        return self.write(work)

    async def awrite(self, work: Callable[[Tx], T]) -> T:
        """`write` for callers on the event loop."""
        return await asyncio.wrap_future(self._put(self._others.append, work))

    async def afirst(self, work: Callable[[Tx], T], *, before_all: bool = False) -> T:
        """`awrite` ahead of everything that waits, for what is short and must not wait: what came in, what went out, danger.

        `before_all`: ahead of those too, for what only this process knows as long as it is not stored.
        """
        return await asyncio.wrap_future(self._put(self._first.appendleft if before_all else self._first.append, work))

    def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on a snapshot. What it changes is rolled back."""
        return self._readers.submit(self._run, self._reading, work).result()

    async def aread(self, work: Callable[[Tx], T]) -> T:
        """`read` for callers on the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._run, self._reading, work)

    def tell(self, topic: str) -> None:
        """A signal that belongs to no change, such as that somebody is writing: to listeners here and in other processes. It may get lost."""
        self.signals.publish(topic)
        if self.shared:
            with suppress(RuntimeError):  # the record is being closed
                self._writers.submit(self._tell, topic)

    def fold_in(self) -> bool:
        """Bring the write-ahead log into the database file and empty it, so that no older page is left in it.

        `False` where somebody still reads an older snapshot: try again. On PostgreSQL dead rows are vacuumed instead.
        """
        with self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            if self.engine.dialect.name != "sqlite":
                driver.autocommit = True  # type: ignore[union-attr]
                driver.execute("VACUUM")  # type: ignore[union-attr]
                connection.invalidate()
                return True
            # Everybody who writes waits meanwhile, so it does not wait long for those who read.
            driver.execute("PRAGMA busy_timeout=500")  # type: ignore[union-attr]
            busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()  # type: ignore[union-attr]
            connection.invalidate()
            return not busy

    def close(self) -> None:
        """Finish what is running and close every connection."""
        self._writers.shutdown()
        self._readers.shutdown()
        self.engine.dispose()

    def _master_keys(self) -> Sequence[MasterKey]:
        with Session(self._reading) as session:
            return master_rows(session)

    def _put(self, line_up: Callable[[_Job], None], work: Callable[[Tx], T]) -> Future[T]:
        noted: Future[T] = Future()
        line_up((noted, work))
        self._writers.submit(self._work_off)
        return noted

    def _next(self) -> _Job | None:
        """What is to be done next and is still wanted; `None` where others have done it already."""
        for line in (self._first, self._others):
            with suppress(IndexError):  # another writer may have taken the last one
                while True:
                    job = line.popleft()
                    if job[0].set_running_or_notify_cancel():
                        return job
        return None

    def _work_off(self) -> None:
        job = self._next()
        if job is not None and not self.shared and (self._first or self._others):
            self._together(job)
        elif job is not None:
            noted, work = job
            self._fulfil(noted, partial(self._run, self.engine, work))

    def _together(self, job: _Job) -> None:
        """Do what waits at this moment, each wholly or not at all, and store it with one commit."""
        ends, jobs = time.monotonic() + _TOGETHER, [job]
        done: dict[Future[Any], Callable[[], None]] = {}
        try:
            with self.engine.begin() as connection:
                for noted, work in jobs:
                    try:
                        result, tx = self._do(connection, work)
                        done[noted] = partial(self._fulfil, noted, partial(self._stored, result, tx))
                    except Exception as error:
                        if not connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
                            raise  # SQLite has given up the whole of it, as where the disk is full
                        done[noted] = partial(noted.set_exception, _told(error))
                    if time.monotonic() < ends and (more := self._next()):
                        jobs.append(more)
        except BaseException as error:
            done = {noted: partial(noted.set_exception, _told(error)) for noted, _ in jobs}
        for tell in done.values():
            tell()

    def _fulfil(self, noted: Future[T], work: Callable[[], T]) -> None:
        try:
            noted.set_result(work())
        except BaseException as error:
            noted.set_exception(error)

    def _tell(self, topic: str) -> None:
        try:
            with Session(self.engine) as session:
                notices.send(session, self.name, [topic])
                session.commit()
        except SQLAlchemyError as error:
            log.warning("other processes did not hear of something (%s)", type(error).__name__)

    def _run(self, engine: Engine, work: Callable[[Tx], T]) -> T:
        try:
            result, tx = self._do(engine, work)
        except SQLAlchemyError as error:
            raise _told(error) from error
        return self._stored(result, tx)

    def _do(self, place: Engine | Connection, work: Callable[[Tx], T]) -> tuple[T, Tx]:
        """Run `work` in a transaction of its own, or on a connection that has one, inside of that. Reading stores nothing."""
        with _Session(place, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            if self.veil is not None:
                self.veil.draw(session)
            tx = Tx(session, self.vault, self.veil)
            result = work(tx)
            if place is not self._reading:
                if self.shared and tx.signals:
                    notices.send(session, self.name, tx.signals)
                session.commit()
        return result, tx

    def _stored(self, result: T, tx: Tx) -> T:
        for topic in tx.signals:
            self.signals.publish(topic)
        return result


def is_away(error: BaseException) -> bool:
    """Whether the database takes nothing now; otherwise this very work failed, and nothing else need wait for it."""
    return isinstance(error, RecordUnavailable) and not isinstance(error, Refused)


def _told(error: BaseException) -> BaseException:
    """What callers are told of an error. The driver's message may quote parameters, so only its kind goes on."""
    if not isinstance(error, SQLAlchemyError):
        return error
    kind = Refused if isinstance(error, _REFUSALS) else RecordUnavailable
    if getattr(getattr(error, "orig", None), "sqlstate", None) in _COLLISIONS:
        kind = Collided
    told = kind(f"the database refused a transaction ({type(error).__name__})")
    told.__cause__ = error
    return told


def make_engine(url: str, name: str = "", stands_still: float = 0) -> Engine:
    """An engine for SQLite or PostgreSQL, set up for durability; errors never show parameters. Raises `RecordUnavailable`.

    `name`: by which its connections are known at PostgreSQL; `stands_still`: see `Record`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        known_as = notices.known_as(parsed, name, stands_still)
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=known_as)
    if parsed.database and parsed.database != ":memory:":
        _private_file(Path(parsed.database))
    # By their names, a statement's values are handed over once each: what hides things past their time has the same ones many times.
    engine = create_engine(parsed, hide_parameters=True, paramstyle="named", connect_args={"check_same_thread": False, "timeout": 10})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    # As SQLAlchemy says it, but not put together anew each time.
    for do, words in (("savepoint", "SAVEPOINT"), ("release_savepoint", "RELEASE"), ("rollback_to_savepoint", "ROLLBACK TO")):
        setattr(engine.dialect, f"do_{do}", partial(_say, words))
    return engine


def _private_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        raise RecordUnavailable(f"the database file cannot be made at {path} ({type(error).__name__})") from error


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _say(words: str, connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"{words} {name}")
