"""Times as people say them. Pure: `now` and the time zone are passed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def span(length: timedelta) -> str:
    """A length of time in words: `less than a minute`, `4 minutes`, `1 hour 5 minutes`, from 6 hours on `7 hours`, `2 days`."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return _count(minutes, "minute")
    if minutes < 24 * 60:
        rest = f" {_count(minutes % 60, 'minute')}" if minutes % 60 and minutes < 6 * 60 else ""
        return _count(minutes // 60, "hour") + rest
    return _count(minutes // (24 * 60), "day")


def until(at: datetime, now: datetime) -> str:
    """How long until `at`, or since it passed: `in 4 minutes`, `2 minutes ago`."""
    return f"in {span(at - now)}" if at > now else f"{span(now - at)} ago"


def exact(at: datetime, zone: ZoneInfo) -> str:
    """A time in full, to the second, for a hover and for the record: `Saturday 21 November 2026, 22:04:31`."""
    there = at.astimezone(zone)
    return f"{there:%A} {there.day} {there:%B %Y, %H:%M:%S}"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
