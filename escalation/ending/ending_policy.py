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
    again_after_hours: float = Field(gt=0)
    within_days: int = Field(ge=1)
    many: int = Field(ge=1)

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
    check_in_days: tuple[Days, ...] = Field(min_length=1, max_length=4)
    safe_hours: tuple[Hours, ...] = Field(min_length=1, max_length=6)
    answer_days: Days
    debrief: DebriefPolicy

    @field_validator("safe_hours", mode="before")
    @classmethod
    def _read_hours(cls, value: object) -> object:
        return [Hours.of(each) for each in value] if isinstance(value, list | tuple) else value
