"""The organisation's policy on who is alerted when, and the plan that it makes for one case. Pure.

The plan is frozen into the case when its chain starts, so that a later edit of rota or policy cannot disturb it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from escalation.rota.on_duty import Staffing
from nlu.understanding import Level

Group = Literal["on_duty", "backup", "lead", "outside"]
OUTSIDE = "outside"
"""Stands among the people of a step for the organisation's out-of-hours contact."""
LEVELS = frozenset({"concern", "urgent", "immediate"})
V = TypeVar("V")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PolicyStep(_Entry):
    """One step: when, whom to alert, and what to tell the young person.

    `after` is minutes after the case began to wait, `late` minutes after the time that was promised. `remind` alerts
    everyone who was alerted before and has not answered.
    """

    after: float | None = Field(None, ge=0)
    late: float | None = Field(None, ge=0)
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


class Promised(_Entry):
    """What is promised for one level, in minutes: without enough real times, at least, and at most."""

    minutes: float = Field(gt=0)
    least: float = Field(gt=0)
    most: float = Field(gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Promised:
        if not self.least <= self.minutes <= self.most:
            raise ValueError("least, minutes and most go up in this order")
        return self


class RealTimes(_Entry):
    """Which real times make a promise: of how many days, which share is to be kept, and how many there have to be."""

    days: int = Field(28, ge=1)
    share: float = Field(0.9, gt=0, le=1)
    enough: int = Field(20, ge=1)


class Quiet(_Entry):
    """Minutes that an adult may leave a young person without an answer: until a reminder, and until others are asked."""

    remind: float = Field(gt=0)
    give_up: float = Field(gt=0)

    @model_validator(mode="after")
    def _reminded_first(self) -> Quiet:
        if self.remind >= self.give_up:
            raise ValueError("the reminder comes before others are asked")
        return self


class Drill(_Entry):
    """The exercise: what it writes, and after how many minutes nobody has passed it."""

    message: str
    minutes: float = Field(gt=0)


class Policy(_Entry):
    """`content/policy/escalation.yml`."""

    promises: dict[str, Promised]
    real_times: RealTimes
    steps: dict[str, tuple[PolicyStep, ...]]
    nobody_on_duty: dict[str, tuple[PolicyStep, ...]]
    again_minutes: dict[str, float]
    quiet: dict[str, Quiet]
    drill: Drill
    agreement_days: int = 30
    pause_minutes: int = 30

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


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a case's own plan, with the people it alerts."""

    due_at: datetime
    alert: tuple[str, ...]
    tell: str | None
    reminder: bool = False

    def as_json(self) -> dict[str, Any]:
        """What the case and its due rows keep of it, but for the time."""
        return {"alert": list(self.alert), "tell": self.tell, "reminder": self.reminder}

    @classmethod
    def from_json(cls, due_at: datetime, data: dict[str, Any]) -> PlannedStep:
        """A step as it was kept, also before there were reminders."""
        return cls(due_at, tuple(data["alert"]), data["tell"], bool(data.get("reminder")))


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will happen to a waiting case, fixed when it began to wait. `promised_at` is what was said."""

    steps: tuple[PlannedStep, ...]
    promised_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        steps = [{"due_at": s.due_at.isoformat(), **s.as_json()} for s in self.steps]
        return {"steps": steps, "promised_at": self.promised_at and self.promised_at.isoformat()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Plan:
        at = datetime.fromisoformat
        steps = tuple(PlannedStep.from_json(at(s["due_at"]), s) for s in data.get("steps", ()))
        return cls(steps, at(data["promised_at"]) if data.get("promised_at") else None)


def expected_minutes(policy: Policy, level: Level, real: Sequence[float], stretched: bool = False) -> float:
    """The minutes that can be promised, from the `real` times of the last weeks, in minutes.

    So many that the share of them which policy names was no longer; with too few of them policy's own number. With
    everyone on duty `stretched` (as many conversations as they can hold), the most that policy allows.
    """
    rule, times = policy.promises[key(level)], policy.real_times
    if stretched:
        return rule.most
    if len(real) < times.enough:
        return rule.minutes
    longest = sorted(real)[ceil(times.share * len(real)) - 1]
    return min(max(float(ceil(longest)) if longest < rule.most else rule.most, rule.least), rule.most)


def plan(policy: Policy, level: Level, staffing: Staffing, now: datetime, minutes: float | None = None, outside: bool = False) -> Plan:
    """The plan for a case of `level` that begins to wait `now`.

    `minutes` is what was promised (policy's own number without it), `outside` whether there is an out-of-hours contact.
    """
    name = key(level)
    promised = now + timedelta(minutes=minutes or policy.promises[name].minutes) if staffing.somebody else None
    people: dict[str, tuple[str, ...]] = {
        "on_duty": tuple(a.staff_id for a in staffing.on_duty or staffing.backup),
        "backup": tuple(a.staff_id for a in staffing.backup),
        "lead": tuple(a.staff_id for a in staffing.leads),
        "outside": (OUTSIDE,) if outside else (),
    }
    chosen = policy.steps[name] if promised else policy.nobody_on_duty[name]
    timed = sorted(((_when(step, now, promised), step) for step in chosen), key=lambda pair: pair[0])
    return Plan(_planned(timed, people), promised)


def _when(step: PolicyStep, now: datetime, promised: datetime | None) -> datetime:
    if step.late is None or promised is None:
        return now + timedelta(minutes=step.after or 0)
    return promised + timedelta(minutes=step.late)


def _planned(timed: Sequence[tuple[datetime, PolicyStep]], people: dict[str, tuple[str, ...]]) -> tuple[PlannedStep, ...]:
    """The steps with their people. One that would do nothing, with nobody to alert, is left out."""
    made: list[PlannedStep] = []
    asked: dict[str, None] = {}
    for due_at, step in timed:
        alert = (*asked,) if step.remind else people[step.alert] if step.alert else ()
        reminder = step.remind or _all_asked(alert, asked)
        if alert or step.tell:
            made.append(PlannedStep(due_at, alert, step.tell, reminder))
        asked.update(dict.fromkeys(alert))
    return tuple(made)


def _all_asked(alert: Sequence[str], asked: Collection[str]) -> bool:
    return bool(alert) and all(one in asked for one in alert)


def key(level: Level) -> str:
    """The level as policy names it; whoever asks for a person without a sign of harm counts as a concern."""
    return max(level, Level.CONCERN).id
