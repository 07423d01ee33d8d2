"""The policy on escalation: what does not fit together is refused, and what it plans."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from content.editorial.library import CONTENT
from escalation.case import Adult
from escalation.context import Service
from escalation.planning import OUTSIDE, Plan, PlannedStep, expected_minutes, plan
from escalation.policy import Policy, PolicyStep
from escalation.rota.on_duty import Staffing
from nlu.understanding import Level

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SAM, JO = Adult("sam", "Sam", "youth worker", "worker"), Adult("jo", "Jo", "senior youth worker", "lead")
HERE = Staffing(on_duty=(SAM,), leads=(JO,))


def shipped() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((CONTENT / "policy" / "escalation.yml").read_text())
    return data


@pytest.mark.rule("S17")
@pytest.mark.parametrize(
    ("where", "value", "why"),
    [
        (
            ("steps", "urgent"),
            [{"after": 0, "alert": "on_duty"}, {"late": 0, "tell": "still_waiting"}, {"late": 4, "alert": "lead"}],
            "last step",
        ),
        (("steps", "urgent"), [{"after": 0, "alert": "on_duty"}, {"after": 9, "tell": "still_waiting"}], "the promise was broken"),
        (("steps", "urgent"), [{"after": 60, "alert": "lead"}, {"late": 0, "tell": "still_waiting"}], "last step"),
        (("steps", "urgent"), [{"after": 0, "late": 0, "tell": "still_waiting"}], "one time"),
        (("steps", "urgent"), [{"after": 0}, {"late": 0, "tell": "still_waiting"}], "alerts, reminds or tells"),
        (("nobody_on_duty", "urgent"), [{"after": 0, "alert": "lead"}], "last step"),
        (("nobody_on_duty", "urgent"), [{"late": 0, "tell": "nobody_yet"}], "nothing is promised"),
        (("quiet", "urgent"), {"remind": 4, "give_up": 11}, "nobody waits longer"),
        (("quiet", "urgent"), {"remind": 4, "give_up": 4}, "reminder comes before"),
        (("promises", "urgent"), {"minutes": 3, "least": 4, "most": 15}, "go up in this order"),
        (("again_minutes",), {"concern": 60}, "needs concern, urgent and immediate"),
    ],
)
def test_a_policy_under_which_somebody_could_be_forgotten_is_refused(where: tuple[str, ...], value: Any, why: str) -> None:
    data = shipped()
    Policy.model_validate(data)
    part = data
    for name in where[:-1]:
        part = part[name]
    part[where[-1]] = value
    with pytest.raises(ValidationError, match=why):
        Policy.model_validate(data)


@pytest.mark.parametrize("level", [Level.CONCERN, Level.URGENT, Level.IMMEDIATE])
@pytest.mark.parametrize("minutes", [2, 10, 25])
def test_whatever_was_promised_the_truth_comes_at_that_minute_and_the_last_step_tells(
    service: Service, level: Level, minutes: float
) -> None:
    made = plan(service.policy, level, HERE, NOW, max(minutes, service.policy.promises[level.id].least))
    told = [step for step in made.steps if step.tell]
    assert told[0].due_at == made.promised_at
    assert made.steps[-1].tell
    assert [step.due_at for step in made.steps] == sorted(step.due_at for step in made.steps)


def test_the_contact_outside_is_asked_last_and_only_where_there_is_one(service: Service) -> None:
    asked = [name for step in plan(service.policy, Level.URGENT, HERE, NOW, 10, outside=True).steps for name in step.alert]
    assert list(dict.fromkeys(asked)) == ["sam", "jo", OUTSIDE]
    without = plan(service.policy, Level.URGENT, HERE, NOW, 10)
    assert all(OUTSIDE not in step.alert for step in without.steps)


def test_who_has_not_answered_is_reminded_and_the_words_say_so(service: Service) -> None:
    made = plan(service.policy, Level.URGENT, HERE, NOW, 10)
    assert [(step.alert, step.reminder) for step in made.steps[:2]] == [(("sam",), False), (("sam",), True)]
    assert made.steps[1].due_at == NOW + timedelta(minutes=2)


@pytest.mark.rule("S65")
@pytest.mark.parametrize("level", [Level.CONCERN, Level.URGENT, Level.IMMEDIATE])
def test_with_nobody_there_the_young_person_hears_of_it_again_at_the_end(service: Service, level: Level) -> None:
    made = plan(service.policy, level, Staffing(leads=(JO,)), NOW)
    assert made.promised_at is None
    assert made.steps[0].alert == ("jo",)
    assert made.steps[-1].tell


@pytest.mark.rule("S17")
@pytest.mark.parametrize(
    ("real", "minutes"),
    [
        ([], 10),
        ([6.2] * 19, 10),
        ([6.2] * 20, 7),
        ([100.0] * 2 + [6.0] * 18, 6),
        ([6.0] * 17 + [100.0] * 3, 14.5),
        ([1.0] * 20, 4),
        ([14.2] * 20, 14.5),
        ([float("inf")] * 20, 14.5),
    ],
)
def test_a_promise_is_a_time_in_which_nine_of_ten_were_picked_up_and_within_the_policys_bounds(real: list[float], minutes: float) -> None:
    data = shipped()
    data["promises"]["urgent"] = {"minutes": 10, "least": 4, "most": 14.5}
    assert expected_minutes(Policy.model_validate(data), Level.URGENT, real) == minutes


def test_with_everybody_stretched_the_longest_time_is_promised_whatever_the_real_ones_were(service: Service) -> None:
    assert expected_minutes(service.policy, Level.URGENT, [1.0] * 20, stretched=True) == service.policy.promises["urgent"].most
    assert expected_minutes(service.policy, Level.NONE, []) == service.policy.promises["concern"].minutes


def test_whoever_was_asked_already_is_reminded_and_a_step_with_nobody_to_do_it_for_is_left_out() -> None:
    data = shipped()
    data["steps"]["urgent"] = [
        {"after": 0, "remind": True},
        {"after": 0.5, "alert": "on_duty"},
        {"after": 1, "alert": "backup"},
        {"after": 1.5, "alert": "on_duty"},
        {"after": 2, "remind": True},
        {"after": 3, "alert": "lead"},
        {"late": 0, "tell": "still_waiting"},
    ]
    made = plan(Policy.model_validate(data), Level.URGENT, HERE, NOW, 10)
    at = [NOW + timedelta(minutes=minutes) for minutes in (0.5, 1.5, 2, 3, 10)]
    assert made.steps == (
        PlannedStep(at[0], ("sam",), None),
        PlannedStep(at[1], ("sam",), None, reminder=True),
        PlannedStep(at[2], ("sam",), None, reminder=True),
        PlannedStep(at[3], ("jo",), None),
        PlannedStep(at[4], (), "still_waiting"),
    )


def test_a_case_that_never_waited_has_a_plan_without_steps() -> None:
    assert Plan.from_json({}) == Plan((), None)
    assert Plan.from_json(Plan((), None).as_json()) == Plan((), None)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (PolicyStep(after=0, alert="on_duty"), "Ask whoever is on duty"),
        (PolicyStep(after=0, alert="outside"), "Ask the out-of-hours contact"),
        (PolicyStep(after=0, remind=True), "Remind everyone who was asked"),
        (PolicyStep(late=0, tell="still_waiting"), "Tell the young person how it stands"),
        (
            PolicyStep(late=0, alert="lead", tell="still_waiting"),
            "Ask the safeguarding leads, and tell the young person how it stands",
        ),
    ],
    ids=str,
)
def test_a_step_is_told_as_staff_would_say_it(step: PolicyStep, words: str) -> None:
    assert str(step) == words
