"""Messages while the program is killed at random moments, in small; `make kills` runs 10,000 messages and 100 kills on both databases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.trials.kill_figures import Figures
from tests.trials.kills import Plan, run

GOOD = Figures(
    people=5,
    messages=100,
    kills=3,
    replies=90,
    alerts=4,
    cut_off=4,
    lost=0,
    out_of_order=0,
    turns_twice=0,
    alerts_twice=0,
    replies_doubled=3,
    alerts_doubled=0,
    most_doubled_by_one_kill=2,
    most_doubled_for_one=1,
    from_memory=0,
    seconds=30.0,
)


@pytest.mark.parametrize("wrong", ["lost", "out_of_order", "turns_twice", "alerts_twice"])
def test_the_table_itself_sees_what_is_lost_doubled_or_out_of_order(wrong: str) -> None:
    assert GOOD.whole
    assert not replace(GOOD, **{wrong: 1}).whole


def test_a_kill_may_double_one_reply_for_each_person_and_not_more_than_one_on_average() -> None:
    assert not replace(GOOD, most_doubled_for_one=2).whole
    assert not replace(GOOD, replies_doubled=4).whole


@pytest.mark.fault
@pytest.mark.timeout(900)
@pytest.mark.rule("S17")
async def test_nothing_is_lost_or_out_of_order_although_the_program_is_killed_at_random_moments(tmp_path: Path) -> None:
    await all_is_there(Plan(300, 12, 3), tmp_path)


@pytest.mark.fault
@pytest.mark.timeout(900)
async def test_nothing_is_lost_or_out_of_order_on_postgresql_either(tmp_path: Path, postgres: Postgres) -> None:
    await all_is_there(Plan(120, 8, 2), tmp_path, postgres.new_database())


async def all_is_there(plan: Plan, folder: Path, database: str = "") -> None:
    made = await run(plan, folder, database)
    print(made.table())  # noqa: T201 - the figures are asked for
    assert (made.messages, made.kills) == (plan.messages, plan.kills)
    assert made.replies > 2 * plan.people, "people have to be answered for this to mean something"
    known_to_the_record = replace(made, replies_doubled=0)
    assert known_to_the_record.whole, made.table()
