"""The safeguarding form: which questions a case has, what they need, and that every saved version stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.rehearsal.house import House, YoungPerson
from escalation.case import NotPossible
from escalation.context import Service
from escalation.work import case_work
from escalation.work.form import About, Form, answered, wrong
from tests.escalation.talking import CHAT, WANTS_TO_TALK, does, past, talks

ROOT = Path(__file__).parents[2]
CHILD = About((), (), "13_15")


def questions(service: Service, about: About) -> set[str]:
    return {question.id for section in service.staff_policy.form.for_case(about) for question in section.fields}


@pytest.mark.rule("S69")
@pytest.mark.parametrize("age_band", ["under_13", "13_15", "16_17", "18_25", "unknown"])
def test_every_case_is_asked_about_care_and_about_an_advocate(service: Service, age_band: str) -> None:
    asked = questions(service, About((), (), age_band))
    assert {"care_status", "home_authority", "social_worker", "advocate", "carer_concern"} <= asked


@pytest.mark.rule("S69")
def test_somebody_who_was_missing_has_the_return_interview_and_others_do_not(service: Service) -> None:
    assert "return_interview" in questions(service, About(("bullying", "missing"), (), "13_15"))
    assert "return_interview" not in questions(service, About(("bullying",), (), "13_15"))


@pytest.mark.rule("S85")
def test_from_18_the_form_has_the_adult_at_risk_test_instead_of_gillick(service: Service) -> None:
    adult, child = questions(service, About((), (), "18_25")), questions(service, CHILD)
    assert {"needs_support", "at_risk", "cannot_protect", "capacity"} <= adult
    assert {"gillick", "fraser"} <= child
    assert not {"gillick", "fraser"} & adult
    assert "capacity" not in child


@pytest.mark.rule("S22")
def test_an_unknown_age_is_asked_like_a_child(service: Service) -> None:
    assert questions(service, About((), (), "unknown")) == questions(service, CHILD)


@pytest.mark.rule("S06")
@pytest.mark.parametrize("made", ["made", "not_made"])
def test_a_referral_made_or_not_needs_its_reason(service: Service, made: str) -> None:
    sections = service.staff_policy.form.for_case(CHILD)
    assert (
        wrong(sections, {"referral": made})
        == f"Referral: {'Made' if made == 'made' else 'Not made'} needs “Why it was made or not made” as well"
    )
    assert wrong(sections, {"referral": made, "referral_why": "the school has done it"}) == ""


@pytest.mark.parametrize(("answers", "says"), [({"threshold": "huge"}, "choose one"), ({"risks": "x" * 4001}, "4000 characters")])
def test_an_answer_that_cannot_be_is_refused(service: Service, answers: dict[str, str], says: str) -> None:
    assert says in wrong(service.staff_policy.form.for_case(CHILD), answers)


def test_what_is_empty_or_no_question_of_this_case_is_left_out(service: Service) -> None:
    given = {"risks": "  he comes home drunk ", "protects": " ", "capacity": "lacks", "csrf": "abc"}
    assert answered(service.staff_policy.form.for_case(CHILD), given) == {"risks": "he comes home drunk"}


def test_a_form_that_explains_an_answer_it_does_not_have_cannot_be_loaded() -> None:
    question: dict[str, Any] = {"id": "a", "label": "A", "kind": "one", "options": {"yes": "Yes"}, "why": {"no": "a"}}
    with pytest.raises(ValidationError, match="no option or question"):
        Form.model_validate({"sections": [{"id": "s", "title": "S", "fields": [question]}]})


def save(house: House, name: str, case_id: str, replaces: str = "", **answers: str) -> None:
    does(house, name, lambda tx, me: case_work.save_form(tx, house.service, case_id, me, answers, replaces, house.clock()))


async def test_each_saved_version_stays_and_names_the_one_before(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    save(staffed, "Sam", case_id, risks="he drinks")
    first = past(staffed, case_id, "form_saved")[0]
    save(staffed, "Jo", case_id, first.id, risks="he drinks and has hit her twice", protects="her nan")
    versions = past(staffed, case_id, "form_saved")
    assert [entry.detail["answers"] for entry in versions] == [
        {"risks": "he drinks"},
        {"risks": "he drinks and has hit her twice", "protects": "her nan"},
    ]
    assert [entry.detail["replaces"] for entry in versions] == ["", first.id]
    assert [entry.staff_id for entry in versions] == [staffed.staff("Sam").id, staffed.staff("Jo").id]


async def test_a_form_written_on_an_older_version_is_not_saved_over_the_newer(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    save(staffed, "Sam", case_id, risks="he drinks")
    with pytest.raises(NotPossible, match="a colleague saved this form while you wrote"):
        save(staffed, "Jo", case_id, "", risks="something else")
    assert len(past(staffed, case_id, "form_saved")) == 1


@pytest.mark.rule("S21")
async def test_competence_is_what_a_worker_wrote_with_reasons_and_nobody_else_wrote_it(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    with pytest.raises(NotPossible, match="needs “Which decision, and what you rest this on” as well"):
        save(staffed, "Sam", case_id, gillick="understands")
    assert not [entry for entry in past(staffed, case_id) if "gillick" in str(entry.detail)]
    save(staffed, "Sam", case_id, gillick="understands", gillick_why="told me in her own words what a referral means")
    judged = [entry for entry in past(staffed, case_id) if "gillick" in str(entry.detail)]
    assert [(entry.actor, entry.staff_id) for entry in judged] == [("staff", staffed.staff("Sam").id)]


def test_nothing_the_bot_says_or_does_judges_competence() -> None:
    rooms = [path for room in ("bot", "nlu") for path in (ROOT / room).rglob("*.py") if ".venv" not in path.parts]
    assert rooms
    assert not [path for path in rooms if "gillick" in path.read_text(encoding="utf-8").lower()]


@pytest.mark.rule("S05")
@pytest.mark.parametrize(("scope", "knows"), [(CHAT, True), (WANTS_TO_TALK, False)])
async def test_the_form_tells_a_worker_no_more_than_was_shared(staffed: House, young: YoungPerson, scope: str, knows: bool) -> None:
    case_id = await talks(young, scope)
    about = does(
        staffed, "Sam", lambda tx, me: case_work.about(tx, staffed.service, case_work.working_on(tx, case_id, me), me, staffed.clock())
    )
    assert ("home_abuse" in about.categories) == knows


async def test_only_who_has_the_case_or_leads_can_fill_it_in(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    with pytest.raises(NotPossible, match="only the adult who has this case, or the lead"):
        save(staffed, "Alex", case_id, risks="he drinks")
