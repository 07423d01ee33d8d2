"""Restoring a back-up: everything happens on a private copy, and only when it is whole does it take the record's place."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from escalation.record import audit, erasures, master_key, parting
from escalation.record.backup import erased_list, sealed_file
from escalation.record.backup.making import Contents, contents
from escalation.record.backup.places import place_of
from escalation.record.backup.sealed_file import BackupError, Header
from escalation.record.envelope import SealBroken
from escalation.record.retention import running
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.schema import upgrade
from escalation.record.store import Record, RecordUnavailable
from escalation.record.tables import StaffSession

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
    """What came of it. `erased`: how much was erased, cleared and parted again; `erasures_known_until`: `None` where nothing told of erasures since;
    `destroyed`: what was over by kind; `kept_beside`: the name under which the record lies that was there before."""

    made_at: datetime
    contents: Contents
    erased: int
    erasures_known_until: datetime | None
    destroyed: Counter[str]
    kept_beside: str | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """What is known to be erased, cleared and parted since any back-up, and until when that is known."""

    digests: dict[str, datetime]
    known_until: datetime | None


def restore(path: Path, keys: Keys, target: str, *, replace: bool, folders: Iterable[Path], policy: PolicyOf, now: datetime) -> Restored:
    """Put the record of a back-up at the address `target`. `folders`: where lists of erasures may lie, beside the one of the back-up.

    `replace`: also where a record with rows is there; it is kept beside. Raises `BackupError`, and then nothing has changed.
    """
    place = place_of(target)
    in_the_way = place.has_rows()
    if in_the_way and not replace:
        raise BackupError(
            f"there is a record at {place.name}: say --replace to put the back-up in its place and keep it beside, or --to another"
        )
    with place.unpacked(path, keys.of_the_file) as (copy, header):
        lists = (path.parent, *folders)
        erased = _erased(keys, lists, target if in_the_way else None, now)
        restored = _made_ready(path, keys, copy, header, erased, policy, now)
        kept = place.take(copy, now)
    if keys.changed:
        # The record that is there now could not open them, and so would make no back-up any more.
        erased_list.seal_anew(lists, (keys.in_use, keys.of_the_file))
    return dataclasses.replace(restored, kept_beside=kept)


def rehearse(path: Path, keys: Keys, beside: str, *, folders: Iterable[Path], policy: PolicyOf, now: datetime) -> Restored:
    """Do all that `restore` does in a private place beside the record at this address, and leave nothing. Raises `BackupError`."""
    with place_of(beside).unpacked(path, keys.of_the_file) as (copy, header):
        return _made_ready(path, keys, copy, header, _erased(keys, (path.parent, *folders), None, now), policy, now)


def _made_ready(path: Path, keys: Keys, url: str, header: Header, erased: Erased, policy: PolicyOf, now: datetime) -> Restored:
    """Bring the record at this address to its newest form, with nothing in it that was erased or is over."""
    upgrade(url)
    record = Record(url, keys.of_the_file)
    try:
        now_in_force = policy(record)
        again = record.write(lambda tx: erasures.again(tx, erased.digests, now_in_force, now))
        again += record.write(lambda tx: parting.again(tx, erased.digests, now))
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
    return Restored(header.time, found, again, erased.known_until, destroyed)


def _erased(keys: Keys, folders: Iterable[Path], target: str | None, now: datetime) -> Erased:
    """From the lists, and from the record that is replaced, as far as it can still be read."""
    digests, known_until = erased_list.read(folders, (keys.in_use, keys.of_the_file))
    if target is not None:
        with suppress(RecordUnavailable, SealBroken, SQLAlchemyError, OSError):
            record = Record(target, keys.in_use)
            try:
                digests = erasures.together(digests, record.read(erasures.known))
                known_until = now
            finally:
                record.close()
    return Erased(digests, known_until)
