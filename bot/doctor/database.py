"""The record: its key, its database, its schema, and the disk under it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, inspect, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.doctor.installation import Installation
from bot.doctor.verdict import CannotLook, Verdict, attention, broken, ok, unknown
from bot.settings import SettingsError
from escalation.record import audit
from escalation.record.envelope import SealBroken
from escalation.record.schema import newest
from escalation.record.tables import AuditRow, KeyRow
from escalation.record.vault import Vault

CHECKED_FOR = 8.0
"""Seconds for which a database file is read through at most."""
LINKS = 2000
"""So many of the newest audit entries are looked through."""
SCARCE, FULL = 2_000_000_000, 200_000_000
"""Bytes of free disk below which somebody should look, and below which writing may fail at any moment."""
PROBE = b"\0" * 65_536


def check_data_key(one: Installation) -> Verdict:
    """Whether the key is there, and is the one that opens this record."""
    if not one.settings.has_data_key:
        return broken(
            "There is no data key.", "Set BREAKWATER_DATA_KEY: make one with `breakwater new-key`, or take the one you kept safe."
        )
    try:
        with Session(one.engine) as session:
            empty = not session.scalar(select(func.count()).select_from(KeyRow))
            Vault(one.settings.key_bytes()).load(session)
    except SettingsError as error:
        return broken("The data key cannot be read.", f"{error}.")
    except SealBroken:
        return broken("The data key does not open this record.", "Set the BREAKWATER_DATA_KEY with which this database was made.")
    except SQLAlchemyError:
        raise CannotLook("Whether the key opens the record is not known: the database cannot be read.") from None
    return ok("The data key can be used; the record is still empty." if empty else "The data key opens the record.")


def check_database(one: Installation) -> Verdict:
    """Whether the database answers."""
    shown = make_url(one.settings.database_url).render_as_string(hide_password=True)
    if one.file is not None and not one.file.exists():
        return broken(f"There is no database at {shown}.", "Make it with `breakwater db upgrade`, or correct BREAKWATER_DATABASE_URL.")
    try:
        with one.engine.connect() as connection:
            connection.execute(text("select 1"))
    except SQLAlchemyError as error:
        return broken(
            f"The database at {shown} does not open ({_kind(error)}).",
            "Check BREAKWATER_DATABASE_URL, that the database runs, and that the file is whole; if not, restore the last back-up.",
        )
    return ok(f"The database answers: {shown}.")


def check_writable(one: Installation) -> Verdict:
    """Whether something new can be stored. What is tried is taken back."""
    try:
        if one.file is not None:
            _write_beside(one.file)
        with one.engine.execution_options(reading=False).connect() as connection:
            connection.execute(text("create temporary table breakwater_probe (id integer)"))
            connection.rollback()
    except (OSError, SQLAlchemyError) as error:
        return broken(
            f"Nothing can be stored ({_kind(error)}).",
            "Look for a full disk, rights on the database's folder, or another program that holds the database.",
        )
    return ok("New messages can be stored.")


def check_integrity(one: Installation) -> Verdict:
    """Whether the database's pages fit together, as far as that can be read in a few seconds."""
    try:
        with one.engine.connect() as connection:
            return _read_through(connection) if one.file is not None else _each_table(connection)
    except SQLAlchemyError as error:
        if "interrupted" in str(error.__cause__):
            return unknown(
                f"The file is too large to be read through in {CHECKED_FOR:.0f} seconds.", "Run `PRAGMA quick_check` on a back-up."
            )
        return broken(f"The database is damaged ({_kind(error)}).", _DAMAGED)


def check_migrations(one: Installation) -> Verdict:
    """Whether the tables are those that this program needs."""
    try:
        with one.engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError:
        raise CannotLook("The database cannot be read.") from None
    if found == newest():
        return ok(f"The tables are up to date ({found}).")
    state = "The database is empty" if found is None else f"The tables are at {found}, and this program needs {newest()}"
    return broken(f"{state}.", "Stop the program, make a back-up, and run `breakwater db upgrade`.")


def check_disk(one: Installation) -> Verdict:
    """Whether there is room where the database is; on another machine, where this program runs."""
    folder = one.file.parent if one.file is not None else Path.cwd()
    if not folder.exists():
        raise CannotLook("The database's folder is not there.")
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e9:.1f} GB are free" + (" where the database is." if one.file is not None else " on this machine.")
    todo = "Make room, or move the database to a larger disk."
    return broken(told, todo) if free < FULL else attention(told, todo) if free < SCARCE else ok(told)


def check_audit(one: Installation) -> Verdict:
    """Whether the newest part of the audit chain is whole."""
    wrong = one.read(lambda tx: audit.first_broken(tx, LINKS))
    if wrong is not None:
        return broken(f"The audit chain is broken at entry {wrong}.", "Compare with the back-ups, and tell the data protection officer.")
    links = one.read(lambda tx: min(LINKS, tx.session.scalar(select(func.count()).select_from(AuditRow)) or 0))
    return ok(f"The newest part of the audit chain is whole ({links} entries); `breakwater audit verify` looks at all of it.")


_DAMAGED = "Stop the program, keep a copy of the file, and restore the last back-up."


def _write_beside(file: Path) -> None:
    """What a full disk or a folder without rights refuses: SQLite writes its log beside the file first."""
    with tempfile.TemporaryFile(dir=file.parent) as probe:
        probe.write(PROBE)
        probe.flush()
        os.fsync(probe.fileno())


def _read_through(connection: Connection) -> Verdict:
    until = time.monotonic() + CHECKED_FOR
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: int(time.monotonic() > until), 100_000)
    try:
        found = [row[0] for row in connection.execute(text("PRAGMA quick_check(3)"))]
    finally:
        driver.set_progress_handler(None, 0)
    return ok("The database file is whole.") if found == ["ok"] else broken("The database file is damaged.", _DAMAGED)


def _each_table(connection: Connection) -> Verdict:
    names = inspect(connection).get_table_names()
    for name in names:
        connection.exec_driver_sql(f'select 1 from "{name}" limit 1')  # noqa: S608 - names come from the database itself
    return ok(f"All {len(names)} tables can be read.")


def _kind(error: OSError | SQLAlchemyError) -> str:
    """What went wrong, without what was asked: the driver's own words for a database, which quote no data here."""
    cause = error.__cause__ if isinstance(error, SQLAlchemyError) else error
    return str(cause or type(error).__name__).strip().splitlines()[0][:120]
