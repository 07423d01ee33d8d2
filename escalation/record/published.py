"""The published versions of content files: added, never changed. Version 0 of a file is the shipped one, and has no row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from content.editorial.edition import kind_of
from escalation.record import audit
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import PublishedRow, Staff

_PUBLISHING = 7_205_759
"""The number of PostgreSQL's advisory lock for publishing; any that nothing else here uses."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a file, without its text. `by` is empty where nobody was signed in, as on the command line."""

    version: int
    at: datetime
    by: str
    note: str
    retired: bool
    withdraws: bool


def alone(tx: Tx) -> None:
    """Let no other transaction publish or begin a draft until this one ends: what is there is looked at before something is added.

    SQLite has one writer, so there nothing has to be done.
    """
    if tx.session.get_bind().dialect.name == "postgresql":
        tx.session.execute(select(func.pg_advisory_xact_lock(_PUBLISHING)))


def number(tx: Tx) -> int:
    """How many versions were published so far: it changes with each publish."""
    return tx.session.scalar(select(func.max(PublishedRow.number))) or 0


def texts(tx: Tx) -> dict[str, str | None]:
    """The newest text of every file that was published, by key; `None` for one that is retired."""
    newest = select(func.max(PublishedRow.number)).group_by(PublishedRow.key)
    rows = select(PublishedRow.key, PublishedRow.text).where(PublishedRow.number.in_(newest))
    return {row.key: row.text for row in tx.session.execute(rows)}


def version_of(tx: Tx, key: str) -> int:
    """The version of this file that is in force."""
    return tx.session.scalar(select(func.max(PublishedRow.version)).where(PublishedRow.key == key)) or 0


def script_versions(tx: Tx) -> dict[str, int]:
    """The version in force of each script that was published, by the name of its file: `sleep`, `sleep.pl`."""
    newest = select(PublishedRow.key, func.max(PublishedRow.version)).where(PublishedRow.kind == "guidance").group_by(PublishedRow.key)
    return {name_of(key): version for key, version in tx.session.execute(newest)}


def name_of(key: str) -> str:
    """What the file of a script is called, its language included."""
    return key.rpartition("/")[2].removesuffix(".yml")


def text_at(tx: Tx, key: str, version: int) -> str | None:
    """The text of one version. Raises `KeyError` where there is none of this number."""
    row = tx.session.scalar(select(PublishedRow).where(PublishedRow.key == key, PublishedRow.version == version))
    if row is None:
        raise KeyError(key)
    return row.text


def versions(tx: Tx, key: str) -> list[Version]:
    """The published versions of a file, newest first."""
    rows = select(PublishedRow, Staff.name).outerjoin(Staff, Staff.id == PublishedRow.published_by)
    found = tx.session.execute(rows.where(PublishedRow.key == key).order_by(PublishedRow.version.desc()))
    return [Version(row.version, row.published_at, name or "", row.note, row.text is None, row.withdraws) for row, name in found]


def add(tx: Tx, key: str, text: str | None, now: datetime, *, by: str | None, note: str, withdraws: bool = False) -> int:
    """Publish a text, or with `None` retire the file; the audit notes it. Returns the new version.

    `withdraws`: nobody finishes the version before, not even who is in the middle of it.
    """
    digest = hashlib.sha256((text or "").encode()).hexdigest()
    row = PublishedRow(
        number=number(tx) + 1,
        id=new_id(),
        kind=kind_of(key),
        key=key,
        version=version_of(tx, key) + 1,
        text=text,
        digest=digest,
        published_at=now,
        published_by=by,
        note=note,
        withdraws=withdraws,
    )
    tx.session.add(row)
    action = "withdrew_content" if withdraws else "retired_content" if text is None else "published_content"
    audit.note(tx, action, now, staff_id=by, subject_id=row.id, digest=digest)
    return row.version
