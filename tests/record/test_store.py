"""Transactions: all or nothing, nothing lost under load, and one clear error while the database is away."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.rehearsal.house import MONDAY_MORNING
from escalation.record.schema import upgrade
from escalation.record.store import Record, RecordUnavailable, Tx
from escalation.record.tables import KeyRow
from tests.conftest import KEY

THREADS, EACH = 20, 50


def count_up(tx: Tx) -> int:
    """Read a number and write the next one: whatever runs beside it would lose a count."""
    row = tx.session.scalars(select(KeyRow).where(KeyRow.purpose == "count")).one()
    row.wrapped = str(int(row.wrapped) + 1).encode()
    tx.session.flush()
    return int(row.wrapped)


def begin_counting(tx: Tx) -> None:
    tx.session.add(KeyRow(purpose="count", wrapped=b"0", created_at=MONDAY_MORNING))


def counted(record: Record) -> int:
    return int(record.read(lambda tx: tx.session.scalars(select(KeyRow.wrapped).where(KeyRow.purpose == "count")).one()))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the database's write lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.fixture
def file(record: Record) -> Path:
    return Path(str(record.engine.url.database))


def test_nothing_is_lost_when_twenty_threads_write_at_once(record: Record) -> None:
    record.write(begin_counting)
    with ThreadPoolExecutor(THREADS) as pool:
        results = [number for run in pool.map(lambda _: [record.write(count_up) for _ in range(EACH)], range(THREADS)) for number in run]
    assert counted(record) == THREADS * EACH
    assert sorted(results) == list(range(1, THREADS * EACH + 1))


def test_two_processes_writing_at_once_lose_nothing(record: Record, database_url: str) -> None:
    record.write(begin_counting)
    second = Record(database_url, KEY)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda turn: (record if turn % 2 else second).write(count_up), range(200)))
        assert counted(record) == 200
    finally:
        second.close()


def test_a_transaction_that_fails_half_way_leaves_nothing_and_tells_nobody(record: Record) -> None:
    record.write(begin_counting)
    told: list[str] = []

    def fail(tx: Tx) -> None:
        count_up(tx)
        tx.signal("case:1")
        raise LookupError

    with record.signals.listening("case:1", to=told.append), pytest.raises(LookupError):
        record.write(fail)
    assert counted(record) == 0
    assert told == []


def test_what_a_reader_changes_is_rolled_back(record: Record) -> None:
    record.write(begin_counting)
    assert record.read(count_up) == 1
    assert counted(record) == 0


def test_a_commit_is_on_the_disk_when_it_returns(record: Record, file: Path, tmp_path: Path) -> None:
    record.write(begin_counting)
    record.write(count_up)
    for part in ("", "-wal"):
        shutil.copy(f"{file}{part}", f"{tmp_path / 'copy.db'}{part}")
    copy = Record(f"sqlite:///{tmp_path / 'copy.db'}", KEY)
    try:
        assert counted(copy) == 1
        assert copy.read(lambda tx: tx.session.scalar(text("pragma synchronous"))) == 2
    finally:
        copy.close()


@pytest.mark.rule("S76")
def test_nobody_else_on_the_machine_can_open_the_file(tmp_path: Path, record: Record, file: Path) -> None:

    made = tmp_path / "folder" / "fresh.db"
    upgrade(f"sqlite:///{made}")
    record.write(begin_counting)
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("breakwater.db*")} == {0o600}


def test_a_locked_database_is_an_error_that_says_so_and_nothing_is_stored(record: Record, file: Path) -> None:
    record.write(begin_counting)
    with locked(file), pytest.raises(RecordUnavailable, match="refused a transaction"):
        record.write(count_up)
    assert record.write(count_up) == 1


def test_a_locked_database_can_still_be_read(record: Record, file: Path) -> None:
    record.write(begin_counting)
    with locked(file):
        assert counted(record) == 0


def test_a_full_disk_is_an_error_and_what_was_stored_before_stays(record: Record) -> None:
    record.write(begin_counting)

    def fill(tx: Tx) -> None:
        pages = tx.session.scalar(text("pragma page_count"))
        tx.session.execute(text(f"pragma max_page_count = {pages}"))
        tx.session.add(KeyRow(purpose="big", wrapped=bytes(10_000_000), created_at=MONDAY_MORNING))

    with pytest.raises(RecordUnavailable):
        record.write(fill)
    assert counted(record) == 0


def test_a_corrupt_file_is_an_error(record: Record, file: Path) -> None:
    record.write(begin_counting)
    record.close()
    size = file.stat().st_size
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * (size - 4096))
    with pytest.raises(RecordUnavailable):
        Record(f"sqlite:///{file}", KEY)


@pytest.mark.parametrize("kind", ["folder", "text"])
def test_something_else_in_place_of_the_file_is_an_error(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "not-a-database"
    path.mkdir() if kind == "folder" else path.write_text("certainly no database, but a long enough text to look at " * 100)
    with pytest.raises(RecordUnavailable):
        Record(f"sqlite:///{path}", KEY)


def test_the_error_names_its_kind_and_quotes_no_words(record: Record) -> None:
    def twice(tx: Tx) -> None:
        tx.session.execute(text("insert into keys (number, purpose, wrapped, created_at) values (1, 'my own words', 'my own words', 0)"))

    with pytest.raises(RecordUnavailable) as refused:
        record.write(twice)
    assert str(refused.value) == "the database refused a transaction (IntegrityError)"
