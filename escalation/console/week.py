"""A week of the rota as a page shows it. Pure: shifts in, days out, local times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from escalation.rota.spans import Span, common


class WhenError(Exception):
    """A date or time that cannot be; the message says which and why."""


@dataclass(frozen=True, slots=True)
class OnRota:
    """One shift with the name of who works it. `not_counting`: why it does not count, such as a holiday; empty when it does."""

    id: str
    name: str
    starts_at: datetime
    ends_at: datetime
    backup: bool
    not_counting: str = ""
    series: bool = False
    yours: bool = False
    swap_asked: bool = False
    open: bool = False
    """Whether whoever looks at it can do something about it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in one day: a shift, or with no `shift` a stretch inside opening hours with nobody on duty.

    What is at the same time stands side by side: in which of how many lanes.
    """

    starts_at: datetime
    ends_at: datetime
    shift: OnRota | None = None
    lane: int = 0
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Day:
    """One local day and what stands in it, in order. `note`: the bank holiday, or why the service is closed."""

    date: date
    entries: tuple[Entry, ...]
    note: str = ""

    def bare(self, now: datetime) -> timedelta:
        """For how long of what is left of it nobody is there."""
        gaps = (entry for entry in self.entries if entry.shift is None and entry.ends_at > now)
        return sum((entry.ends_at - max(entry.starts_at, now) for entry in gaps), timedelta())


def monday(day: date) -> date:
    """The first day of the week of `day`."""
    return day - timedelta(days=day.weekday())


def days(first: date, shifts: Iterable[OnRota], gaps: Iterable[Span], zone: ZoneInfo) -> list[Day]:
    """The seven days from `first`, each with its part of the shifts and of the times for which nobody is on the rota."""
    known = sorted(shifts, key=lambda shift: (shift.starts_at, shift.backup, shift.name))
    missing = list(gaps)
    return [_day(first + timedelta(days=number), known, missing, zone) for number in range(7)]


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


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A day and time typed as one, such as `2026-11-21T18:00`. Raises `WhenError` as `local` does."""
    day, _, clock_time = text.partition("T")
    return local(day, clock_time, zone)


def end_of(day: str, zone: ZoneInfo) -> datetime | None:
    """The last moment of a day typed in a form; `None` when it was left empty. Raises `WhenError`."""
    return local(day, "23:59", zone) if day else None


def span(day: str, starts: str, ends: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The start and end of a shift typed as a day and two times; an end at or before the start is on the next day."""
    start, end = local(day, starts, zone), local(day, ends, zone)
    if end <= start:
        end = local((date.fromisoformat(day) + timedelta(days=1)).isoformat(), ends, zone)
    return start, end


def _day(day: date, shifts: list[OnRota], gaps: list[Span], zone: ZoneInfo) -> Day:
    whole = Span(
        datetime.combine(day, time(), zone).astimezone(UTC), datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    )
    here = [shift for shift in shifts if shift.starts_at < whole.ends_at and shift.ends_at > whole.starts_at]
    worked = [Entry(max(shift.starts_at, whole.starts_at), min(shift.ends_at, whole.ends_at), shift) for shift in here]
    missing = [Entry(gap.starts_at, gap.ends_at) for gap in common(gaps, [whole])]
    in_order = sorted([*worked, *missing], key=lambda entry: (entry.starts_at, entry.shift is None))
    return Day(day, tuple(_side_by_side(in_order)))


def _side_by_side(in_order: list[Entry]) -> Iterator[Entry]:
    """Each entry in the first lane that is free when it begins, in as many lanes as its neighbours need."""
    together: list[Entry] = []
    free_from: list[datetime] = []
    for entry in in_order:
        if free_from and entry.starts_at >= max(free_from):
            yield from (replace(one, lanes=len(free_from)) for one in together)
            together, free_from = [], []
        lane = next((number for number, at in enumerate(free_from) if at <= entry.starts_at), len(free_from))
        free_from[lane : lane + 1] = [entry.ends_at]
        together.append(replace(entry, lane=lane))
    yield from (replace(one, lanes=len(free_from)) for one in together)
