"""The organisation's policy on who is alerted when, and the plan that it makes for one case. Pure.

The plan is frozen into the case when its chain starts, so that a later edit of rota or policy cannot disturb it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from escalation.rota import Staffing
from nlu.understanding import Level

Group = Literal["on_duty", "backup", "lead"]


class PolicyStep(BaseModel):
    """One step: minutes after the case began to wait, whom to alert, and what to tell the young person."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    after: float = Field(ge=0)
    alert: Group | None = None
    tell: str | None = None


class Policy(BaseModel):
    """`content/policy/escalation.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    promise_minutes: dict[str, float]
    steps: dict[str, tuple[PolicyStep, ...]]
    nobody_on_duty: tuple[PolicyStep, ...]
    agreement_days: int = 30
    pause_minutes: int = 30


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a case's own plan, with the people it alerts."""

    due_at: datetime
    alert: tuple[str, ...]
    tell: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will happen to a waiting case, fixed when it began to wait. `promised_at` is what was said."""

    steps: tuple[PlannedStep, ...]
    promised_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        steps = [{"due_at": s.due_at.isoformat(), "alert": list(s.alert), "tell": s.tell} for s in self.steps]
        return {"steps": steps, "promised_at": self.promised_at and self.promised_at.isoformat()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Plan:
        at = datetime.fromisoformat
        steps = tuple(PlannedStep(at(s["due_at"]), tuple(s["alert"]), s["tell"]) for s in data.get("steps", ()))
        return cls(steps, at(data["promised_at"]) if data.get("promised_at") else None)


def promise(policy: Policy, level: Level, staffing: Staffing, now: datetime) -> datetime | None:
    """By when an adult will be there, or `None` when nobody is on duty and nothing can be promised."""
    if not staffing.somebody:
        return None
    return now + timedelta(minutes=policy.promise_minutes[_key(level)])


def plan(policy: Policy, level: Level, staffing: Staffing, now: datetime) -> Plan:
    """The plan for a case of `level` that begins to wait `now`."""
    chosen = policy.steps[_key(level)] if staffing.somebody else policy.nobody_on_duty
    people: dict[str, tuple[str, ...]] = {
        "on_duty": tuple(a.staff_id for a in staffing.on_duty or staffing.backup),
        "backup": tuple(a.staff_id for a in staffing.backup),
        "lead": tuple(a.staff_id for a in staffing.leads),
    }
    steps = tuple(PlannedStep(now + timedelta(minutes=s.after), people[s.alert] if s.alert else (), s.tell) for s in chosen)
    return Plan(steps, promise(policy, level, staffing, now))


def _key(level: Level) -> str:
    return max(level, Level.CONCERN).id
