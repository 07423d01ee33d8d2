"""A record that was taken out of a back-up: in a private folder, beside nothing that anybody serves from."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

from escalation.record.backup import sealed_file
from escalation.record.backup.sealed_file import BackupError, Header
from escalation.record.schema import known_migrations

WHAT = "record in SQLite"
_FOLDER = ".backup-"


def file_of(url: str) -> Path:
    """The file of a record in SQLite. Raises `BackupError` for any other database."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise BackupError("only a record in SQLite can be backed up here: for PostgreSQL use pg_dump and pg_restore (docs/operations.md)")
    return Path(parsed.database or "").absolute()


@contextmanager
def private_folder(beside: Path) -> Iterator[Path]:
    """A folder for this user alone, on the disk on which the record lies anyway; gone afterwards, and so are those of runs that died."""
    for left in beside.glob(f"{_FOLDER}*"):
        with suppress(OSError, ValueError):
            if not _runs(int(left.name.removeprefix(_FOLDER).partition("-")[0])):
                shutil.rmtree(left)
    try:
        beside.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = tempfile.TemporaryDirectory(prefix=f"{_FOLDER}{os.getpid()}-", dir=beside)
    except OSError as error:
        raise BackupError(f"there is no place to work in {beside} ({type(error).__name__}): check rights and free disk") from None
    with folder as name:
        yield Path(name)


def unpack(path: Path, master: bytes, folder: Path) -> tuple[Path, Header]:
    """Open a back-up into a database file in `folder`, and see that its pages fit together. Raises `BackupError`."""
    header = sealed_file.read_header(path)
    if header.what != WHAT:
        raise BackupError(f"{path} is a {header.what}, and no {WHAT}: choose another file")
    if header.migration not in known_migrations():
        raise BackupError(
            f"{path} was made by a newer version of this program (its tables are at {header.migration}): restore it with that one"
        )
    database = folder / "record.db"
    with os.fdopen(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        sealed_file.unseal(path, (master,), out)
    with closing(sqlite3.connect(database)) as connection:
        try:
            wrong = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")] != ["ok"]
        except sqlite3.DatabaseError:
            wrong = True
    if wrong:
        raise BackupError(f"the database in {path} is damaged: use another back-up")
    return database, header


def single_file(database: Path) -> None:
    """Bring all of a database into its one file. Raises `sqlite3.OperationalError` while anybody else has it open."""
    with closing(sqlite3.connect(database, timeout=0.5)) as connection:
        [mode] = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    if mode != "delete":
        raise sqlite3.OperationalError("somebody else has the database open")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
