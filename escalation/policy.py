"""The organisation's policy on who is alerted when, as data. What has a title can be changed on the settings page."""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

Group = Literal["on_duty", "backup", "lead", "outside"]
LEVELS = frozenset({"concern", "urgent", "immediate"})
_ASKED: dict[Group, str] = {
    "on_duty": "Ask whoever is on duty",
    "backup": "Ask the back-up",
    "lead": "Ask the safeguarding leads",
    "outside": "Ask the out-of-hours contact",
}
V = TypeVar("V")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PolicyStep(_Entry):
    """One step: when, whom to alert, and what to tell the young person.

    `after` is minutes after the case began to wait, `late` minutes after the time that was promised. `remind` alerts
    everyone who was alerted before and has not answered.
    """

    after: float | None = Field(None, ge=0, le=2880, title="Minutes after they began to wait")
    late: float | None = Field(None, ge=0, le=2880, title="Minutes after the promised time")
    alert: Group | None = None
    remind: bool = False
    tell: str | None = None

    @model_validator(mode="after")
    def _one_time_and_one_thing(self) -> PolicyStep:
        if (self.after is None) == (self.late is None):
            raise ValueError("a step has one time: `after` or `late`")
        if not (self.alert or self.remind or self.tell):
            raise ValueError("a step alerts, reminds or tells")
        return self

    def __str__(self) -> str:
        """What it does, as staff would say it."""
        asked = "Remind everyone who was asked" if self.remind else _ASKED[self.alert] if self.alert else ""
        told = "tell the young person how it stands" if self.tell else ""
        words = ", and ".join(filter(None, (asked, told)))
        return words[0].upper() + words[1:]


class Promised(_Entry):
    """What is promised for one level, in minutes: without enough real times, at least, and at most."""

    minutes: float = Field(
        gt=0,
        le=1440,
        title="Without real times",
        json_schema_extra={
            "means": "While there are too few real times to go by, a young person is told that an adult will be there within {value} minutes."
        },
    )
    least: float = Field(
        gt=0,
        le=1440,
        title="At least",
        json_schema_extra={"means": "However quick people are, nobody is promised an adult in less than {value} minutes."},
    )
    most: float = Field(
        gt=0,
        le=1440,
        title="At most",
        json_schema_extra={"means": "However busy it is, nobody is promised an adult later than in {value} minutes."},
    )

    @model_validator(mode="after")
    def _in_order(self) -> Promised:
        if not self.least <= self.minutes <= self.most:
            raise ValueError("least, minutes and most go up in this order")
        return self


class RealTimes(_Entry):
    """Which real times make a promise: of how many days, which share is to be kept, and how many there have to be."""

    days: int = Field(
        28,
        ge=1,
        le=365,
        title="Days that are looked at",
        json_schema_extra={"means": "Promises follow how long people really waited in the last {value} days."},
    )
    share: float = Field(
        0.9,
        gt=0,
        le=1,
        title="Share of promises to keep",
        description="0.9 is nine of ten.",
        json_schema_extra={"means": "A promise is a time in which {value:.0%} of the young people were picked up."},
    )
    enough: int = Field(
        20,
        ge=1,
        le=1000,
        title="Real times that are enough",
        json_schema_extra={"means": "With fewer than {value} real times, the minutes above are promised."},
    )


class Quiet(_Entry):
    """Minutes that an adult may leave a young person without an answer: until a reminder, and until others are asked."""

    remind: float = Field(
        gt=0,
        le=1440,
        title="Minutes until a reminder",
        json_schema_extra={"means": "An adult who has not answered for {value} minutes is reminded."},
    )
    give_up: float = Field(
        gt=0,
        le=1440,
        title="Minutes until others are asked",
        json_schema_extra={"means": "After {value} minutes without an answer others are asked, and the young person is told."},
    )

    @model_validator(mode="after")
    def _reminded_first(self) -> Quiet:
        if self.remind >= self.give_up:
            raise ValueError("the reminder comes before others are asked")
        return self


