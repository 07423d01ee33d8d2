"""Times at which somebody should be on duty and nobody is: which they are, and how leads hear of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House
from content.editorial.opening import Hours
from escalation.record.ids import new_id
from escalation.record.tables import DueRow
from escalation.rota import gaps
from escalation.rota.spans import Span
from nlu.noticing import Noticing


def at(day: int, hour: float) -> datetime:
    """A time in November 2026, when London keeps UTC; the 23rd is the Monday on which it is 10:00 now."""
    return datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour)


def evening(day: int) -> Span:
    return Span(at(day, 16), at(day, 22))


def with_hours(house: House, noticing: Noticing, hours: str, ahead: tuple[int, ...] = (168, 24)) -> House:
    """The same house with these hours each day."""
    opening = house.service.opening.model_copy(
        update={"hours": (Hours(level="concern", week={"every_day": (hours,)}),), "warn_hours_ahead": ahead}
    )
    return House(house.record, replace(house.service, opening=opening), noticing, house.clock)


@pytest.fixture
def evenings(house: House, noticing: Noticing) -> House:
    """Open from 16:00 to 22:00, with a lead and with nobody on the rota."""
    house.hire("Jo", "lead")
    house.hire("Sam", "worker")
    return with_hours(house, noticing, "16:00 to 22:00")


def coming(house: House, span: Span) -> list[Span]:
    return house.record.read(lambda tx: list(gaps.coming(tx, house.service, span)))


def inside(house: House, span: Span) -> list[Span]:
    return house.record.read(lambda tx: gaps.inside(tx, house.service, span))


def unwarned(house: House) -> list[tuple[Span, int]]:
    return house.record.read(lambda tx: gaps.unwarned(tx, house.service, house.clock()))


def warn(house: House) -> int:
    return house.record.write(lambda tx: gaps.warn(tx, house.service, house.clock()))


def test_gaps_are_told_whole_where_they_touch_and_cut_where_only_what_is_inside_is_asked(evenings: House) -> None:
    asked = Span(at(23, 20), at(25, 17))
    assert coming(evenings, asked) == [evening(23), evening(24), evening(25)]
    assert inside(evenings, asked) == [Span(at(23, 20), at(23, 22)), evening(24), Span(at(25, 16), at(25, 17))]


def test_a_gap_that_begins_as_the_time_ends_is_near_and_one_that_ends_as_it_begins_is_over(evenings: House) -> None:
    assert coming(evenings, Span(at(23, 10), at(23, 16))) == [evening(23)]
    assert coming(evenings, Span(at(23, 10), at(23, 15.9))) == []
    assert coming(evenings, Span(at(23, 22), at(24, 10))) == []
    assert inside(evenings, Span(at(23, 10), at(23, 16))) == [], "nothing of it is inside"


def test_whoever_is_on_the_rota_leaves_no_gap(evenings: House) -> None:
    evenings.on_duty("Sam", hours=8)
    assert inside(evenings, Span(at(23, 10), at(24, 0))) == [Span(at(23, 17), at(23, 22))]


def test_each_gap_is_told_with_the_longest_warning_that_is_due(evenings: House) -> None:
    assert unwarned(evenings) == [(evening(23), 24), *((evening(day), 168) for day in range(24, 30))]


def test_after_a_warning_only_what_came_nearer_is_told_again(evenings: House) -> None:
    assert warn(evenings) == 7
    assert (warn(evenings), unwarned(evenings)) == (0, [])
    evenings.clock.move(days=1)
    assert unwarned(evenings) == [(evening(24), 24), (evening(30), 168)]
    assert warn(evenings) == 2
    evenings.clock.move(hours=5)
    assert unwarned(evenings) == []


def test_other_things_to_come_are_no_warnings(evenings: House) -> None:
    now = evenings.clock()
    other = DueRow(id=new_id(), kind="something_else", due_at=now, detail={}, created_at=now)
    evenings.record.write(lambda tx: tx.session.add(other))
    assert warn(evenings) == 7
    left = evenings.record.read(lambda tx: list(tx.session.scalars(select(DueRow.kind).where(DueRow.done_at.is_(None)))))
    assert left == ["something_else"], "a warning is remembered, and nothing more is to come of it"


def test_a_gap_that_opens_later_is_told_then(evenings: House) -> None:
    evenings.on_duty("Sam", hours=11, starts_in=1)
    assert warn(evenings) == 6, "the first evening is covered"
    evenings.leaves_the_rota("Sam")
    assert warn(evenings) == 1


def test_leads_read_when_the_first_five_are_and_how_many_more(evenings: House) -> None:
    warn(evenings)
    [told] = evenings.alerts("Jo")
    assert told == (
        "Nobody is on the rota: 16:00, until 22:00; tomorrow at 16:00, until 22:00; on Wednesday at 16:00, until 22:00; "
        "on Thursday at 16:00, until 22:00; on Friday at 16:00, until 22:00; and 2 more. Please fill it on the Rota page."
    )
    assert evenings.alerts("Sam") == [], "a worker is not asked to plan"


def test_just_five_are_all_named_and_midnight_reads_as_the_end_of_the_day(evenings: House, noticing: Noticing) -> None:
    nights = with_hours(evenings, noticing, "20:00 to 24:00", ahead=(110,))
    assert warn(nights) == 5
    [told] = nights.alerts("Jo")
    assert "20:00, until 24:00; tomorrow" in told
    assert "more" not in told.partition("Please")[0]


@pytest.mark.rule("S65")
def test_a_gap_that_opens_after_midnight_in_the_hours_of_the_day_before_is_told(evenings: House, noticing: Noticing) -> None:
    nights = with_hours(evenings, noticing, "22:00 to 08:00")
    nights.on_duty("Sam", hours=24 * 20, starts_in=-30)
    nights.clock.at = at(24, 0.5)
    assert warn(nights) == 0
    nights.leaves_the_rota("Sam")
    nights.on_duty("Sam", hours=24, starts_in=-23.5)
    nights.on_duty("Sam", hours=24 * 20, starts_in=7.5)
    assert unwarned(nights) == [(Span(at(24, 1), at(24, 8)), 24)], "Sam has to go home at one in the morning"
    assert warn(nights) == 1
    assert "01:00, until 08:00" in nights.alerts("Jo")[-1]
