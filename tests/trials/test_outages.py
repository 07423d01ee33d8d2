"""A few outages of some seconds; `make outages` tries all of them for a minute each and prints the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.trials.outages import HEAD, Row, run

SECONDS = 6.0


@pytest.mark.parametrize("row", [Row("x", 1, 1.0, 1.0, 1.0), Row("x", 0, 5.1, 1.0, 1.0)], ids=["lost", "late"])
def test_the_table_itself_sees_what_is_lost_or_comes_too_late(row: Row) -> None:
    assert Row("x", 0, 5.0, 1.0, 1.0).whole
    assert Row("x", 0, None, 1.0, 1.0).whole
    assert not row.whole


@pytest.mark.fault
@pytest.mark.timeout(900)
@pytest.mark.rule("S52")
async def test_while_the_record_or_the_app_is_away_danger_is_answered_and_nothing_is_lost(tmp_path: Path) -> None:
    names = ["database (sqlite) locked", "database (sqlite) full", "Telegram slows down other chats (429)", "Telegram away for a day"]
    all_is_well(await run(names, SECONDS, tmp_path))


@pytest.mark.fault
@pytest.mark.timeout(900)
@pytest.mark.rule("S52")
async def test_while_a_database_server_hangs_or_is_gone_danger_is_answered_and_nothing_is_lost(tmp_path: Path, postgres: Postgres) -> None:
    all_is_well(await run(["database (postgresql) hangs", "database (postgresql) gone"], SECONDS, tmp_path, postgres))


def all_is_well(rows: list[Row]) -> None:
    table = "\n".join([HEAD, *(row.line() for row in rows)])
    print(table)  # noqa: T201 - the figures are asked for
    assert all(row.whole for row in rows), table
