"""Bringing a database to the present schema, and refusing to run on any other."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from escalation.record.store import make_engine


class SchemaError(Exception):
    """The database is not at the schema this program needs; the message says what to run."""


def upgrade(url: str) -> None:
    """Create or migrate the tables at `url`."""
    config = _config()
    engine = make_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def newest() -> str | None:
    """The name of the newest migration."""
    return ScriptDirectory.from_config(_config()).get_current_head()


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
