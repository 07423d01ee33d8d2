"""The hours in which an adult can be reached, by level and area. Pure: policy data and dates in, spans out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from content.editorial.opening import Nation, Opening, times
from escalation.rota.spans import Span, merged
from nlu.understanding import Level

_SUBDIVISIONS: dict[Nation, str] = {"england": "ENG", "wales": "WLS", "scotland": "SCT"}


def bank_holiday(nation: Nation, day: date) -> str | None:
    """The name of the bank holiday on this day, or `None`."""
    return _year(nation, day.year).get(day)


def closed_for(opening: Opening, day: date) -> str | None:
    """Why the service is closed on this day, or `None` when it is not."""
    return next((closure.why for closure in opening.closures if closure.first <= day <= closure.last), None)


def open_hours(opening: Opening, first: date, last: date, zone: ZoneInfo, level: Level, area: str | None) -> list[Span]:
    """When an adult can be reached from the `first` local day to the `last`, for somebody of this level in this area."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return merged(span for day in days for span in _on(opening, day, zone, max(level, Level.CONCERN), area))


def hours_of_a_day(opening: Opening, day: date, zone: ZoneInfo) -> list[Span]:
    """When somebody is to be on duty on this local day, for whichever level and area."""
    return merged(span for entry in opening.hours for span in _spans(opening, entry.on(day, _is_holiday(opening, day)), day, zone))


def _on(opening: Opening, day: date, zone: ZoneInfo, level: Level, area: str | None) -> Iterator[Span]:
    for entry in opening.hours:
        if Level[entry.level.upper()] <= level and (not entry.areas or area in entry.areas):
            yield from _spans(opening, entry.on(day, _is_holiday(opening, day)), day, zone)


def _spans(opening: Opening, stretches: tuple[str, ...], day: date, zone: ZoneInfo) -> Iterator[Span]:
    if closed_for(opening, day):
        return
    for stretch in stretches:
        starts, ends = times(stretch)
        last = day if ends > starts else day + timedelta(days=1)
        yield Span(_moment(day, starts, zone), _moment(last, ends, zone))


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """In UTC, since times of one zone compare by the clock on the wall, also where that goes back."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def _is_holiday(opening: Opening, day: date) -> bool:
    return bank_holiday(opening.bank_holidays_of, day) is not None


@cache
def _year(nation: Nation, year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("GB", subdiv=_SUBDIVISIONS[nation], years=year))
