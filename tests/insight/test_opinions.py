"""What may be told of what young people thought of a script: it grows by five or more at a time, and the rest waits."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.rehearsal.house import House
from escalation.insight import counting, settling
from escalation.insight.opinions import Opinion, opinions
from escalation.insight.suppression import LEAST, in_steps

MONTHS = st.lists(st.integers(0, 12), max_size=24)


@given(MONTHS)
def test_no_two_looks_differ_by_fewer_than_five(months: list[int]) -> None:
    looks = [in_steps(months[:until]) or 0 for until in range(len(months) + 1)]
    for before, after in pairwise(looks):
        assert after - before == 0 or after - before >= LEAST


@given(MONTHS)
def test_fewer_than_five_wait_and_none_is_made_up(months: list[int]) -> None:
    told = in_steps(months) or 0
    assert 0 <= sum(months) - told < LEAST


def test_nothing_is_told_of_fewer_than_five() -> None:
    assert [in_steps([4]), in_steps([4, 1]), in_steps([]), in_steps([5, 4, 0])] == [None, 5, None, 5]


def test_a_script_is_rated_badly_from_a_third_on_however_few_liked_it() -> None:
    assert Opinion(10, 5).bad and not Opinion(11, 5).bad
    assert Opinion(None, 5).bad, "at most four found it useful"
    assert not Opinion(30, None).bad and not Opinion().bad
    assert Opinion(None, 30).share > Opinion(5, 30).share > Opinion(30, 30).share


def count(house: House, month: date, **which: int) -> None:
    counts = counting.Counts({("useful", name.replace("__", "/").replace("_of_", ".")): number for name, number in which.items()})
    house.record.write(lambda tx: counting.add(tx, month, counts))


def test_versions_and_languages_are_told_apart_and_a_month_that_runs_is_left_out(house: House) -> None:
    september, october, november = (date(2026, month, 1) for month in (9, 10, 11))
    count(house, september, sleep__0__yes=3, sleep__0__no=9)
    count(house, october, sleep__0__yes=4, sleep__1__yes=6, sleep_of_pl__1__no=5)
    count(house, november, sleep__1__no=50)
    settling.settle_all(house.record, house.service, house.clock())
    assert house.record.read(opinions) == {
        "sleep": {0: Opinion(7, 9), 1: Opinion(6, None)},
        "sleep.pl": {1: Opinion(None, 5)},
    }
    house.clock.at = house.clock() + timedelta(days=30)
    settling.settle_all(house.record, house.service, house.clock())
    assert house.record.read(opinions)["sleep"][1] == Opinion(6, 50)
