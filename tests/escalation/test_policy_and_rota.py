"""Who is there, who is asked when, and that a running plan is not disturbed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.rehearsal.house import House
from escalation.case import Adult
from escalation.context import Service
from escalation.planning import Plan, plan
from escalation.record import duty
from escalation.record.duty import RotaError
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.rota.on_duty import ShiftView, Staffing, asked_first, only_leads, rather_others, staffing, without
from nlu.understanding import Level

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SAM, ALEX, JO = (Adult(name.lower(), name, "youth worker", role) for name, role in (("Sam", "worker"), ("Alex", "worker"), ("Jo", "lead")))


def shift(adult: Adult, begins: float, ends: float, *, backup: bool = False) -> ShiftView:
    """A shift from so many hours after now to so many hours after now."""
    return ShiftView(adult, NOW + timedelta(hours=begins), NOW + timedelta(hours=ends), backup)


HERE = staffing([shift(SAM, -1, 7), shift(ALEX, -1, 7, backup=True)], [JO], NOW)
NOBODY = Staffing(leads=(JO,), next_start=NOW + timedelta(hours=9))


def test_a_shift_counts_from_its_first_moment_and_not_at_its_last() -> None:
    assert staffing([shift(SAM, 0, 1)], [], NOW).first == SAM
    assert staffing([shift(SAM, -1, 0)], [], NOW).first is None


def test_the_adult_who_is_named_is_on_duty_and_the_back_up_only_when_nobody_is() -> None:
    assert HERE.first == SAM
    assert without(HERE, "sam").first == ALEX


@pytest.mark.rule("S65")
def test_a_lead_who_is_not_on_the_rota_does_not_count_as_being_there() -> None:
    assert not NOBODY.somebody
    assert staffing([shift(SAM, 3, 8), shift(ALEX, 2, 8)], [JO], NOW).next_start == NOW + timedelta(hours=2)


@pytest.mark.rule("S82")
def test_somebody_who_was_said_no_to_is_neither_there_nor_coming_nor_a_lead() -> None:
    hidden = staffing([shift(SAM, -1, 7), shift(JO, 3, 5)], [JO], NOW, hidden_from=["sam", "jo"])
    assert hidden == Staffing()


@pytest.mark.rule("S83")
def test_where_trust_was_abused_only_leads_are_there_or_coming() -> None:
    rota = [shift(SAM, -1, 7), shift(ALEX, 1, 8), shift(JO, 5, 8)]
    left = only_leads(staffing(rota, [JO], NOW))
    assert not left.somebody
    assert left.next_start == NOW + timedelta(hours=5)
    assert left.leads == (JO,)


def test_a_lead_on_duty_or_standing_by_is_the_one_who_is_there_where_trust_was_abused() -> None:
    left = only_leads(staffing([shift(SAM, -1, 7), shift(JO, -1, 7, backup=True), shift(JO, 8, 9)], [JO], NOW))
    assert left == Staffing(on_duty=(JO,), leads=(JO,), next_start=NOW + timedelta(hours=8), next_lead_start=NOW + timedelta(hours=8))


def test_without_somebody_everything_else_of_the_staffing_stays() -> None:
    full = replace(staffing([shift(SAM, -1, 7), shift(ALEX, -1, 7, backup=True), shift(JO, 2, 3)], [JO], NOW), leads=(JO, SAM))
    assert without(full, "sam") == replace(full, on_duty=(), leads=(JO,))
    assert without(full, "alex") == replace(full, backup=())


def test_somebody_who_is_asked_first_is_asked_alone_and_everybody_else_after_them() -> None:
    assert asked_first(HERE, "alex") == replace(HERE, on_duty=(ALEX,), backup=(SAM,))
    assert asked_first(HERE, "sam") == HERE
    assert asked_first(HERE, "nobody") == HERE


def test_who_handed_back_and_is_a_lead_is_still_asked_as_a_lead() -> None:
    assert rather_others(replace(HERE, leads=(JO, ALEX)), ["alex"]).leads == (JO, ALEX)


def test_who_handed_back_is_asked_again_only_when_nobody_else_is_there() -> None:
    assert rather_others(HERE, ["sam"]).first == ALEX
    assert rather_others(HERE, ["sam", "alex"]).first == ALEX
    assert rather_others(staffing([shift(SAM, -1, 7)], [JO], NOW), ["sam"]).first == SAM


@pytest.mark.rule("S17")
@pytest.mark.parametrize(("level", "minutes"), [(Level.NONE, 15), (Level.CONCERN, 15), (Level.URGENT, 10), (Level.IMMEDIATE, 5)])
def test_what_is_promised_is_when_the_lead_is_asked_and_the_truth_is_told(service: Service, level: Level, minutes: int) -> None:
    made = plan(service.policy, level, HERE, NOW)
    assert made.promised_at == NOW + timedelta(minutes=minutes)
    told = [step for step in made.steps if step.tell]
    assert told[0].due_at == made.promised_at
    assert "jo" in told[0].alert


@pytest.mark.parametrize("level", list(Level))
def test_each_plan_asks_those_on_duty_at_once_then_the_back_up_then_the_lead(service: Service, level: Level) -> None:
    made = plan(service.policy, level, HERE, NOW)
    assert made.steps[0].alert == ("sam",)
    assert made.steps[0].due_at == NOW
    assert [step.due_at for step in made.steps] == sorted(step.due_at for step in made.steps)
    assert {name for step in made.steps for name in step.alert} == {"sam", "alex", "jo"}


@pytest.mark.rule("S02")
def test_for_a_life_at_risk_the_lead_is_alerted_in_the_same_moment(service: Service) -> None:
    at_once = [step.alert for step in plan(service.policy, Level.IMMEDIATE, HERE, NOW).steps if step.due_at == NOW]
    assert at_once == [("sam",), ("jo",)]


@pytest.mark.rule("S65")
def test_with_nobody_on_duty_the_lead_is_told_at_once_and_nothing_is_promised(service: Service) -> None:
    made = plan(service.policy, Level.URGENT, NOBODY, NOW)
    assert (made.promised_at, [step.alert for step in made.steps if step.due_at == NOW]) == (None, [("jo",)])


def test_with_only_the_back_up_there_the_back_up_is_asked_at_once(service: Service) -> None:
    assert plan(service.policy, Level.CONCERN, without(HERE, "sam"), NOW).steps[0].alert == ("alex",)


def test_a_plan_reads_back_from_the_record_as_it_was_made(service: Service) -> None:
    made = plan(service.policy, Level.URGENT, HERE, NOW)
    assert Plan.from_json(made.as_json()) == made


def on_the_rota(house: House, name: str, hours: float = 8, begins: float = 1) -> None:
    """Put somebody on the rota the way the console and the command line do."""
    start = house.clock() + timedelta(hours=begins)
    house.record.write(lambda tx: duty.add_shift(tx, one(tx, name), start, start + timedelta(hours=hours), False))


def one(tx: Tx, name: str) -> Staff:
    """The member of staff with this name."""
    found = duty.staff_named(tx, name)
    assert found is not None
    return found


@pytest.mark.rule("S67")
@pytest.mark.parametrize("date", ["vetted_until", "trained_until"])
@pytest.mark.parametrize("days", [None, -1, 0])
def test_nobody_enters_the_rota_without_current_vetting_and_training(house: House, date: str, days: int | None) -> None:
    house.hire("Sam")
    until = None if days is None else house.clock() + timedelta(days=days)
    house.record.write(lambda tx: setattr(one(tx, "Sam"), date, until))
    with pytest.raises(RotaError, match="no current vetting and training"):
        on_the_rota(house, "Sam")


@pytest.mark.rule("S67")
def test_who_is_on_the_rota_already_does_not_count_once_the_vetting_has_lapsed(house: House) -> None:
    house.hire("Sam")
    house.on_duty("Sam")
    house.record.write(lambda tx: setattr(one(tx, "Sam"), "vetted_until", house.clock()))
    assert not house.record.read(lambda tx: duty.staffing_now(tx, house.clock())).somebody


def test_a_shift_that_cannot_be_says_why(house: House) -> None:
    for name, role in (("Sam", "worker"), ("Kit", "editor")):
        house.hire(name, role)
    on_the_rota(house, "Sam")
    for name, hours, why in (("Sam", 8, "on the rota already"), ("Sam", -1, "ends before it begins"), ("Kit", 8, "only workers and leads")):
        with pytest.raises(RotaError, match=why):
            on_the_rota(house, name, hours, begins=2)
