"""A complaint that was shown for a last look and then neither sent nor dropped: asked about once, and let go; never sent without a yes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from escalation.record.tables import Concern
from tests.escalation.talking import talks

RUDE = "jo never listens to anybody here"
HARM = "jo touches me when nobody is there"
ASKED = "You wrote something here"


async def looks_at(young: YoungPerson, words: str) -> None:
    """They have written a complaint about Jo, and see what would be sent."""
    await young.starts()
    await young.taps_token("0:do:concern")
    await young.taps("Jo (senior youth worker)")
    heard = [line.text for line in await young.says(words)]
    assert f"“{words}”" in heard


def concerns_of(house: House) -> list[Concern]:
    return house.record.read(lambda tx: list(tx.session.scalars(select(Concern))))


def asked(young: YoungPerson) -> int:
    return len([line for line in young.lines() if line.text.startswith(ASKED) and line.state != "dropped"])


@pytest.fixture
def house_of_two_leads(staffed: House) -> House:
    staffed.hire("Max", "lead")
    return staffed


@pytest.mark.rule("S63")
@pytest.mark.rule("S77")
async def test_it_is_asked_about_once_behind_carry_on_and_a_yes_sends_it(house_of_two_leads: House, young: YoungPerson) -> None:
    await looks_at(young, RUDE)
    young.hears()
    await house_of_two_leads.wait(days=1, hours=1)
    (knock,) = young.hears()
    assert "Carry on" in [label for label, _ in knock.buttons]
    assert "wrote" not in knock.text
    await young.taps("Carry on")
    assert asked(young) == 1
    heard = [line.text for line in await young.taps("Show it again")]
    assert f"“{RUDE}”" in heard
    assert concerns_of(house_of_two_leads) == []
    await young.taps("Send it")
    (sent,) = concerns_of(house_of_two_leads)
    assert sent.words_sealed is not None
    await house_of_two_leads.wait(days=8)
    assert asked(young) == 1


@pytest.mark.rule("S63")
async def test_what_is_never_answered_is_let_go_unsent_and_they_are_told_when_they_come_back(
    house_of_two_leads: House, young: YoungPerson
) -> None:
    await looks_at(young, RUDE)
    young.hears()
    await house_of_two_leads.wait(days=10)
    assert len([line for line in young.hears() if line.state != "dropped"]) == 1, "one neutral knock, and no more"
    assert concerns_of(house_of_two_leads) == []
    heard = [line.text for line in await young.taps("Carry on")]
    assert any(text.startswith("I didn't send what you wrote") for text in heard)
    assert asked(young) == 0, "it is gone, so nobody asks about it any more"
    await young.taps("Send it")
    assert concerns_of(house_of_two_leads) == []


@pytest.mark.rule("S63")
@pytest.mark.rule("S81")
async def test_of_a_sign_of_harm_the_other_lead_learns_that_much_in_the_end_and_no_word(
    house_of_two_leads: House, young: YoungPerson
) -> None:
    await looks_at(young, HARM)
    await house_of_two_leads.wait(days=2)
    assert concerns_of(house_of_two_leads) == []
    await house_of_two_leads.wait(days=3)
    (raised,) = concerns_of(house_of_two_leads)
    assert (raised.words_sealed, raised.about_staff_id) == (None, house_of_two_leads.staff("Jo").id)
    assert any("concern" in text.lower() for text in house_of_two_leads.alerts("Max"))


@pytest.mark.rule("S60")
@pytest.mark.rule("S63")
async def test_nobody_is_asked_while_an_adult_has_the_conversation_and_no_adult_reads_it(
    house_of_two_leads: House, young: YoungPerson
) -> None:
    case_id = await talks(young)
    house_of_two_leads.worker_says("Sam", case_id, "Hi, I'm Sam.")
    await young.taps_token("0:do:concern")
    await young.taps("Jo (senior youth worker)")
    await young.says(RUDE)
    await house_of_two_leads.wait(days=2)
    assert asked(young) == 0
    house_of_two_leads.close("Sam", case_id)
    await house_of_two_leads.wait(hours=2)
    await young.taps("Carry on")
    assert asked(young) == 1
    assert not any(line.text.startswith(ASKED) for line in house_of_two_leads.reads("Sam", case_id).lines)


async def test_what_they_drop_themselves_is_not_asked_about(house_of_two_leads: House, young: YoungPerson) -> None:
    await looks_at(young, RUDE)
    await young.taps("Don't send it")
    await house_of_two_leads.wait(days=6)
    assert asked(young) == 0
    assert concerns_of(house_of_two_leads) == []


@pytest.mark.rule("S63")
async def test_whoever_looks_again_and_leaves_it_is_not_asked_a_second_time(house_of_two_leads: House, young: YoungPerson) -> None:
    await looks_at(young, RUDE)
    await house_of_two_leads.wait(days=1, hours=1)
    await young.taps("Carry on")
    await young.taps("Show it again")
    await house_of_two_leads.wait(days=2)
    assert asked(young) == 1
    await house_of_two_leads.wait(days=2)
    await young.taps("Carry on")
    assert asked(young) == 1
    assert concerns_of(house_of_two_leads) == []
    assert any(line.text.startswith("I didn't send what you wrote") for line in young.lines())
