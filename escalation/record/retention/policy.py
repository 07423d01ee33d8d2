"""The organisation's retention periods, and which of them a case is kept for. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from escalation.case import Stage

DAYS_OF_A_YEAR = 365.25
CaseKind = Literal["no_adult", "mistaken", "with_adult", "referred", "child_sexual_abuse", "allegation", "drill"]
PASSED_ON = frozenset({"referred", "emergency_services"})
MISTAKEN = "mistaken_flag"
TRUST = "position_of_trust"
GROWN_UP = "18_25"
"""The age band from which on nothing is a child's case."""
NOT_OPEN = frozenset({Stage.CLOSED, Stage.OFFERED, Stage.REFUSED})
"""Stages in which nobody has a case and nobody waits."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Period(Part):
    """How long, in years or in days, and why."""

    years: float | None = Field(None, gt=0, le=100, title="Years")
    days: int | None = Field(None, ge=1, le=36525, title="Days")
    why: str = Field(min_length=20)

    @model_validator(mode="after")
    def _one_unit(self) -> Period:
        if (self.years is None) == (self.days is None):
            raise ValueError("give years or days, one of the two")
        return self

    @property
    def length(self) -> timedelta:
        """The period as whole days."""
        return timedelta(days=self.days if self.days is not None else ceil((self.years or 0) * DAYS_OF_A_YEAR))


class CasePeriod(Period):
    """`asked`: whether a case like this goes when the person asks for erasure, or stays its time."""

    asked: Literal["erase", "keep"]


class AbusePeriod(CasePeriod):
    """The period of cases with one of these risk categories."""

    categories: tuple[str, ...] = Field(min_length=1)


class CasePeriods(Part):
    """One period for each kind of case."""

    no_adult: CasePeriod = Field(title="An adult was offered, and none took part")
    mistaken: CasePeriod = Field(title="Closed as a mistaken flag")
    with_adult: CasePeriod = Field(title="An adult took part")
    referred: CasePeriod = Field(title="Passed on, or shared without agreement")
    child_sexual_abuse: AbusePeriod = Field(title="Child sexual abuse or exploitation")
    allegation: CasePeriod = Field(title="About somebody in a position of trust, or staff")
    drill: CasePeriod = Field(title="Drills")

    def of(self, kind: CaseKind) -> CasePeriod:
        """The period of one kind."""
        period: CasePeriod = getattr(self, kind)
        return period


class Confirmed(Part):
    """Who compared the periods with the organisation's own schedule, and when; empty until somebody did."""

    by: str = Field("", max_length=120, title="Confirmed by", description="Name and role, such as Jo Hart, data protection officer.")
    on: date | None = Field(None, title="On")

    @field_validator("on", mode="before")
    @classmethod
    def _empty_is_not_yet(cls, value: object) -> object:
        return None if value == "" else value

    def __bool__(self) -> bool:
        return bool(self.by.strip()) and self.on is not None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What decides how long a case is kept. `age_band`: as it was known then."""

    stage: str
    outcome: str | None
    categories: Collection[str]
    flags: Collection[str]
    age_band: str
    drill: bool
    undecided: bool
    adult_took_part: bool
    shared_without_agreement: bool
    about_staff: bool
    closed_at: datetime | None
    last_event_at: datetime


class RetentionPolicy(Part):
    """`content/policy/retention.yml`."""

    confirmed: Confirmed = Field(title="Who compared these periods with your own schedule")
    chat: Period = Field(title="Chats that led to no case", description="From each message.")
    cases: CasePeriods = Field(title="Cases", description="From the day they were closed. Where several fit, the longest counts.")
    complaint: Period = Field(title="Complaints about the service", description="From the decision.")
    audit: Period = Field(title="Who did, read and shared what", description="From each entry.")
    insight: Period = Field(title="Figures in which nobody can be told apart", description="From the day they are about.")
    staff: Period = Field(title="Accounts of staff", description="From their closing.")
    rota: Period = Field(title="Shifts, holidays and swaps", description="From their end.")
    panel: Period = Field(
        Period(days=183, why="Long enough to see what became of what the panel said."),
        title="What youth panels said",
        description="From the closing of the round, or its end.",
    )
    traces: Period = Field(title="Traces of the program", description="Alerts, sessions and the like, from their end.")
    hold_review_days: int = Field(
        ge=1,
        le=730,
        title="Days until a hold is looked at again",
        json_schema_extra={"means": "Leads are asked after {value} days whether a hold is still needed."},
    )

    @property
    def version(self) -> str:
        """A short digest of what the policy says: two files that say the same have the same one."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    def kind(self, facts: CaseFacts) -> CaseKind:
        """Which period a case is kept for: the longest that fits."""
        if facts.drill:
            return "drill"
        allegation = facts.about_staff or TRUST in facts.flags
        if facts.outcome == MISTAKEN and not allegation:
            return "mistaken"
        fitting: list[CaseKind] = ["with_adult" if facts.adult_took_part else "no_adult"]
        if facts.outcome in PASSED_ON or facts.shared_without_agreement:
            fitting.append("referred")
        if facts.age_band != GROWN_UP and not set(facts.categories).isdisjoint(self.cases.child_sexual_abuse.categories):
            fitting.append("child_sexual_abuse")
        if allegation:
            fitting.append("allegation")
        return max(fitting, key=lambda kind: self.cases.of(kind).length)

    def expires(self, facts: CaseFacts) -> datetime | None:
        """When the time of a case is over; `None` while it is open, or waits for a decision. A hold is not looked at."""
        if facts.stage not in NOT_OPEN or facts.undecided:
            return None
        return (facts.closed_at or facts.last_event_at) + self.cases.of(self.kind(facts)).length

    def concern_expires(self, about_staff: bool, decided_at: datetime | None) -> datetime | None:
        """When the time of a concern or complaint is over; `None` before it is decided."""
        if decided_at is None:
            return None
        return decided_at + (self.cases.allegation if about_staff else self.complaint).length
