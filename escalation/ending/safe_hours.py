"""When something that nobody asked for in that moment may reach a young person: in hours they said are safe (S75). Pure."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from escalation.ending.ending_policy import Hours


def chosen(safe_from: str | None, safe_until: str | None) -> Hours | None:
    """The hours that somebody said are safe, as they are kept; `None` before they did."""
    return Hours.of(f"{safe_from}-{safe_until}") if safe_from and safe_until else None


def inside(at: datetime, hours: Hours, zone: tzinfo) -> bool:
    """Whether `at` lies in these hours, by the clock on the wall in `zone`."""
    return hours.start <= at.astimezone(zone).time() < hours.end


def next_moment(at: datetime, hours: Hours, zone: tzinfo) -> datetime:
    """`at` itself where it lies in these hours, else the next time they begin. The wall clock counts, also across its change."""
    if inside(at, hours, zone):
        return at
    local = at.astimezone(zone)
    day = local.date() if local.time() < hours.start else local.date() + timedelta(days=1)
    return datetime.combine(day, hours.start, zone).astimezone(at.tzinfo)


def on_day(now: datetime, days: int, hours: Hours, zone: tzinfo) -> datetime:
    """When these hours begin, so many days from now."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, hours.start, zone).astimezone(now.tzinfo)
