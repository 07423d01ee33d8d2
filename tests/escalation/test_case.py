"""The life cycle of a case: each step that exists, and no other."""

from __future__ import annotations

from itertools import product

import pytest

from escalation.case import FOLLOWS, OPEN, WITH_PEOPLE, NotPossible, Stage, step

STEPS = """
offered   refused    # a no
offered   waiting    # a yes
offered   closed
refused   offered    # something graver
refused   waiting    # a changed mind, or a life at risk
refused   closed
waiting   live       # picked up
waiting   refused    # a changed mind
waiting   closed
live      waiting    # handed back
live      paused     # a changed mind, where a life is at risk
live      closing    # a plan is being written together
live      follow_up  # ended, with a check-in to come
live      closed
closing   live       # not yet
closing   waiting    # handed back
closing   paused     # a changed mind, where a life is at risk
closing   follow_up
closing   closed
follow_up waiting    # not OK
follow_up closed
paused    live       # picked up again
paused    waiting    # a new yes, or danger again
paused    closed
"""
POSSIBLE = {tuple(Stage(word) for word in line.split("#")[0].split()) for line in STEPS.strip().splitlines()}


@pytest.mark.parametrize(("now_at", "to"), list(product(Stage, Stage)))
def test_a_step_is_possible_exactly_where_the_table_has_it(now_at: Stage, to: Stage) -> None:
    if (now_at, to) in POSSIBLE:
        assert step(now_at, to) is to
    else:
        with pytest.raises(NotPossible, match=f"a case that is {now_at} cannot become {to}"):
            step(now_at, to)


@pytest.mark.rule("S02")
@pytest.mark.parametrize("now_at", sorted(OPEN - {Stage.WAITING}))
def test_whatever_was_said_before_an_open_case_can_become_one_that_waits_for_an_adult(now_at: Stage) -> None:
    assert step(now_at, Stage.WAITING) is Stage.WAITING


def test_every_case_can_end_and_what_has_ended_stays_so() -> None:
    assert all(Stage.CLOSED in FOLLOWS[stage] for stage in OPEN)
    assert not FOLLOWS[Stage.CLOSED]


@pytest.mark.rule("S01")
def test_staff_have_no_queue_of_cases_that_nobody_agreed_to() -> None:
    assert {Stage.OFFERED, Stage.REFUSED}.isdisjoint(WITH_PEOPLE)
