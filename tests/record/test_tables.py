"""The tables: migrations make exactly what the program expects, times are never naive, ids sort by when they were made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from importlib import resources
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint, create_engine, text
from sqlalchemy.exc import StatementError

from escalation.record.ids import new_id
from escalation.record.schema import SchemaError, ensure_current, upgrade
from escalation.record.store import Record, RecordUnavailable, Tx, make_engine
from escalation.record.tables import KeyRow, Table


def test_the_migrations_make_the_tables_that_the_program_expects(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
    engine.dispose()


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    ensure_current(database_url)


def test_an_empty_database_and_one_of_another_version_are_refused_with_what_to_run(tmp_path: Path, database_url: str) -> None:
    with pytest.raises(SchemaError, match="the database is empty: run `breakwater db upgrade`"):
        ensure_current(f"sqlite:///{tmp_path / 'new.db'}")
    with create_engine(database_url).begin() as plain:
        plain.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(SchemaError, match=r"is at migration 9999, this program needs \d+: run `breakwater db upgrade`"):
        ensure_current(database_url)


def test_a_time_without_a_zone_is_refused(record: Record) -> None:
    naive = datetime(2026, 11, 23, 10, 0)
    with pytest.raises(RecordUnavailable) as refused:
        record.write(lambda tx: tx.session.add(KeyRow(purpose="test", wrapped=b"", created_at=naive)))
    assert isinstance(refused.value.__cause__, StatementError)
    assert "time zone" in str(refused.value.__cause__)


def test_a_time_comes_back_as_the_same_moment_in_utc(record: Record) -> None:
    summer = datetime(2026, 7, 1, 12, 30, tzinfo=timezone(timedelta(hours=1)))

    def keep(tx: Tx) -> int:
        row = KeyRow(purpose="test", wrapped=b"", created_at=summer)
        tx.session.add(row)
        tx.session.flush()
        return row.number

    number = record.write(keep)
    found = record.read(lambda tx: tx.session.get_one(KeyRow, number).created_at)
    assert found == summer
    assert found.tzinfo is UTC


def test_ids_sort_by_when_they_were_made_and_never_repeat_also_from_many_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: [new_id() for _ in range(2000)], range(8)))
    assert all(run == sorted(run) for run in runs)
    assert len({made for run in runs for made in run}) == 16_000
    assert all(len(made) == 32 for run in runs for made in run)


def test_no_change_of_the_queues_own_tables_is_without_a_migration_of_ours() -> None:
    """Procrastinate's newest one here; a later one goes into a migration, and its name into this line."""
    there = {path.name for path in (resources.files("procrastinate") / "sql" / "migrations").iterdir() if path.name.endswith(".sql")}
    assert max(there) == "03.04.00_50_post_add_retry_failed_job_procedure.sql"


def test_what_belongs_to_a_person_a_place_or_a_case_is_found_by_an_index() -> None:
    """Else each one that is destroyed leads through everything that was ever said."""
    missing = [
        f"{table.name}.{key.parent.name}"
        for table in Table.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in {"people", "addresses", "cases"} and key.parent.name not in _looked_up_by(table)
    ]
    assert missing == []


def _looked_up_by(table: sqlalchemy.Table) -> set[str]:
    """The columns with which an index, or a key, begins."""
    keys = (one for one in table.constraints if isinstance(one, UniqueConstraint | PrimaryKeyConstraint))
    return {next(iter(one.columns)).name for one in (*table.indexes, *keys)}
