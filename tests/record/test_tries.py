"""Limits on what must not be tried often hold for every process, after a restart, and for nobody else; and they cost next to nothing."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.rehearsal.house import MONDAY_MORNING, House
from escalation.record import tries
from escalation.record.retention import running
from escalation.record.schema import upgrade
from escalation.record.store import Record
from escalation.record.tables import Tries
from escalation.record.tries import Limit
from tests.conftest import KEY
from tests.postgres import postgres  # noqa: F401 - a fixture

FIVE = Limit("code", 5, timedelta(minutes=15))
COST = 0.001
"""Seconds that a counted try may cost at the median."""


def tried(record: Record, who: str = "10.1.1.1", *, minutes: float = 0, times: int = 1) -> list[int]:
    now = MONDAY_MORNING + timedelta(minutes=minutes)
    return [record.write(lambda tx: tries.take(tx, ((FIVE, who),), now)) for _ in range(times)]


def test_a_limit_holds_for_two_programs_and_after_a_restart_and_for_nobody_else(record: Record, database_url: str) -> None:
    assert tried(record, times=3) == [0, 0, 0]
    with closing(Record(database_url, KEY)) as other:
        assert tried(other, times=3) == [0, 0, 15 * 60]
    assert tried(record) == [15 * 60]
    assert tried(record, "10.1.1.2") == [0]


def test_it_opens_again_slowly_and_never_lets_two_times_as_many_through_at_the_turn_of_a_stretch(record: Record) -> None:
    assert tried(record, minutes=14, times=6)[-1] > 0
    assert tried(record, minutes=16)[0] > 0, "the stretch before still counts"
    assert tried(record, minutes=24, times=5).count(0) in (2, 3)
    assert tried(record, minutes=46, times=5) == [0] * 5


def test_nothing_tells_who_tried_and_it_is_forgotten_by_the_hourly_run(house: House) -> None:
    tried(house.record, "10.1.1.1")
    row = house.record.read(lambda tx: tx.session.scalars(select(Tries)).one())
    assert "10.1.1.1" not in row.id
    running.run(house.record, house.service.retention, house.clock() + timedelta(hours=2))
    assert house.record.read(lambda tx: tx.session.scalar(select(func.count()).select_from(Tries))) == 0


@pytest.mark.fault
def test_it_holds_on_postgresql_too(request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres").new_database()
    upgrade(url)
    with closing(Record(url, KEY)) as record:
        assert tried(record, times=6) == [0] * 5 + [15 * 60]


def test_counting_costs_less_than_a_millisecond(record: Record, tmp_path: Path) -> None:
    """Of the three limits of a return code, inside a transaction: what committing costs is the disk's."""
    limits = ((FIVE, "a"), (Limit("code of an address", 10**6, timedelta(minutes=15)), "b"), (Limit("all", 10**6, timedelta(hours=1)), ""))

    def measured(tx: object) -> float:
        taken = []
        for number in range(300):
            begun = time.process_time()
            tries.take(tx, ((FIVE, f"who-{number}"), *limits[1:]), MONDAY_MORNING)  # type: ignore[arg-type]
            taken.append(time.process_time() - begun)
        return sorted(taken)[150] / len(limits)

    assert record.write(measured) < COST
