"""The organisation's policy on endings: check-ins, the hours offered for them, and whom to ask how they are. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from nlu.understanding import Level

Days = Annotated[int, Field(ge=1, le=60)]


class Hours(BaseModel):
    """Hours of one day, in local time: from `start` until before `end`."""

    model_config = ConfigDict(frozen=True)
    start: time
    end: time

    @model_validator(mode="after")
    def _in_one_day(self) -> Hours:
        if self.start >= self.end:
            raise ValueError("hours end before they begin: write them like 16:00-19:00")
        return self

    @classmethod
    def of(cls, words: str) -> Hours:
        """Read `16:00-19:00`. Raises `ValueError`."""
        start, _, end = str(words).partition("-")
        try:
            return cls(start=time.fromisoformat(start.strip()), end=time.fromisoformat(end.strip()))
        except ValueError:
            raise ValueError(f"{words!r} is no stretch of one day: write it like 16:00-19:00") from None

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


class DebriefPolicy(BaseModel):
    """After which cases the adult is asked how they are, and how many are a lot."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    from_level: str
    categories: tuple[str, ...]
    again_after_hours: float = Field(
        gt=0,
        le=168,
        title="Hours until “Later” asks again",
        json_schema_extra={"means": "Whoever said “Later” is asked again after {value} hours."},
    )
    within_days: int = Field(ge=1, le=365, title="Days that are counted")
    many: int = Field(
        ge=1,
        le=100,
        title="Hard cases that are a lot",
        json_schema_extra={"means": "Leads see who had {value} hard cases or more in those days."},
    )

    @field_validator("from_level")
    @classmethod
    def _is_a_level(cls, value: str) -> str:
        if value not in {level.id for level in Level}:
            raise ValueError(f"there is no level {value!r}: use one of {', '.join(level.id for level in Level)}")
        return value

    def hard(self, level: Level, categories: Collection[str]) -> bool:
        """Whether a case like this is hard on whoever had it."""
        return level >= Level.of(self.from_level) or not set(self.categories).isdisjoint(categories)


class EndingPolicy(BaseModel):
    """`content/policy/ending.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    check_in_days: tuple[Days, ...] = Field(
        min_length=1,
        max_length=4,
        title="Days until a check-in",
        description="One to four choices, such as 3, 7, 14.",
        json_schema_extra={"means": "At the end a young person can choose to be asked how they are in {value} days."},
    )
    safe_hours: tuple[Hours, ...] = Field(
        min_length=1,
        max_length=6,
        title="Hours to choose from",
        description="One to six stretches, such as 09:00-12:00, 16:00-19:00.",
        json_schema_extra={"means": "They can be asked between {value}, and tap what is safe for them."},
    )
    answer_days: Days = Field(
        title="Days to answer a check-in",
        json_schema_extra={"means": "After {value} days without an answer the adult hears that it stayed quiet."},
    )
    debrief: DebriefPolicy = Field(title="How the adult is, after a hard case")

    @field_validator("safe_hours", mode="before")
    @classmethod
    def _read_hours(cls, value: object) -> object:
        return [Hours.of(each) for each in value] if isinstance(value, list | tuple) else value
