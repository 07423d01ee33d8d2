"""Ending a conversation from a worker's phone: the plan, a check-in, and the question how they are."""

from __future__ import annotations

import pytest

from bot.rehearsal import endings
from bot.rehearsal.house import House, YoungPerson
from tests.telegram.test_phone import Phone, stage, wait_for_an_adult


@pytest.fixture
async def sam(staffed: House, young: YoungPerson) -> Phone:
    """Sam on the phone, with a conversation."""
    await young.starts()
    await wait_for_an_adult(staffed, young)
    phone = Phone(staffed, "Sam")
    await phone.taps("Pick up")
    young.hears()
    return phone


async def test_a_plan_is_begun_by_a_button_and_written_by_command(sam: Phone, young: YoungPerson, staffed: House) -> None:
    await sam.says("/close")
    told = await sam.taps("Make a plan together first")
    assert told[0].startswith("Write /plan and a line")
    assert stage(young) == "closing"
    assert await sam.says("/plan See the nurse on Friday") == ["Suggested. You hear what they say to it."]
    await young.taps("Yes")
    assert sam.news() == ["In the plan: “See the nurse on Friday”"]
    await young.taps("Add a line of my own")
    await young.says("walk the dog")
    assert sam.news() == ["They added to the plan: “walk the dog”"]
    case = young.case()
    assert case
    assert endings.plan_of(staffed, case.id) == ["See the nurse on Friday", "walk the dog"]


@pytest.mark.rule("S64")
async def test_a_line_with_a_private_number_is_not_suggested(sam: Phone, young: YoungPerson) -> None:
    await sam.says("/plan")
    young.hears()
    assert (await sam.says("/plan ring me on 07700 900123"))[0].startswith("Not suggested: the line may hold personal contact details")
    assert young.hears() == []


async def test_a_check_in_is_offered_and_the_answer_comes_back(sam: Phone, young: YoungPerson) -> None:
    assert await sam.says("/checkin") == ["They are being asked. You hear what they say."]
    await young.taps("In 3 days")
    await young.taps("16:00 to 19:00")
    assert sam.news() == ["They agreed to be asked how they are on Thursday at 16:00."]


async def test_after_a_hard_case_they_are_asked_how_they_are_once(sam: Phone, young: YoungPerson, staffed: House) -> None:
    await young.says("my stepdad hits me every day")
    await sam.says("/close")
    assert (await sam.taps("Guidance given"))[0] == "That may have been a hard one. How are you?"
    assert (await sam.taps("I'd like to talk"))[0].startswith("Thank you for saying so.")
    assert [row.answer for row in endings.debriefs_of(staffed, "Sam")] == ["talk"]
    assert staffed.alerts("Jo")[-1].startswith("Sam would like to talk")
