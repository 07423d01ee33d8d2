"""Bringing a database to the present schema, and refusing to run on any other."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from escalation.record.store import make_engine


class SchemaError(Exception):
    """The database is not at the schema this program needs; the message says what to run."""


def upgrade(url: str, to: str = "head") -> None:
    """Create or migrate the tables at `url`, all of it or nothing. Raises `SchemaError` if rows would lose what they belong to."""
    config = _config()
    engine = make_engine(url)
    with engine.connect() as connection:
        _let_tables_be_rebuilt(connection)
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            _check_what_rows_belong_to(connection)
    engine.dispose()


def _let_tables_be_rebuilt(connection: Connection) -> None:
    # SQLite changes a column by building the table anew, and dropping the old one counts as deleting all that others belong to.
    if connection.dialect.name == "sqlite":
        connection.connection.execute("PRAGMA foreign_keys=OFF")


def _check_what_rows_belong_to(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
        raise SchemaError(
            f"{len(lost)} rows belong to rows that are not there, first in {lost[0][0]}: nothing was changed; restore a back-up"
        )


def newest() -> str | None:
    """The name of the newest migration."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def known_migrations() -> set[str]:
    """The names of every migration of this program."""
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def ensure_current(url: str) -> None:
    """Raise `SchemaError` unless the database at `url` is at the newest migration."""
    head = newest()
    engine = make_engine(url)
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    if found != head:
        state = "is empty" if found is None else f"is at migration {found}, this program needs {head}"
        raise SchemaError(f"the database {state}: run `breakwater db upgrade`")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
