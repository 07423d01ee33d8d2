"""A slash before words: an app calls it a command, and it may be a disclosure all the same."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson
from nlu.understanding import Level
from tests.telegram.test_phone import Phone, wait_for_an_adult


@pytest.fixture
async def sam(staffed: House, young: YoungPerson) -> Phone:
    """A worker who has the conversation on the phone."""
    phone = Phone(staffed, "Sam")
    await young.starts()
    await wait_for_an_adult(staffed, young)
    await phone.taps("Pick up")
    young.hears()
    return phone


@pytest.mark.rule("S02")
@pytest.mark.rule("S52")
async def test_a_life_at_risk_behind_a_slash_is_answered_and_passed_on(staffed: House, young: YoungPerson) -> None:
    told = await young.commands("i_overdosed")
    assert "999" in told[0].text
    case = young.case()
    assert case is not None
    assert (case.basis, Level(case.level)) == ("immediate", Level.IMMEDIATE)


@pytest.mark.parametrize("name", ["suicidal", "kill_myself", "i_want_to_die", "im_being_raped"])
async def test_harm_behind_a_slash_is_answered_like_words(young: YoungPerson, name: str) -> None:
    told = " ".join(line.text for line in await young.commands(name))
    assert "What would you like to talk about?" not in told
    assert young.case() is not None


async def test_what_a_young_person_writes_behind_a_slash_reaches_the_adult(young: YoungPerson, sam: Phone) -> None:
    sam.news()
    assert await young.commands("idk") == []
    assert sam.news() == ["idk"]


async def test_new_danger_behind_a_slash_is_noticed_while_an_adult_has_the_conversation(young: YoungPerson, sam: Phone) -> None:
    sam.news()
    told = await young.commands("i_overdosed")
    assert "999" in told[0].text
    assert "i_overdosed" in sam.news()


@pytest.mark.rule("S07")
async def test_a_change_of_mind_behind_a_slash_counts_while_an_adult_has_the_conversation(
    staffed: House, young: YoungPerson, sam: Phone
) -> None:
    staffed.reader.expect("stop", "withdraw_consent")
    await young.commands("stop")
    case = young.case()
    assert case is not None
    assert case.stage == "closed"
