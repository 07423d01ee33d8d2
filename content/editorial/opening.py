"""When an adult can be reached, as data: what `policy/rota.yml` may hold."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from content.editorial.schema import AREAS, Entry, Words

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "every_day"]
DAYS: tuple[Day, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Nation = Literal["england", "wales", "scotland"]
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d) to (?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


def _hours(text: str) -> str:
    if not _HOURS.fullmatch(text):
        raise ValueError(f"{text!r} is no stretch of a day: write it like 09:00 to 17:00, and all day as 00:00 to 24:00")
    return text


def _area(text: str) -> str:
    if text not in AREAS:
        raise ValueError(f"there is no area {text!r}: choose from {', '.join(AREAS)}")
    return text


Stretch = Annotated[str, AfterValidator(_hours)]
Area = Annotated[str, AfterValidator(_area)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


def times(stretch: str) -> tuple[time, time]:
    """Start and end of `09:00 to 17:00`; an end at or before the start is on the next day, and so is `24:00`."""
    starts, _, ends = stretch.partition(" to ")
    return time.fromisoformat(starts), time() if ends == "24:00" else time.fromisoformat(ends)


class Hours(Entry):
    """Hours in which somebody is to be on duty: for a level and those above it, in these areas (none named: everywhere)."""

    level: Literal["concern", "urgent", "immediate"]
    areas: tuple[Area, ...] = ()
    week: dict[Day, tuple[Stretch, ...]] = Field(
        title="Week",
        description="Like 16:00 to 22:00, with commas between two stretches; all day is 00:00 to 24:00. A day left empty is as every day, and closed is closed.",
    )
    bank_holidays: Literal["as_usual"] | tuple[Stretch, ...] = Field(
        default="as_usual", title="Bank holidays", description="Hours, or closed; left empty they are as on that day of the week."
    )

    def on(self, day: date, bank_holiday: bool) -> tuple[str, ...]:
        """The stretches of this day."""
        if bank_holiday and self.bank_holidays != "as_usual":
            return self.bank_holidays
        return self.week.get(DAYS[day.weekday()], self.week.get("every_day", ()))


class Closure(Entry):
    """Days on which nobody is there, the first and the last among them."""

    first: date = Field(alias="from")
    last: date = Field(alias="until")
    why: Words

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Closure:
        if self.last < self.first:
            raise ValueError("until must not be before from")
        return self


class Opening(Entry):
    """`policy/rota.yml`."""

    bank_holidays_of: Nation = Field(title="Bank holidays of", json_schema_extra={"means": "The bank holidays of {value} count."})
    hours: tuple[Hours, ...] = Field(
        min_length=1,
        title="When an adult can be reached",
        description="Young people are never told that somebody is there outside these hours, and leads are warned of every gap inside them.",
    )
    closures: tuple[Closure, ...] = Field(
        default=(),
        title="Days on which the service is closed",
        description="One on each line, like 2026-12-25 to 2026-12-26: Christmas.",
        json_schema_extra={"means": "Whatever the hours say, nobody is there then, and young people are told so."},
    )
    warn_hours_ahead: tuple[Annotated[int, Field(ge=1, le=720)], ...] = Field(
        min_length=1,
        title="Hours before a gap to warn the leads",
        description="Such as 168, 24.",
        json_schema_extra={"means": "Leads are warned of a time without anybody {value} hours before it begins."},
    )
    languages: dict[Language, Words] = Field(description="languages that staff may speak, each by its own name")
