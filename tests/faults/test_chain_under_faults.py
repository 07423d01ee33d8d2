"""A few escalations while the program is killed at random steps; `make chain` runs a hundred and prints the table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.chain_figures import Figures
from tests.faults.chain_table import FASTER, run

GOOD = Figures(
    escalations=10,
    kills=3,
    cases=10,
    alerted=10,
    picked_up=5,
    told=10,
    asked_anew=0,
    steps=30,
    done_twice=0,
    shown_twice=1,
    may_be_shown_twice=1,
    lost=0,
    late_median=1.0,
    late_worst=9.0,
)


@pytest.mark.parametrize("wrong", [{"cases": 9}, {"alerted": 9}, {"told": 9}, {"done_twice": 1}, {"shown_twice": 2}, {"lost": 1}], ids=str)
def test_the_table_itself_sees_what_is_missing_doubled_or_lost(wrong: dict[str, int]) -> None:
    assert GOOD.whole
    assert not replace(GOOD, **wrong).whole


@pytest.mark.fault
@pytest.mark.rule("S17")
async def test_every_escalation_is_alerted_and_told_once_although_the_program_is_killed(tmp_path: Path) -> None:
    made = await run(10, 2, tmp_path, FASTER)
    print(made.table())  # noqa: T201 - the figures are asked for
    assert made.whole, made.table()
    assert made.kills == 2
    assert made.picked_up
    assert made.steps
