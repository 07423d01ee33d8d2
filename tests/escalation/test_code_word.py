"""A code word keeps a chat shut, and takes nothing else with it that is written beside it."""

from __future__ import annotations

import pytest

from bot.channels.webchat import visits
from bot.rehearsal.house import House, YoungPerson
from escalation.record.messages import BLANK, Line
from nlu.understanding import Level
from tests.escalation.code_word import TEAPOT, sets_a_code_word, starts_with_a_code_word
from tests.escalation.talking import talks, waits

DISCLOSURE = "my stepdad hits me when he is drunk"


def own(young: YoungPerson) -> list[str]:
    return [line.text for line in young.lines() if line.speaker == "young_person"]


@pytest.mark.rule("S15")
@pytest.mark.rule("S19")
@pytest.mark.parametrize("asked", [True, False], ids=["asked for it", "before it is asked for"])
async def test_what_is_written_together_with_the_code_word_is_kept_and_answered(staffed: House, young: YoungPerson, asked: bool) -> None:
    await young.starts()
    await sets_a_code_word(young)
    await staffed.wait(minutes=40)
    if asked:
        await young.says("hi")
        await young.taps("Carry on")
    heard = "\n".join(line.text for line in await young.says_at_once([TEAPOT, DISCLOSURE]))
    assert own(young)[-2:] == [BLANK, DISCLOSURE]
    assert "Thank you for telling me" in heard
    assert "I believe you" in heard
    assert "Would you like to talk to Sam" in heard
    case = young.case()
    assert case is not None
    assert case.level == Level.URGENT


@pytest.mark.rule("S15")
async def test_an_adult_reads_what_is_written_together_with_the_code_word(staffed: House, young: YoungPerson) -> None:
    await starts_with_a_code_word(young)
    case_id = await talks(young)
    around = ["i dont know how to say it", "he took my keys again"]
    await young.says_at_once([around[0], TEAPOT, around[1]])
    read = [line.text for line in staffed.reads("Sam", case_id).lines]
    assert set(around) <= set(read)
    assert TEAPOT not in read


@pytest.mark.rule("S77")
async def test_a_code_word_is_not_put_together_from_several_messages(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    await young.says("code word")
    await young.taps("Set a code word")
    heard = await young.says_at_once([TEAPOT, "done"])
    assert "That one won't work well here" in heard[-1].text
    assert young.person().code_word is None
    assert TEAPOT not in own(young)


@pytest.mark.rule("S77")
async def test_a_move_in_the_middle_of_a_talk_does_not_get_round_the_code_word(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    await sets_a_code_word(young)
    await young.says("move")
    code = (await young.taps("Yes, give me a code"))[-1].text
    staffed.pick_up("Sam", case_id)
    await young.says("hello Sam")
    elsewhere = YoungPerson(staffed, "whatsapp", "447700900123")
    await elsewhere.says(code)
    await elsewhere.taps("Carry on")
    assert elsewhere.hears() == []
    assert elsewhere.lines()[-1].text == "What's the word?"
    assert elsewhere.person().away_since is not None
    await elsewhere.says(TEAPOT)
    assert elsewhere.person().away_since is None


@pytest.mark.rule("S77")
async def test_a_code_to_come_back_in_the_middle_of_a_talk_does_not_get_round_the_code_word(staffed: House) -> None:
    young, elsewhere = YoungPerson(staffed, "webchat", "w" * 43), YoungPerson(staffed, "webchat", "x" * 43)
    case_id = await waits(young)
    await sets_a_code_word(young)
    code = given(await young.taps_token("0:do:return_code"))
    staffed.pick_up("Sam", case_id)
    await young.says("hello Sam")
    assert staffed.record.write(lambda tx: visits.return_with(tx, staffed.service, code, elsewhere.address, staffed.clock()))
    await elsewhere.starts()
    await elsewhere.taps_token("0:do:carry_on")
    assert elsewhere.person().away_since is not None
    await elsewhere.says(TEAPOT)
    assert elsewhere.person().away_since is None


def given(lines: list[Line]) -> str:
    return next(line.text.rpartition(" ")[2] for line in lines if line.text.startswith("Your code is"))


@pytest.mark.rule("S61")
async def test_staff_never_see_the_code_with_which_the_chat_opens(staffed: House) -> None:
    young = YoungPerson(staffed, "webchat", "w" * 43)
    case_id = await waits(young)
    code = given(await young.taps_token("0:do:return_code"))
    staffed.pick_up("Sam", case_id)
    assert not any(code in line.text for line in staffed.reads("Sam", case_id).lines)
