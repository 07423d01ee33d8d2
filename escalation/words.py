"""Filling in the reviewed words: the program supplies names and times, never sentences."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date

from content.editorial.library import Library
from content.editorial.opening import DAYS
from content.editorial.schema import Bubbles, Button
from escalation.context import Service


def fill(words: Bubbles, age_band: str, easy_read: bool, **fields: str) -> tuple[str, ...]:
    """The bubbles of `words` for this person, with `{fields}` filled in. Raises `KeyError` for a field not given."""
    return tuple(text.format_map(fields) for text in words.chosen(age_band, easy_read))


def message(library: Library, id: str, age_band: str = "unknown", easy_read: bool = False, **fields: str) -> tuple[str, ...]:
    """The bubbles of the message `id`, filled in."""
    return fill(library.message(id), age_band, easy_read, **fields)


def tokens(buttons: tuple[Button, ...], turn: int = 0) -> tuple[tuple[str, str], ...]:
    """Buttons as (label, token); a token names the turn it was offered in, so that an old one is recognised."""
    return tuple((button.label, f"{turn}:{button.go}") for button in buttons)


def clock(at: datetime, now: datetime, service: Service) -> str:
    """A time as people say it: `14:05`, `tomorrow at 09:00`, `on Monday at 09:00`, `on 3 March at 09:00`."""
    there, here = at.astimezone(service.zone), now.astimezone(service.zone)
    days, words = (there.date() - here.date()).days, service.library
    time = f"{there:%H:%M}"
    if days == 0:
        return time
    if days == 1:
        return words.label("tomorrow", time=time)
    if days < 7:
        return words.label(DAYS[there.weekday()], time=time)
    return words.label("later", date=format_date(there, "d MMMM", locale=words.language), time=time)


def day_and_time(at: datetime, service: Service) -> str:
    """A time that is past: `3 March at 09:00`."""
    there, words = at.astimezone(service.zone), service.library
    return words.label("day_and_time", date=format_date(there, "d MMMM", locale=words.language), time=f"{there:%H:%M}")


def in_bubbles(whole: str, longest: int) -> list[str]:
    """A text in bubbles of at most so many characters, parted at the ends of lines where it can be."""
    parts, rest = [], whole.strip()
    while rest:
        cut = rest.rfind("\n", 1, longest) if len(rest) > longest else len(rest)
        cut = cut if cut > 0 else longest
        parts.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return parts
