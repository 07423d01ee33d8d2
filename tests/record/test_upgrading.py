"""An upgrade of a record that is in use: every row of every earlier version is still there, and still belongs to what it belonged to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from escalation.record.schema import SchemaError, _config, upgrade
from escalation.record.store import make_engine

EARLIER = sorted(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())[:-1]
EXAMPLES: tuple[tuple[type[Any], Any], ...] = (
    (sa.DateTime, datetime(2026, 11, 1, 12, tzinfo=UTC)),
    (sa.Date, date(2026, 11, 1)),
    (sa.JSON, []),
    (sa.Boolean, True),
    (sa.Integer, 1),
    (sa.Float, 1.0),
    (sa.LargeBinary, b"sealed"),
    (sa.String, "one"),
)


def example(column: sa.Column[Any]) -> Any:
    """Some value that fits a column; the same text everywhere, so that rows refer to each other."""
    return next(value for kind, value in EXAMPLES if isinstance(column.type, kind))


@pytest.mark.parametrize("earlier", EARLIER)
def test_a_record_in_use_keeps_every_row(tmp_path: Path, earlier: str) -> None:
    url = f"sqlite:///{tmp_path / 'in-use.db'}"
    upgrade(url, earlier)
    before = fill(url)
    upgrade(url)
    assert counted(url, set(before)) == before


def test_an_upgrade_that_would_leave_rows_without_what_they_belong_to_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'broken.db'}"
    upgrade(url, EARLIER[-1])
    fill(url)
    with make_engine(url).connect() as connection:
        connection.connection.execute("PRAGMA foreign_keys=OFF")
        connection.connection.execute("DELETE FROM people")
    before = counted(url, tables(url))
    with pytest.raises(SchemaError, match=r"rows belong to rows that are not there.*nothing was changed"):
        upgrade(url)
    assert counted(url, tables(url)) == before


def fill(url: str) -> dict[str, int]:
    """One row in every table, each referring to the others; how many rows there are."""
    engine = make_engine(url)
    found = sa.MetaData()
    found.reflect(engine)
    with engine.begin() as connection:
        for table in found.sorted_tables:
            if table.name != "alembic_version" and not connection.scalar(sa.select(sa.func.count()).select_from(table)):
                connection.execute(table.insert().values({column.name: example(column) for column in table.columns}))
    engine.dispose()
    return counted(url, tables(url))


def tables(url: str) -> set[str]:
    engine = make_engine(url)
    names = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return names


def counted(url: str, names: set[str]) -> dict[str, int]:
    """How many rows each table has."""
    engine = make_engine(url)
    with engine.connect() as connection:
        numbers = {name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0 for name in names}
    engine.dispose()
    return numbers
