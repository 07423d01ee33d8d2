"""A record in SQLite: one file. What is taken out of a back-up lies in a private folder, beside nothing that anybody serves from."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import make_url

from escalation.record.backup import sealed_file
from escalation.record.backup.sealed_file import BackupError, Header, restorable, settle
from escalation.record.tables import KeyRow, Table

_FOLDER = ".backup-"


class SqliteFile:
    """The file of a record, whether it is there or not."""

    what = "record in SQLite"

    def __init__(self, url: str) -> None:
        self.path = Path(make_url(url).database or "").absolute()
        self.name = str(self.path)

    @contextmanager
    def snapshot(self) -> Iterator[BinaryIO]:
        """By SQLite's own online back-up."""
        with private_folder(self.path.parent) as folder:
            copy = folder / "copy.db"
            copy.touch(mode=0o600)
            try:
                with (
                    closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as source,
                    closing(sqlite3.connect(copy)) as target,
                ):
                    source.backup(target)
                single_file(copy)
            except sqlite3.Error as error:
                raise BackupError(f"{self.path} could not be copied ({type(error).__name__}): check rights and free disk") from None
            with copy.open("rb") as whole:
                yield whole

    @contextmanager
    def unpacked(self, path: Path, master: bytes) -> Iterator[tuple[str, Header]]:
        """In a private folder beside the file; its pages are seen to fit together."""
        header = restorable(path, self.what)
        with private_folder(self.path.parent) as folder:
            database = folder / "record.db"
            with os.fdopen(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                sealed_file.unseal(path, (master,), out)
            if not _whole(database):
                raise BackupError(f"the database in {path} is damaged: use another back-up")
            yield f"sqlite:///{database}", header

    def has_rows(self) -> bool:
        if not self.path.exists() or self.path.stat().st_size == 0:
            return False
        names = [table.name for table in Table.metadata.sorted_tables if table.name != KeyRow.__tablename__]
        try:
            with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=rw", uri=True)) as connection:
                there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
                return any(connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for name in names if name in there)  # noqa: S608
        except sqlite3.Error:
            return True

    def take(self, copy: str, now: datetime) -> str | None:
        database = Path(make_url(copy).database or "")
        single_file(database)
        kept = str(self._put_aside(now)) if self.path.exists() else None
        database.replace(self.path)
        settle(self.path.parent)
        return kept

    def _put_aside(self, now: datetime) -> Path:
        """Rename what is there, with its log. Raises `BackupError` while a program runs on it."""
        try:
            single_file(self.path)
        except sqlite3.OperationalError:
            raise BackupError(f"a program still runs on {self.path}: stop it, then restore") from None
        except sqlite3.DatabaseError:  # damaged: as it is, then
            pass
        beside = self.path.with_name(f"{self.path.name}.before-{now:%Y%m%dT%H%M%S}")
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                self.path.with_name(self.path.name + ending).rename(beside.with_name(beside.name + ending))
        return beside


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


def single_file(database: Path) -> None:
    """Bring all of a database into its one file. Raises `sqlite3.OperationalError` while anybody else has it open."""
    with closing(sqlite3.connect(database, timeout=0.5)) as connection:
        [mode] = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    if mode != "delete":
        raise sqlite3.OperationalError("somebody else has the database open")


def _whole(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        try:
            return [row[0] for row in connection.execute("PRAGMA integrity_check(3)")] == ["ok"]
        except sqlite3.DatabaseError:
            return False


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