class Drill(_Entry):
    """The exercise: what it writes, and after how many minutes nobody has passed it."""

    message: str
    minutes: float = Field(
        gt=0,
        le=1440,
        title="Minutes to pass it",
        json_schema_extra={"means": "A drill that nobody picks up within {value} minutes counts as failed."},
    )


class Policy(_Entry):
    """`content/policy/escalation.yml`."""

    promises: dict[str, Promised] = Field(title="How soon an adult is promised", description="In minutes, for each level.")
    real_times: RealTimes = Field(title="Which real times make a promise")
    steps: dict[str, tuple[PolicyStep, ...]] = Field(
        title="Who is asked, and when",
        description="After somebody has agreed to an adult, or when a life is at risk. A step where nobody of that kind is there is left out.",
    )
    nobody_on_duty: dict[str, tuple[PolicyStep, ...]] = Field(
        title="When nobody is on the rota", description="The young person hears the truth in the same turn; this is what happens then."
    )
    again_minutes: dict[str, float] = Field(
        title="Asked again",
        description="After the last step everyone who is there is asked again, every so many minutes, for as long as the young person waits.",
        json_schema_extra={"means": "Everyone who is there is asked again every {value} minutes."},
    )
    quiet: dict[str, Quiet] = Field(
        title="When an adult leaves a message unanswered", description="Never longer than was promised for the adult to come."
    )
    drill: Drill = Field(title="Drill")
    agreement_days: int = Field(
        30,
        ge=1,
        le=365,
        title="Days that an agreement holds",
        json_schema_extra={"means": "After {value} days a young person is asked again before anything more is shared."},
    )
    pause_minutes: int = Field(
        30,
        ge=1,
        le=1440,
        title="Minutes of quiet until nothing shows",
        json_schema_extra={"means": "After {value} minutes without a word from them, nothing that was said shows until they carry on."},
    )

    @field_validator("promises", "steps", "nobody_on_duty", "again_minutes", "quiet")
    @classmethod
    def _for_every_level(cls, by_level: dict[str, V]) -> dict[str, V]:
        if set(by_level) != LEVELS:
            raise ValueError("needs concern, urgent and immediate")
        return by_level

    @field_validator("steps")
    @classmethod
    def _owns_up(cls, steps: dict[str, tuple[PolicyStep, ...]], info: ValidationInfo) -> dict[str, tuple[PolicyStep, ...]]:
        for level, promised in info.data.get("promises", {}).items():
            _ends_with_the_truth(level, steps[level], promised.least)
            if not any(step.late == 0 and step.tell for step in steps[level]):
                raise ValueError(f"{level}: a step with `late: 0` tells that the promise was broken")
        return steps

    @field_validator("nobody_on_duty")
    @classmethod
    def _promises_nothing(cls, steps: dict[str, tuple[PolicyStep, ...]]) -> dict[str, tuple[PolicyStep, ...]]:
        for level in LEVELS:
            _ends_with_the_truth(level, steps[level], 0)
            if any(step.late is not None for step in steps[level]):
                raise ValueError(f"{level}: nothing is promised then, so no step can be `late`")
        return steps

    @field_validator("quiet")
    @classmethod
    def _no_longer_than_promised(cls, quiet: dict[str, Quiet], info: ValidationInfo) -> dict[str, Quiet]:
        for level, promised in info.data.get("promises", {}).items():
            if quiet[level].give_up > promised.minutes:
                raise ValueError(f"{level}: nobody waits longer for an answer than was promised for the adult to come")
        return quiet


def _ends_with_the_truth(level: str, steps: tuple[PolicyStep, ...], least: float) -> None:
    """Also where the shortest time is promised, so that steps counted from the promise come early."""
    times = [step.after if step.late is None else least + step.late for step in steps]
    if not steps or steps[-1].tell is None or times[-1] != max(t for t in times if t is not None):
        raise ValueError(f"the last step for {level} tells the young person how it stands")
