"""Where a record lies: what making and restoring a back-up need of each kind of database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from sqlalchemy import make_url

from escalation.record.backup.postgres import PostgresDatabase
from escalation.record.backup.sealed_file import BackupError, Header
from escalation.record.backup.sqlite_file import SqliteFile


class Place(Protocol):
    """A database, there or not. Every method raises `BackupError`."""

    what: str
    """What a back-up of it says that it is."""
    name: str
    """What people call it; without a password."""

    def snapshot(self) -> AbstractContextManager[BinaryIO]:
        """All of it as it is at one moment, while others go on writing."""

    def unpacked(self, path: Path, master: bytes) -> AbstractContextManager[tuple[str, Header]]:
        """The address of a private copy beside it with what is in this back-up, and what the back-up says of itself. The copy goes
        afterwards, unless it took the place."""

    def has_rows(self) -> bool:
        """Whether a record is there that somebody used, or something that cannot be read."""

    def take(self, copy: str, now: datetime) -> str | None:
        """Put the private copy at this address in the place. Returns the name under which what was there is kept."""


KINDS = frozenset({SqliteFile.what, PostgresDatabase.what})
"""What back-ups of a record say that they are."""


def place_of(url: str) -> Place:
    """The place at a database's address. Raises `BackupError`."""
    kind = make_url(url).get_backend_name()
    if kind == "sqlite":
        return SqliteFile(url)
    if kind == "postgresql":
        return PostgresDatabase(url)
    raise BackupError(f"a record in {kind} cannot be backed up here")
