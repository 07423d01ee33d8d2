"""A month is counted once, a week after its end: every number of it on made-up days, and what is never counted."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation.console.insight_page import Insight, insight
from escalation.insight import settling
from escalation.record.retention import running
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, InsightCount
from tests.insight.made_up import MadeUp, happens

OCTOBER = date(2026, 10, 1)
MIDDLE = datetime(2026, 10, 14, 16, 30, tzinfo=UTC)


def counted(house: House, month: date = OCTOBER) -> dict[str, dict[str, int]]:
    """Everything that is stored of a month, by what is counted."""
    found: dict[str, dict[str, int]] = defaultdict(dict)

    def read(tx: Tx) -> None:
        for row in tx.session.query(InsightCount).filter_by(month=month):
            found[row.what][row.which] = row.number

    house.record.read(read)
    return found


def settled(house: House) -> dict[str, dict[str, int]]:
    """October, counted now."""
    settling.settle_all(house.record, house.service, house.clock())
    return counted(house)


def told(house: House) -> Insight:
    return house.record.read(lambda tx: insight(tx, house.service, OCTOBER))


def numbers(told: Insight, figure: str) -> dict[str, int | None]:
    return {row.label: row.number for row in told.figures[figure].rows}


def test_every_fact_of_a_case_is_counted_once(house: House) -> None:
    happens(
        house,
        MadeUp(MIDDLE, level=3, categories=("suicide", "self_harm"), contexts=("home", "online"), before=1, after=3, area=None),
        MadeUp(MIDDLE, level=4, categories=("suicide",), minutes=12, age="16_17", kept=False, said={"listened": "yes", "helped": "bit"}),
        MadeUp(MIDDLE, minutes=40, kept=None),
        MadeUp(MIDDLE, minutes=90),
        MadeUp(MIDDLE, minutes=None, kept=False),
        MadeUp(MIDDLE, wanted=False),
    )
    found = settled(house)
    assert found["level"] == {"concern": 4, "urgent": 1, "immediate": 1}
    assert found["category"] == {"suicide": 2, "self_harm": 1, "bullying": 4}
    assert found["context"] == {"home": 1, "online": 1}
    assert found["age"] == {"13_15": 5, "16_17": 1}
    assert found["area"] == {"devon": 5, "not_said": 1}
    assert found["human"] == {"within_5": 1, "within_15": 1, "within_60": 1, "longer": 1, "nobody": 1, "not_wanted": 1}
    assert found["before"] == {"bad": 1, "not_said": 5}
    assert found["after"] == {"good": 1, "not_said": 5}
    assert found["promise"] == {"kept": 2, "broken": 2}
    assert (found["listened"], found["helped"], found["again"]) == ({"yes": 1}, {"bit": 1}, {"not_said": 1})


def test_drills_and_mistaken_flags_are_left_out(house: House) -> None:
    happens(house, MadeUp(MIDDLE), MadeUp(MIDDLE, drill=True), MadeUp(MIDDLE, outcome="mistaken_flag", said={"helped": "no"}))
    found = settled(house)
    assert found["level"] == {"concern": 1}
    assert found["promise"] == {"kept": 1}
    assert found["helped"] == {}


def test_a_month_begins_and_ends_where_the_service_is(house: House) -> None:
    summer_time = timedelta(hours=1)
    happens(house, MadeUp(datetime(2026, 10, 1, tzinfo=UTC) - summer_time), MadeUp(datetime(2026, 10, 1, tzinfo=UTC) - 1.5 * summer_time))
    happens(house, MadeUp(datetime(2026, 10, 31, 23, 59, tzinfo=UTC)), MadeUp(datetime(2026, 11, 1, tzinfo=UTC)))
    assert settled(house)["level"] == {"concern": 2}
    assert counted(house, date(2026, 9, 1))["level"] == {"concern": 1}


def test_a_month_is_not_counted_before_a_week_after_its_end_and_then_never_again(house: House) -> None:
    happens(house, MadeUp(MIDDLE))
    house.clock.at = datetime(2026, 11, 7, 23, 59, tzinfo=UTC)
    assert settled(house) == {}
    house.clock.at = datetime(2026, 11, 8, tzinfo=UTC)
    assert settled(house)["level"] == {"concern": 1}
    happens(house, MadeUp(MIDDLE))
    house.clock.move(days=1)
    assert settled(house)["level"] == {"concern": 1}, "two counts of one month could be compared"


def test_months_without_anything_in_between_are_counted_too(house: House) -> None:
    happens(house, MadeUp(datetime(2026, 7, 3, tzinfo=UTC)))
    settled(house)
    assert house.record.read(settling.settled) == [date(2026, month, 1) for month in (10, 9, 8, 7)]


def test_what_is_counted_outlives_the_case_and_ends_with_its_own_period(house: House) -> None:
    happens(house, MadeUp(MIDDLE))
    settled(house)
    house.clock.move(days=9 * 365)
    running.run(house.record, house.service.retention, house.clock())
    assert house.record.read(lambda tx: tx.session.query(CaseRow).count()) == 0
    assert counted(house)["level"] == {"concern": 1}
    house.clock.move(days=366)
    running.run(house.record, house.service.retention, house.clock())
    assert counted(house) == {}
    settling.settle_all(house.record, house.service, house.clock())
    assert counted(house) == {}, "a month that is over is not counted anew"


async def test_what_is_asked_and_what_nothing_answers_is_counted_by_the_hour_and_without_words(house: House, young: YoungPerson) -> None:
    house.clock.at = datetime(2026, 10, 14, 20, 15, tzinfo=UTC)
    await young.starts()
    await young.says("is it normal to want a break from my phone", topic="screen_time")
    await young.says("zzz the purple submarine", topic="sleep", confidence=0.1)
    await young.says("zzz the yellow submarine")
    found = counted(house)
    assert found["topic"] == {"screen_time": 1}
    assert found["unanswered"] == {"sleep": 1, "nothing_near": 1}
    assert found["hour"] == {"21": 4}, "the clock on the wall: summer time"
    assert found["weekday"] == {"2": 4}


async def test_a_drill_is_not_counted_as_a_message(house: House) -> None:
    await house.comes_in("drill", "drill-1", "text", "i want to die")
    assert counted(house, date(2026, 11, 1)) == {}


def test_what_is_stored_names_no_day_and_nobody(house: House) -> None:
    columns = {column.name for column in InsightCount.__table__.columns}
    assert columns == {"id", "month", "what", "which", "number"}
    happens(house, MadeUp(MIDDLE))
    settled(house)
    ids = house.record.read(lambda tx: {row.id for row in tx.session.query(InsightCount)})
    assert "2026-10/level/concern" in ids and not any("2026-10-14" in id for id in ids)


def test_the_page_holds_back_small_counts_and_what_would_give_them_away(house: House) -> None:
    happens(house, *[MadeUp(MIDDLE, level=2, minutes=1)] * 12, *[MadeUp(MIDDLE, level=3, minutes=10)] * 7, *[MadeUp(MIDDLE, level=4)] * 2)
    settled(house)
    shown = told(house)
    assert shown.figures["level"].total == 21
    assert numbers(shown, "level") == {
        "No sign of harm: wanted to talk": None,
        "Worried": None,
        "Concern": 12,
        "Urgent": None,
        "Immediate": None,
    }
    assert numbers(shown, "category")["Bullying"] is None, "that all of them are is told of each"
    assert numbers(shown, "promise") == {"Kept": None, "Broken": None}, "how many were kept tells how few were not"
    assert shown.trends[1].numbers == (21,)


def test_a_quiet_month_shows_nothing_at_all(house: House) -> None:
    happens(house, *[MadeUp(MIDDLE)] * 4)
    settled(house)
    assert all(figure.total is None and not figure.shown for figure in told(house).figures.values())


@pytest.mark.parametrize("figure", ["category", "context", "level", "human", "before", "area"])
def test_no_figure_tells_more_than_its_month(house: House, figure: str) -> None:
    happens(house, *[MadeUp(MIDDLE)] * 4, *[MadeUp(MIDDLE + timedelta(days=30))] * 40)
    settled(house)
    assert all(number is None for number in numbers(told(house), figure).values())
