"""The plan that policy makes for one case: what happens when, and who is asked. Pure.

The plan is frozen into the case when its chain starts, so that a later edit of rota or policy cannot disturb it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from escalation.policy import Policy, PolicyStep
from escalation.rota.on_duty import Staffing
from nlu.understanding import Level

OUTSIDE = "outside"
"""Stands among the people of a step for the organisation's out-of-hours contact."""


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

    `minutes` is what was promised (policy's own number without it), `outside` whether there is an out-of-hours contact, who is asked
    in the place of the leads where there is nobody else to ask.
    """
    name = key(level)
    promised = now + timedelta(minutes=minutes or policy.promises[name].minutes) if staffing.somebody else None
    chosen = policy.steps[name] if promised else policy.nobody_on_duty[name]
    # Nobody on duty and no lead who may know: else nobody at all would hear of it (S83).
    stands_in = outside and not promised and not any(step.alert == OUTSIDE for step in chosen)
    people: dict[str, tuple[str, ...]] = {
        "on_duty": tuple(a.staff_id for a in staffing.on_duty or staffing.backup),
        "backup": tuple(a.staff_id for a in staffing.backup),
        "lead": tuple(a.staff_id for a in staffing.leads) or ((OUTSIDE,) if stands_in else ()),
        "outside": (OUTSIDE,) if outside else (),
    }
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
