"""The rota as an iCalendar file: written for other calendars, and read from them. Pure: shifts in, text out, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event, vRecur

from escalation.rota.spans import Span

FURTHEST = timedelta(days=366)
MOST_REPEATS = 400
BACKUP = "(back-up)"
_BACKUP = re.compile(r"\s*\((?:back-up|backup)\)\s*$", re.IGNORECASE)


class CalendarError(Exception):
    """A calendar file that cannot be read; the message names the event and says why."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One shift as a calendar holds it, by the name of who works it."""

    name: str
    span: Span
    backup: bool = False
    uid: str = ""


def write(shifts: Iterable[Planned], organisation: str, now: datetime) -> bytes:
    """The shifts as an iCalendar file (RFC 5545), with times in UTC."""
    calendar = Calendar()
    calendar.add("prodid", "-//Breakwater//Rota//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Rota of {organisation}")
    for shift in shifts:
        calendar.add_component(_event(shift, now))
    data: bytes = calendar.to_ical()
    return data


def read(data: bytes, zone: ZoneInfo, now: datetime) -> list[Planned]:
    """The shifts in an iCalendar file that are not over, repeats written out for a year at most, in order of time.

    An event's title is the name of the member of staff, with `(back-up)` behind it for one. Times without a zone are in
    `zone`. Raises `CalendarError`.
    """
    try:
        found = [event for calendar in Calendar.from_ical(data, multiple=True) for event in calendar.walk("VEVENT")]
    except (ValueError, IndexError, KeyError) as error:
        raise CalendarError(f"this is no iCalendar file ({type(error).__name__}): export the rota again") from None
    events = [event for event in found if isinstance(event, Event) and str(event.get("status", "")) != "CANCELLED"]
    if not events:
        raise CalendarError("there is no event in this file: check that it is an iCalendar file of the rota")
    return sorted((planned for event in events for planned in _planned(event, zone, now)), key=lambda planned: (planned.span, planned.name))


def _event(shift: Planned, now: datetime) -> Event:
    event = Event()
    event.add("uid", shift.uid)
    event.add("dtstamp", now)
    event.add("dtstart", shift.span.starts_at.astimezone(UTC))
    event.add("dtend", shift.span.ends_at.astimezone(UTC))
    event.add("summary", f"{shift.name} {BACKUP}" if shift.backup else shift.name)
    return event


def _planned(event: Event, zone: ZoneInfo, now: datetime) -> Iterator[Planned]:
    title = " ".join(str(event.get("summary", "")).split())
    if not title:
        raise CalendarError("an event has no title: give it the name of who works the shift")
    if "recurrence-id" in event:
        raise CalendarError(f"{title}: one time of a repeated event was changed by itself: export single events instead")
    start, end = _times(event, title, zone)
    for starts_at in _repeats(event, title, start, now):
        span = Span(starts_at.astimezone(UTC), (starts_at + (end - start)).astimezone(UTC))
        if span.ends_at > now:
            yield Planned(_BACKUP.sub("", title), span, bool(_BACKUP.search(title)), str(event.get("uid", "")))


def _times(event: Event, title: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end, each in the zone of the event, so that repeats keep their local time."""
    try:
        start, end = event.start, event.end
    except Exception:  # the library has errors of many kinds for what is missing or contradicts itself
        raise CalendarError(f"{title}: the event has no start or no end") from None
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise CalendarError(f"{title}: an event of whole days says not when the shift begins: give it times")
    here, there = (at if at.tzinfo else at.replace(tzinfo=zone) for at in (start, end))
    if here >= there:
        raise CalendarError(f"{title}: the shift on {here:%d %B %Y} ends before it begins")
    return here, there.astimezone(here.tzinfo)


def _repeats(event: Event, title: str, start: datetime, now: datetime) -> list[datetime]:
    if "rrule" not in event:
        return [start]
    try:
        rule = rrulestr(_rule(event, start), dtstart=start)
        found = list(islice(takewhile(lambda at: at <= now + FURTHEST, rule), MOST_REPEATS + 1))
    except (ValueError, TypeError, AttributeError):
        raise CalendarError(f"{title}: the repeats cannot be read") from None
    if len(found) > MOST_REPEATS:
        raise CalendarError(f"{title}: this repeats more than {MOST_REPEATS} times: a shift is once a day at most")
    left_out = _left_out(event, start)
    return [at for at in found if at not in left_out]


def _rule(event: Event, start: datetime) -> str:
    """The repeats as text, with their last moment in UTC, as the standard asks for."""
    recur = vRecur(event["rrule"])
    if "UNTIL" in recur:
        last = recur["UNTIL"][0]
        at = last if isinstance(last, datetime) else datetime.combine(last, time.max)
        recur["UNTIL"] = [_zoned(at.replace(microsecond=0), start).astimezone(UTC)]
    text: bytes = recur.to_ical()  # type: ignore[no-untyped-call]
    return text.decode()


def _left_out(event: Event, start: datetime) -> set[datetime]:
    dates = event.get("exdate", [])
    listed = [each.dt for one in (dates if isinstance(dates, list) else [dates]) for each in one.dts]
    return {_zoned(at, start) for at in listed if isinstance(at, datetime)}


def _zoned(at: datetime, start: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=start.tzinfo)
