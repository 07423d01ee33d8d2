"""Making a back-up while the program runs, and looking at it at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from escalation.record import audit, erasures
from escalation.record.backup import erased_list, sealed_file
from escalation.record.backup.places import KINDS, Place, place_of
from escalation.record.backup.sealed_file import BackupError, Header
from escalation.record.retention import running
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.schema import newest
from escalation.record.store import Record, Tx
from escalation.record.tables import CaseRow, Person

ENDING = ".backup"


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found in a back-up. `broken`: the first entry of the audit that does not fit, or `None`."""

    people: int
    cases: int
    broken: int | None


@dataclass(frozen=True, slots=True)
class Made:
    """A finished back-up: bytes of its file, and what was found in it when it was opened again."""

    size: int
    contents: Contents


def make(record: Record, path: Path, policy: RetentionPolicy, now: datetime) -> Made:
    """Destroy what is over, then back up everything else into the new file `path`, open it again, and look whether it is whole.

    It is sealed by the newest master key. Everybody goes on reading and writing meanwhile. Raises `BackupError`; then nothing is left behind.
    """
    place, master = place_of(record.url), record.vault.newest.secret
    if path.exists():
        raise BackupError(f"{path} is there already: choose a name for a new file")
    running.run(record, policy, now)
    erased_list.write(path.parent, record.vault.masters, record.read(erasures.known), now)
    try:
        with place.snapshot() as source:
            sealed_file.write(path, master, Header.new(place.what, str(newest()), master, now), source)
    except OSError as error:
        raise BackupError(f"the back-up could not be written to {path} ({type(error).__name__}): check rights and free disk") from None
    try:
        contents = _opened_again(place, path, master)
    except BackupError:
        path.unlink()
        raise
    record.write(lambda tx: audit.note(tx, "backup_made", now, digest=sealed_file.digest(path)))
    return Made(path.stat().st_size, contents)


def contents(tx: Tx) -> Contents:
    """How much there is, and whether the audit chain is whole."""
    people, cases = (tx.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Person.__table__, CaseRow.__table__))
    return Contents(people, cases, audit.first_broken(tx))


def keep_newest(folder: Path, since: datetime) -> list[Path]:
    """Delete the back-ups of a folder that were made before `since`, never the newest one; returns those that are left, oldest first."""
    found = in_folder(folder)
    for made_at, path in found[:-1]:
        if made_at < since:
            path.unlink()
    return [path for _, path in in_folder(folder)]


def in_folder(folder: Path) -> list[tuple[datetime, Path]]:
    """The back-ups of a folder and when each was made, oldest first."""
    return sorted(_dated(folder.glob(f"*{ENDING}")))


def _dated(paths: Iterable[Path]) -> Iterable[tuple[datetime, Path]]:
    for path in paths:
        try:
            header = sealed_file.read_header(path)
        except BackupError:
            continue
        if header.what in KINDS:
            yield header.time, path


def _opened_again(place: Place, path: Path, master: bytes) -> Contents:
    with place.unpacked(path, master) as (url, _):
        copy = Record(url, master)
        try:
            return copy.read(contents)
        finally:
            copy.close()
