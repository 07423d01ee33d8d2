"""Processes that share the work while one stands still and one is killed, in small; `make workers` does all of it to each kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.trials.test_kills import GOOD
from tests.trials.workers import Outcome, Plan, Wait, run

BUSY = 3
"""How much slower than one of its own a machine may be that does other things beside this."""


@pytest.mark.parametrize("wrong", ["lost", "out_of_order", "turns_twice", "alerts_twice"])
def test_the_table_itself_sees_what_is_lost_doubled_or_out_of_order(wrong: str) -> None:
    waits = (Wait("x", 1.0, 9.9, 2.0),)
    assert Outcome(GOOD, waits).whole
    assert not Outcome(replace(GOOD, **{wrong: 1}), waits).whole


@pytest.mark.parametrize("wait", [Wait("x", 10.1, 0.0, 0.0), Wait("x", 0.0, 10.1, 0.0), Wait("x", 0.0, 0.0, 10.1)])
def test_the_table_itself_sees_who_took_over_too_late(wait: Wait) -> None:
    assert not Outcome(GOOD, (wait,)).whole


@pytest.mark.fault
@pytest.mark.timeout(900)
@pytest.mark.rule("S17")
async def test_while_one_stands_still_and_one_is_killed_nothing_is_lost_doubled_or_out_of_order(tmp_path: Path, postgres: Postgres) -> None:
    made = await run(Plan(people=12, rounds=1, faults=("turns stopped", "sender killed")), tmp_path, postgres)
    print(made.table())  # noqa: T201 - the figures are asked for
    assert made.counted.messages > 50 and made.counted.replies > 12, "people have to be answered for this to mean something"
    patient = tuple(replace(wait, lease=wait.lease / BUSY, handled=wait.handled / BUSY, sent=wait.sent / BUSY) for wait in made.waits)
    assert replace(made, waits=patient).whole, made.table()
