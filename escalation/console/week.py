"""A week of the rota as a page shows it. Pure: shifts in, days out, local times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


class WhenError(Exception):
    """A date or time that cannot be; the message says which and why."""


@dataclass(frozen=True, slots=True)
class OnRota:
    """One shift with the name of who works it. `fit`: whether vetting and training are current for it."""

    id: str
    name: str
    starts_at: datetime
    ends_at: datetime
    backup: bool
    fit: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in one day: a shift, or with no `shift` a stretch with nobody on duty."""

    starts_at: datetime
    ends_at: datetime
    shift: OnRota | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One local day and what stands in it, in order."""

    date: date
    entries: tuple[Entry, ...]


def monday(day: date) -> date:
    """The first day of the week of `day`."""
    return day - timedelta(days=day.weekday())


def days(first: date, shifts: Iterable[OnRota], zone: ZoneInfo) -> list[Day]:
    """The seven days from `first`, with gaps: times at which nobody who may serve is on the rota, back-ups included."""
    known = sorted(shifts, key=lambda shift: (shift.starts_at, shift.backup, shift.name))
    return [_day(first + timedelta(days=number), known, zone) for number in range(7)]


def local(day: str, clock_time: str, zone: ZoneInfo) -> datetime:
    """A time typed in a form. Raises `WhenError` for nonsense, and for an hour that the clocks skip that night."""
    try:
        typed = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock_time))
    except ValueError:
        raise WhenError("write the day and both times in full, for example 21/11/2026, 18:00") from None
    at = typed.replace(tzinfo=zone)
    if at.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) != typed:
        raise WhenError(f"{clock_time} does not exist on that day, since the clocks go forward: choose an hour later")
    return at


def span(day: str, starts: str, ends: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The start and end of a shift typed as a day and two times; an end at or before the start is on the next day."""
    start, end = local(day, starts, zone), local(day, ends, zone)
    if end <= start:
        end = local((date.fromisoformat(day) + timedelta(days=1)).isoformat(), ends, zone)
    return start, end


def _day(day: date, shifts: list[OnRota], zone: ZoneInfo) -> Day:
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    here = [shift for shift in shifts if shift.starts_at < ends and shift.ends_at > begins]
    worked = [Entry(max(shift.starts_at, begins), min(shift.ends_at, ends), shift) for shift in here]
    return Day(day, tuple(sorted([*worked, *_gaps(here, begins, ends)], key=lambda entry: (entry.starts_at, entry.shift is None))))


def _gaps(shifts: list[OnRota], begins: datetime, ends: datetime) -> list[Entry]:
    found, reached = [], begins
    for shift in (shift for shift in shifts if shift.fit):
        if shift.starts_at > reached:
            found.append(Entry(reached, shift.starts_at))
        reached = max(reached, shift.ends_at)
    return [*found, Entry(reached, ends)] if reached < ends else found
