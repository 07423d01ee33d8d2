"""A first rota, proposed: nobody works too much, and what nobody can work stays open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from escalation.rota.proposal import LONGEST_SHIFT, MOST_IN_A_WEEK, REST, Proposed, propose
from escalation.rota.spans import Span

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def week(start: float, hours: float) -> list[Span]:
    """The same hours each day."""
    days = (MONDAY + timedelta(days=day, hours=start) for day in range(7))
    return [Span(begins, begins + timedelta(hours=hours)) for begins in days]


def hours_of(who: str, plan: list[Proposed]) -> float:
    return sum((one.span.ends_at - one.span.starts_at).total_seconds() / 3600 for one in plan if one.staff_id == who)


def test_evenings_are_shared_evenly_and_a_colleague_stands_by() -> None:
    plan = propose(week(16, 5), ["sam", "alex"], ["jo"])
    assert len(plan) == 7
    assert sorted(hours_of(who, plan) for who in ("sam", "alex", "jo")) == [0, 15, 20]
    assert all(one.backup not in (None, one.staff_id) for one in plan)


def test_a_long_day_is_cut_in_shifts_of_the_same_length() -> None:
    plan = propose([Span(MONDAY, MONDAY + timedelta(hours=24))], ["sam", "alex", "nia"], [])
    assert [one.span.ends_at - one.span.starts_at for one in plan] == [timedelta(hours=8)] * 3


def test_leads_stand_in_only_where_there_is_no_worker() -> None:
    assert {one.staff_id for one in propose(week(9, 4), [], ["jo"])} == {"jo"}
    assert {one.staff_id for one in propose(week(9, 4), ["sam"], ["jo"])} == {"sam"}


def test_shifts_that_somebody_has_already_count() -> None:
    night = Span(MONDAY, MONDAY + timedelta(hours=6))
    assert propose([Span(night.ends_at + timedelta(hours=3), night.ends_at + timedelta(hours=5))], ["sam"], [], {"sam": [night]}) == []


def test_eleven_hours_of_rest_are_enough_and_a_minute_less_is_not() -> None:
    before = Span(MONDAY, MONDAY + timedelta(hours=6))
    rested, tired = (
        [Span(before.ends_at + rest, before.ends_at + rest + timedelta(hours=2))] for rest in (REST, REST - timedelta(minutes=1))
    )
    assert [one.staff_id for one in propose(rested, ["sam"], [], {"sam": [before]})] == ["sam"]
    assert propose(tired, ["sam"], [], {"sam": [before]}) == []


def test_a_week_may_be_full_to_the_hour_and_not_beyond() -> None:
    had = {"sam": week(9, 8)[:5]}
    [eight, nine] = ([Span(MONDAY + timedelta(days=5, hours=9), MONDAY + timedelta(days=5, hours=9 + hours))] for hours in (8, 8.25))
    assert [one.staff_id for one in propose(eight, ["sam"], [], had)] == ["sam"]
    assert len(propose(nine, ["sam"], [], had)) == 1, "of two halves the first fits"


def test_standing_by_is_shared_and_nobody_stands_by_while_they_work() -> None:
    plan = propose(week(16, 5), ["sam"], ["jo", "kit"])
    assert sorted(one.backup for one in plan if one.backup) == ["jo", "jo", "jo", "jo", "kit", "kit", "kit"]
    long = propose([Span(MONDAY, MONDAY + timedelta(hours=16))], ["sam", "alex"], [])
    assert [(one.staff_id, one.backup) for one in long] == [("sam", "alex"), ("alex", "sam")]
    busy = {"jo": [Span(MONDAY + timedelta(hours=8), MONDAY + timedelta(hours=9))]}
    early, late = propose(
        [Span(MONDAY, MONDAY + timedelta(hours=8)), Span(MONDAY + timedelta(hours=20), MONDAY + timedelta(hours=21))], ["sam"], ["jo"], busy
    )
    assert (early.backup, late.backup) == ("jo", "jo"), "who comes as it ends, or has left, may stand by"
    [during] = propose(
        [Span(MONDAY, MONDAY + timedelta(hours=8, minutes=0))],
        ["sam"],
        ["jo"],
        {"jo": [Span(MONDAY + timedelta(hours=7), MONDAY + timedelta(hours=9))]},
    )
    assert during.backup is None


def test_without_anybody_nothing_is_proposed() -> None:
    assert propose(week(0, 24), [], []) == []


@given(start=st.integers(0, 23), hours=st.integers(1, 24), people=st.integers(1, 6))
def test_nobody_works_too_long_too_soon_or_too_much(start: int, hours: int, people: int) -> None:
    workers = [f"worker-{number}" for number in range(people)]
    plan = propose(week(start, hours), workers, [])
    for who in workers:
        own = sorted(one.span for one in plan if one.staff_id == who)
        assert all(span.ends_at - span.starts_at <= LONGEST_SHIFT for span in own)
        assert all(later.starts_at - earlier.ends_at >= REST for earlier, later in pairwise(own))
        assert timedelta(hours=hours_of(who, plan)) <= MOST_IN_A_WEEK
