"""Legal duties with their clock, and what is passed on without a name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation import cases, reading
from escalation.agreements import Wording
from escalation.case import NotPossible
from escalation.consent import Kind
from escalation.context import Service
from escalation.sharing import reports
from escalation.sharing.reports import Clock
from escalation.work.form import About
from tests.escalation.talking import CHAT, WANTS_TO_TALK, does, past, talks


def duties(service: Service, about: About) -> set[str]:
    return {duty.id for duty in service.staff_policy.duties.for_case(about)}


@pytest.mark.rule("S25")
@pytest.mark.parametrize(
    ("nation", "age_band", "shown"),
    [
        ("england", "13_15", True),
        ("wales", "under_13", True),
        ("scotland", "13_15", False),
        ("england", "18_25", False),
        (None, "unknown", True),
    ],
)
def test_a_duty_holds_in_its_nations_and_for_its_ages(service: Service, nation: str | None, age_band: str, shown: bool) -> None:
    assert ("fgm_report" in duties(service, About(("fgm",), (), age_band, nation))) == shown


@pytest.mark.rule("S25")
def test_a_duty_that_is_not_in_force_yet_is_not_shown_and_one_that_comes_into_force_is(service: Service) -> None:
    about = About(("sexual_abuse",), (), "13_15", "england")
    assert "csa_report" not in duties(service, about)
    policy = service.staff_policy.duties
    in_force = policy.model_copy(update={"duties": tuple(duty.model_copy(update={"in_force": True}) for duty in policy.duties)})
    assert "csa_report" in {duty.id for duty in in_force.for_case(about)}


@pytest.mark.rule("S25")
def test_every_duty_names_profession_deadline_source_and_what_to_do(service: Service) -> None:
    for duty in service.staff_policy.duties.duties:
        assert duty.profession and duty.source and duty.act and duty.hours > 0, duty.id
        assert duty.applies.categories or duty.applies.flags, duty.id


def clocks(house: House, name: str, case_id: str) -> dict[str, Clock]:
    def look(tx: object, me: object) -> list[Clock]:
        return reports.clocks(tx, house.service, cases.locked(tx, case_id), me, house.clock())  # type: ignore[arg-type]

    return {clock.duty.id: clock for clock in does(house, name, look)}


@pytest.mark.rule("S25")
async def test_a_duty_runs_from_the_opening_of_the_case_and_what_was_done_is_recorded(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young, age_band="18_25")
    case = young.case()
    assert case is not None
    clock = clocks(staffed, "Sam", case_id)["adult_at_risk"]
    assert (clock.due_at, clock.recorded) == (case.opened_at + timedelta(hours=24), "")

    def record(outcome: str, why: str, told: str) -> None:
        does(
            staffed,
            "Sam",
            lambda tx, me: reports.record_duty(tx, staffed.service, case_id, me, "adult_at_risk", outcome, why, told, staffed.clock()),
        )

    with pytest.raises(NotPossible, match="what was done, or why not"):
        record("not_done", "", "")
    with pytest.raises(NotPossible, match="told before, or why that was unsafe"):
        record("done", "rang adult services", "")
    record("not_done", "the test is not met", "")
    record("done", "rang adult services, ref 12", "told in the chat before I rang")
    assert clocks(staffed, "Sam", case_id)["adult_at_risk"].recorded == "done"
    assert [entry.detail["outcome"] for entry in past(staffed, case_id, "duty_recorded")] == ["not_done", "done"]


@pytest.mark.rule("S05")
@pytest.mark.parametrize(("scope", "shown"), [(CHAT, True), (WANTS_TO_TALK, False)])
async def test_duties_tell_a_worker_no_more_than_was_shared(staffed: House, young: YoungPerson, scope: str, shown: bool) -> None:
    case_id = await talks(young, scope, age_band="18_25")
    assert ("adult_at_risk" in clocks(staffed, "Sam", case_id)) == shown


WHAT = "a white van by the skate park on Friday nights"


def asks(house: House, case_id: str, what: str = WHAT) -> None:
    does(house, "Sam", lambda tx, me: reports.ask_to_pass_on(tx, house.service, case_id, me, "police", what, house.clock()))


def sent(house: House, case_id: str, asked: str, how: str = "rang 101, log 42") -> None:
    does(house, "Sam", lambda tx, me: reports.passed_on(tx, case_id, me, asked, how, house.clock()))


@pytest.mark.rule("S88")
async def test_a_place_or_a_car_is_passed_on_without_a_name_after_a_yes_to_the_very_words(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    asks(staffed, case_id)
    heard = [line.text for line in young.hears()]
    assert WHAT in heard
    assert any("the police, without your name" in text for text in heard)
    asked = past(staffed, case_id, "passing_on_asked")[0].id
    with pytest.raises(NotPossible, match="it needs their yes"):
        sent(staffed, case_id, asked)
    await young.taps("Yes, pass it on")
    entry = young.ledger()[-1]
    assert (entry.kind, entry.scope, entry.recipient, entry.recipient_role) == (Kind.GIVEN, None, "police", "outside")
    card = does(staffed, "Sam", lambda tx, me: reading.read_case(tx, staffed.service, case_id, me, staffed.clock()))
    assert card.scope == "chat"
    sent(staffed, case_id, asked)
    with pytest.raises(NotPossible):
        sent(staffed, case_id, asked)
    assert past(staffed, case_id, "passed_on")[0].detail == {"of": asked, "how": "rang 101, log 42"}


@pytest.mark.rule("S88")
async def test_after_a_no_nothing_is_passed_on(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    asks(staffed, case_id)
    await young.taps("No, don't")
    with pytest.raises(NotPossible):
        sent(staffed, case_id, past(staffed, case_id, "passing_on_asked")[0].id)
    assert young.ledger()[-1].kind == Kind.REFUSED


@pytest.mark.rule("S01")
async def test_a_button_of_an_earlier_conversation_agrees_to_nothing_asked_in_this_one(staffed: House, young: YoungPerson) -> None:
    def ask(case_id: str, what: str) -> None:
        does(staffed, "Sam", lambda tx, me: reports.ask_to_pass_on(tx, staffed.service, case_id, me, "police", what, staffed.clock()))

    first = await talks(young)
    ask(first, "A blue car waits outside the school.")
    before = young.token("Yes, pass it on")
    staffed.close("Sam", first)
    await young.says("person")
    for label in ("Yes", WANTS_TO_TALK, "Send it"):
        await young.taps(label)
    case = young.case()
    assert case and case.id != first
    staffed.pick_up("Sam", case.id)
    ask(case.id, "A man called Dodge meets children at the park.")
    await young.taps_token(before)
    assert past(staffed, case.id, "passing_on_agreed") == []
    await young.taps("Yes, pass it on")
    assert len(past(staffed, case.id, "passing_on_agreed")) == 1


@pytest.mark.rule("S07")
async def test_after_a_change_of_mind_what_has_not_gone_is_not_passed_on(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    asks(staffed, case_id)
    await young.taps("Yes, pass it on")
    asked = past(staffed, case_id, "passing_on_asked")[0].id

    def change(tx: object) -> None:
        case = cases.locked(tx, case_id)  # type: ignore[arg-type]
        cases.withdraw(tx, staffed.service, case, Wording("consent.withdrawn", "1", "ok"), staffed.clock())  # type: ignore[arg-type]

    staffed.clock.move(minutes=1)
    staffed.record.write(change)
    with pytest.raises(NotPossible, match="changed their mind"):
        sent(staffed, case_id, asked)


@pytest.mark.rule("S88")
async def test_a_lead_links_cases_that_name_one_adult_and_workers_cannot(staffed: House, young: YoungPerson) -> None:
    one = await talks(young)
    other_young = YoungPerson(staffed, address="young-2")
    staffed.on_duty("Alex")
    other = await talks(other_young)

    def link(name: str, reason: str = "both name the same coach") -> None:
        does(staffed, name, lambda tx, me: reports.link(tx, one, other, me, reason, staffed.clock()))

    with pytest.raises(NotPossible, match="a lead chooses another case"):
        link("Sam")
    with pytest.raises(NotPossible):
        link("Jo", " ")
    link("Jo")
    assert [past(staffed, case_id, "linked")[0].detail["case"] for case_id in (one, other)] == [other, one]
    assert [young.hears(), other_young.hears()] == [[], []]
