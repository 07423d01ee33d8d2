"""Opening hours, repeats, who is asked first: what the rota says at a moment. No record is needed for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.editorial.opening import Opening
from content.editorial.reading import ContentError, read_file
from escalation.case import Adult
from escalation.rota.on_duty import ShiftView, during, staffing, weekly
from escalation.rota.opening import bank_holiday, closed_for, hours_of_a_day, open_hours
from escalation.rota.spans import Span, common, merged, without
from nlu.understanding import Level

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SAM, ALEX, MO, JO = (
    Adult(name.lower(), name, "youth worker", "lead" if name == "Jo" else "worker") for name in ("Sam", "Alex", "Mo", "Jo")
)

EVENINGS = """
bank_holidays_of: scotland
hours:
- level: concern
  week: {every_day: [16:00 to 22:00], saturday: [10:00 to 02:00], sunday: []}
  bank_holidays: [12:00 to 14:00]
- level: concern
  areas: [devon]
  week: {monday: [09:00 to 12:00]}
- level: immediate
  week: {every_day: [00:00 to 24:00]}
closures:
- {from: 2026-12-24, until: 2026-12-26, why: Christmas}
warn_hours_ahead: [168, 24]
languages: {pl: Polski}
"""


@pytest.fixture
def evenings(tmp_path: Path) -> Opening:
    path = tmp_path / "rota.yml"
    path.write_text(EVENINGS, encoding="utf-8")
    return read_file(path, Opening)


def local(spans: list[Span]) -> list[str]:
    """Spans as they read on a clock in London."""
    return [f"{span.starts_at.astimezone(LONDON):%a %H:%M} to {span.ends_at.astimezone(LONDON):%a %H:%M}" for span in spans]


def on(evenings: Opening, day: date, level: Level = Level.CONCERN, area: str | None = None) -> list[str]:
    return local(open_hours(evenings, day, day, LONDON, level, area))


MONDAY, SATURDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 28), date(2026, 11, 29)


def test_hours_depend_on_the_day_and_may_go_past_midnight(evenings: Opening) -> None:
    assert on(evenings, MONDAY) == ["Mon 16:00 to Mon 22:00"]
    assert on(evenings, SATURDAY) == ["Sat 10:00 to Sun 02:00"]
    assert on(evenings, SUNDAY) == []


def test_hours_of_a_level_count_for_those_above_it_and_not_for_those_below(evenings: Opening) -> None:
    assert on(evenings, MONDAY, Level.URGENT) == ["Mon 16:00 to Mon 22:00"]
    assert on(evenings, MONDAY, Level.IMMEDIATE) == ["Mon 00:00 to Tue 00:00"]
    assert on(evenings, MONDAY, Level.NONE) == ["Mon 16:00 to Mon 22:00"]


def test_hours_of_an_area_count_only_there(evenings: Opening) -> None:
    assert on(evenings, MONDAY, area="devon") == ["Mon 09:00 to Mon 12:00", "Mon 16:00 to Mon 22:00"]
    assert on(evenings, MONDAY, area="norfolk") == ["Mon 16:00 to Mon 22:00"]


@pytest.mark.parametrize(
    ("nation", "day", "name"),
    [
        ("england", date(2026, 4, 6), "Easter Monday"),
        ("wales", date(2026, 4, 6), "Easter Monday"),
        ("scotland", date(2026, 4, 6), None),
        ("scotland", date(2026, 1, 2), "New Year Holiday"),
        ("england", date(2026, 1, 2), None),
        ("scotland", date(2026, 11, 30), "Saint Andrew's Day"),
        ("england", date(2026, 8, 31), "Late Summer Bank Holiday"),
        ("scotland", date(2026, 8, 3), "Summer Bank Holiday"),
    ],
)
def test_each_nation_has_its_own_bank_holidays(nation: str, day: date, name: str | None) -> None:
    assert bank_holiday(nation, day) == name  # type: ignore[arg-type]


def test_a_bank_holiday_has_hours_of_its_own(evenings: Opening) -> None:
    assert on(evenings, date(2026, 11, 30)) == ["Mon 12:00 to Mon 14:00"]


def test_a_closure_closes_everything(evenings: Opening) -> None:
    assert [closed_for(evenings, date(2026, 12, day)) for day in (23, 24, 26, 27)] == [None, "Christmas", "Christmas", None]
    assert on(evenings, date(2026, 12, 25), Level.IMMEDIATE) == []


def test_when_the_clocks_change_the_hours_stay_local(evenings: Opening) -> None:
    friday, monday = date(2026, 10, 23), date(2026, 10, 26)
    assert [span.starts_at.astimezone(UTC).hour for span in open_hours(evenings, friday, monday, LONDON, Level.CONCERN, None)] == [
        15,
        9,
        16,
    ]
    [back, forward] = (hours_of_a_day(evenings, day, LONDON)[0] for day in (date(2026, 10, 25), date(2026, 3, 29)))
    assert [(span.ends_at - span.starts_at) / timedelta(hours=1) for span in (back, forward)] == [25, 23]


@pytest.mark.parametrize(
    ("right", "wrong", "explained"),
    [
        ("16:00 to 22:00", "16 to 22", "write it like 09:00 to 17:00"),
        ("16:00 to 22:00", "16:00 to 25:00", "write it like 09:00 to 17:00"),
        ("[devon]", "[atlantis]", "no area 'atlantis'"),
        ("scotland", "france", "england"),
        ("until: 2026-12-26", "until: 2026-12-20", "until must not be before from"),
        ("level: immediate", "level: worry", "urgent"),
        ("monday", "mondays", "monday"),
        ("warn_hours_ahead: [168, 24]\n", "", "warn_hours_ahead is missing"),
    ],
)
def test_a_mistake_in_the_hours_is_found_by_file_and_line(tmp_path: Path, right: str, wrong: str, explained: str) -> None:
    path = tmp_path / "rota.yml"
    path.write_text(EVENINGS.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=rf"rota\.yml:\d+: .*{explained}"):
        read_file(path, Opening)


def shift(adult: Adult, begins: float, ends: float, **more: object) -> ShiftView:
    """A shift from so many hours after now to so many hours after now."""
    return ShiftView(adult, NOW + timedelta(hours=begins), NOW + timedelta(hours=ends), **more)  # type: ignore[arg-type]


def test_outside_opening_hours_nobody_is_there_and_the_next_opening_is_named() -> None:
    hours = [Span(NOW + timedelta(hours=2), NOW + timedelta(hours=4)), Span(NOW + timedelta(hours=20), NOW + timedelta(hours=24))]
    now = staffing(during([shift(SAM, -1, 22)], hours), [JO], NOW)
    assert (now.somebody, now.next_start) == (False, NOW + timedelta(hours=2))
    assert staffing(during([shift(SAM, -1, 22)], hours), [JO], NOW + timedelta(hours=4)).next_start == NOW + timedelta(hours=20)


def test_whoever_speaks_the_young_persons_language_is_asked_first() -> None:
    here = [shift(SAM, -2, 7), shift(ALEX, -1, 7, languages=("pl", "ur")), shift(MO, -1, 7, backup=True, languages=("pl",))]
    assert [adult.first_name for adult in staffing(here, [], NOW, language="pl").on_duty] == ["Alex", "Sam"]
    assert [adult.first_name for adult in staffing(here, [], NOW, language="en").on_duty] == ["Sam", "Alex"]


def test_who_is_full_is_asked_after_everybody_with_room_the_back_up_among_them() -> None:
    here = [shift(SAM, -2, 7, full=True), shift(ALEX, -1, 7), shift(MO, -1, 7, backup=True)]
    now = staffing(here, [], NOW)
    assert ([a.first_name for a in now.on_duty], [a.first_name for a in now.backup]) == (["Alex"], ["Mo", "Sam"])
    without_alex = staffing([here[0], here[2]], [], NOW)
    assert ([a.first_name for a in without_alex.on_duty], [a.first_name for a in without_alex.backup]) == (["Mo"], ["Sam"])


def test_where_all_are_full_they_are_still_asked() -> None:
    assert staffing([shift(SAM, -2, 7, full=True)], [], NOW).first == SAM


def test_weekly_shifts_keep_their_local_time_across_the_clock_change() -> None:
    first = Span(datetime(2026, 10, 16, 22, tzinfo=LONDON), datetime(2026, 10, 17, 6, tzinfo=LONDON))
    spans = weekly(first, date(2026, 11, 6), LONDON)
    assert local(spans) == ["Fri 22:00 to Sat 06:00"] * 4
    assert [span.starts_at.astimezone(UTC).hour for span in spans] == [21, 21, 22, 22]


def test_a_shift_over_the_night_of_the_clock_change_ends_at_its_local_time() -> None:
    first = Span(datetime(2026, 10, 17, 22, tzinfo=LONDON), datetime(2026, 10, 18, 6, tzinfo=LONDON))
    nights = [
        (span.ends_at.astimezone(UTC) - span.starts_at.astimezone(UTC)) / timedelta(hours=1)
        for span in weekly(first, date(2026, 10, 25), LONDON)
    ]
    assert nights == [8, 9]


def test_repeats_begin_on_the_last_day_at_the_latest() -> None:
    first = Span(datetime(2026, 11, 24, 9, tzinfo=LONDON), datetime(2026, 11, 24, 17, tzinfo=LONDON))
    assert len(weekly(first, date(2026, 12, 8), LONDON)) == 3
    assert len(weekly(first, date(2026, 12, 7), LONDON)) == 2
    assert weekly(first, date(2026, 11, 24), LONDON) == [first]


HOURS = st.integers(0, 30)
SPANS = st.lists(st.tuples(HOURS, HOURS).map(lambda t: Span(NOW + timedelta(hours=t[0]), NOW + timedelta(hours=t[1]))), max_size=6)


@given(SPANS, SPANS)
def test_every_hour_is_on_the_side_where_it_belongs(spans: list[Span], taken: list[Span]) -> None:
    left, both = without(spans, taken), common(spans, taken)
    for hour in range(31):
        at = NOW + timedelta(hours=hour)
        there, away = any(span.holds(at) for span in spans), any(span.holds(at) for span in taken)
        assert any(span.holds(at) for span in left) == (there and not away)
        assert any(span.holds(at) for span in both) == (there and away)
    assert merged(left) == left


def test_spans_that_touch_are_one_and_an_empty_one_is_none() -> None:
    hours = [NOW + timedelta(hours=number) for number in range(4)]
    assert merged([Span(hours[1], hours[2]), Span(hours[0], hours[1])]) == [Span(hours[0], hours[2])]
    assert merged([Span(hours[1], hours[1])]) == []
    assert without([Span(hours[1], hours[2])], [Span(hours[0], hours[1]), Span(hours[2], hours[3])]) == [Span(hours[1], hours[2])]


def test_times_of_the_rota_are_kept_in_utc(evenings: Opening) -> None:
    [span] = hours_of_a_day(evenings, date(2026, 7, 6), LONDON)
    assert (span.starts_at.tzinfo, span.ends_at.tzinfo) == (UTC, UTC)
    later = weekly(Span(NOW.astimezone(LONDON), (NOW + timedelta(hours=8)).astimezone(LONDON)), date(2026, 12, 1), LONDON)[-1]
    assert (later.starts_at.tzinfo, later.ends_at.tzinfo) == (UTC, UTC)


def test_a_shift_that_is_cut_ends_where_the_hours_do() -> None:
    [cut] = during([shift(SAM, -1, 8)], [Span(NOW, NOW + timedelta(hours=4))])
    assert cut == shift(SAM, 0, 4)


def test_on_a_bank_holiday_the_hours_to_cover_are_its_own(tmp_path: Path) -> None:
    path = tmp_path / "rota.yml"
    path.write_text(
        EVENINGS.partition("- level: concern\n  areas")[0] + "closures: []\nwarn_hours_ahead: [24]\nlanguages: {}\n", encoding="utf-8"
    )
    [hours] = hours_of_a_day(read_file(path, Opening), date(2026, 11, 30), LONDON)
    assert local([hours]) == ["Mon 12:00 to Mon 14:00"]
