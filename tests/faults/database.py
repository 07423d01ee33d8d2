"""Taking the database away in the ways in which it goes away: locked by another program, overwritten, full, read-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from escalation.record.store import Record

GIVES_UP_MS = 300
"""How long a transaction waits for a lock here, so that tests need not wait the 10 seconds that it waits in use."""


def file_of(record: Record) -> Path:
    return Path(str(record.engine.url.database))


@contextmanager
def locked(record: Record) -> Iterator[None]:
    """Another program holds the write lock for as long as the block runs."""
    quickly = _set(record, f"busy_timeout = {GIVES_UP_MS}", afterwards="busy_timeout = 10000")
    with closing(sqlite3.connect(file_of(record), isolation_level=None)) as other, quickly:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def corrupt(record: Record) -> Iterator[None]:
    """The file is overwritten, and put back when the block ends."""
    record.write(lambda tx: None)
    record.engine.dispose()
    path = file_of(record)
    whole = path.read_bytes()
    path.write_bytes(b"this is no database any more\n" * 100)
    try:
        yield
    finally:
        record.engine.dispose()
        for part in path.parent.glob(f"{path.name}-*"):
            part.unlink()
        path.write_bytes(whole)


@contextmanager
def full(record: Record) -> Iterator[None]:
    """No page can be added to the database, as on a full disk."""
    with closing(sqlite3.connect(file_of(record), isolation_level=None)) as other:
        other.execute("VACUUM")  # pages that were freed would still take something in
    pages = record.read(lambda tx: int(tx.session.scalar(text("pragma page_count")) or 0))
    with _set(record, f"max_page_count = {pages}", afterwards="max_page_count = 1000000"):
        yield


@contextmanager
def read_only(record: Record) -> Iterator[None]:
    """Nothing can be written, as on a disk that was mounted anew after an error."""
    with _set(record, "query_only = 1", afterwards="query_only = 0"):
        yield


@contextmanager
def _set(record: Record, pragma: str, afterwards: str) -> Iterator[None]:
    """Every connection works under this pragma while the block runs."""
    now = [pragma]

    def taken_out(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA {now[0]}")

    event.listen(record.engine, "checkout", taken_out)
    try:
        yield
    finally:
        # The listener stays, since a connection that is in use now keeps the limit until it is taken out again.
        now[0] = afterwards
