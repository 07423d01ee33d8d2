"""Restoring a back-up: everything happens on a private copy, and only when it is whole does it take the record's place."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from escalation.record import audit, erasures, master_key
from escalation.record.backup import erased_list, sealed_file
from escalation.record.backup.making import Contents, contents
from escalation.record.backup.sealed_file import BackupError, Header, settle
from escalation.record.backup.unpacked import private_folder, single_file, unpack
from escalation.record.envelope import SealBroken
from escalation.record.retention import running
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.schema import upgrade
from escalation.record.store import Record, RecordUnavailable
from escalation.record.tables import KeyRow, StaffSession, Table

PolicyOf = Callable[[Record], RetentionPolicy]
"""Reads the retention policy in force from an open record."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The master key in use, by which the record lies afterwards, and the one that sealed the file, where it was another."""

    in_use: bytes
    before: bytes | None = None

    @property
    def of_the_file(self) -> bytes:
        return self.before or self.in_use

    @property
    def changed(self) -> bool:
        return self.of_the_file != self.in_use


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it. `erased`: how much was erased again; `erasures_known_until`: `None` where nothing told of erasures since;
    `destroyed`: what was over by kind; `kept_beside`: where the record lies that was there before."""

    made_at: datetime
    contents: Contents
    erased: int
    erasures_known_until: datetime | None
    destroyed: Counter[str]
    kept_beside: Path | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """What is known to be erased since any back-up, and until when that is known."""

    digests: dict[str, datetime]
    known_until: datetime | None


def restore(path: Path, keys: Keys, target: Path, *, replace: bool, folders: Iterable[Path], policy: PolicyOf, now: datetime) -> Restored:
    """Put the record of a back-up at `target`. `folders`: where lists of erasures may lie, beside the one of the back-up.

    `replace`: also where a record with rows is there; it is kept beside. Raises `BackupError`, and then nothing has changed.
    """
    in_the_way = _has_rows(target)
    if in_the_way and not replace:
        raise BackupError(
            f"there is a record at {target}: say --replace to put the back-up in its place and keep it beside, or --to another"
        )
    with private_folder(target.parent) as folder:
        database, header = unpack(path, keys.of_the_file, folder)
        erased = _erased(path, keys, folders, target if in_the_way else None, now)
        restored = _made_ready(path, keys, database, header, erased, policy, now)
        kept = _put_aside(target, now) if target.exists() else None
        database.replace(target)
        settle(target.parent)
    return dataclasses.replace(restored, kept_beside=kept)


def rehearse(path: Path, keys: Keys, beside: Path, *, folders: Iterable[Path], policy: PolicyOf, now: datetime) -> Restored:
    """Do all that `restore` does in a private folder in `beside`, and leave nothing of it. Raises `BackupError`."""
    with private_folder(beside) as folder:
        database, header = unpack(path, keys.of_the_file, folder)
        return _made_ready(path, keys, database, header, _erased(path, keys, folders, None, now), policy, now)


def _made_ready(path: Path, keys: Keys, database: Path, header: Header, erased: Erased, policy: PolicyOf, now: datetime) -> Restored:
    """Bring the record in `database` to its newest form, with nothing in it that was erased or is over."""
    url = f"sqlite:///{database}"
    upgrade(url)
    record = Record(url, keys.of_the_file)
    try:
        now_in_force = policy(record)
        again = record.write(lambda tx: erasures.again(tx, erased.digests, now_in_force, now))
        record.write(lambda tx: erasures.add(tx, erased.digests))
        destroyed = running.run(record, now_in_force, now).destroyed
        # Who was signed in then may have left since.
        record.write(lambda tx: tx.session.execute(update(StaffSession).where(StaffSession.ended_at.is_(None)).values(ended_at=now)))
        found = record.read(contents)
        record.write(lambda tx: audit.note(tx, "backup_restored", now, digest=sealed_file.digest(path)))
        if keys.changed:
            master_key.at_once(record, keys.in_use, now)
    finally:
        record.close()
    single_file(database)
    return Restored(header.time, found, again, erased.known_until, destroyed)


def _erased(path: Path, keys: Keys, folders: Iterable[Path], target: Path | None, now: datetime) -> Erased:
    """From the lists, and from the record that is replaced, as far as it can still be read."""
    digests, known_until = erased_list.read((path.parent, *folders), (keys.in_use, keys.of_the_file))
    if target is not None:
        with suppress(RecordUnavailable, SealBroken, SQLAlchemyError, OSError):
            record = Record(f"sqlite:///{target}", keys.in_use)
            try:
                digests |= record.read(erasures.known)
                known_until = now
            finally:
                record.close()
    return Erased(digests, known_until)


def _has_rows(target: Path) -> bool:
    """Whether a record is there that somebody used, or something that cannot be read."""
    if not target.exists() or target.stat().st_size == 0:
        return False
    names = [table.name for table in Table.metadata.sorted_tables if table.name != KeyRow.__tablename__]
    try:
        with closing(sqlite3.connect(f"{target.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            return any(connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for name in names if name in there)  # noqa: S608
    except sqlite3.Error:
        return True


def _put_aside(target: Path, now: datetime) -> Path:
    """Rename what is there, with its log. Raises `BackupError` while a program runs on it."""
    try:
        single_file(target)
    except sqlite3.OperationalError:
        raise BackupError(f"a program still runs on {target}: stop it, then restore") from None
    except sqlite3.DatabaseError:  # damaged: as it is, then
        pass
    beside = target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%S}")
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            target.with_name(target.name + ending).rename(beside.with_name(beside.name + ending))
    return beside
