"""Legal duties and good practice with a time limit: which a case has, and by when. Pure (S25).

They are data (`content/policy/duties.yml`) that the organisation confirms. A clock never holds anything up: what was done is
recorded afterwards (S68).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import Field

from escalation.work.form import About, Applies, Part

Nation = Literal["england", "wales", "scotland", "northern_ireland"]


class Duty(Part):
    """One duty: whose, when, by when, and what to do. `checked_on` is empty until somebody compared it with its source."""

    id: str
    title: str
    nations: tuple[Nation, ...] = Field(min_length=1)
    profession: str
    applies: Applies = Field(alias="for")
    hours: float = Field(gt=0)
    act: str
    source: str
    checked_on: date | None = None
    in_force: bool = True

    def due_at(self, opened_at: datetime) -> datetime:
        """By when, for a case that was opened then."""
        return opened_at + timedelta(hours=self.hours)


class Duties(Part):
    """`content/policy/duties.yml`. `nations` says where each area of the helpline directory lies."""

    note: str = ""
    nations: dict[str, Nation]
    duties: tuple[Duty, ...]

    def for_case(self, about: About) -> tuple[Duty, ...]:
        """The duties in force that a case may bring, the most pressing first. Where the nation is not known, those of all."""
        here = [duty for duty in self.duties if duty.in_force and (about.nation is None or about.nation in duty.nations)]
        return tuple(sorted((duty for duty in here if duty.applies.fits(about)), key=lambda duty: duty.hours))
