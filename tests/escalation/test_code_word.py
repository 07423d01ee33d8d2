"""A code word keeps a chat shut, and takes nothing else with it that is written beside it."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation.record.messages import BLANK
from tests.escalation.talking import talks
from tests.escalation.test_afresh import TEAPOT, sets_a_code_word

DISCLOSURE = "my stepdad hits me when he is drunk"


def own(young: YoungPerson) -> list[str]:
    return [line.text for line in young.lines() if line.speaker == "young_person"]


@pytest.mark.rule("S15")
@pytest.mark.rule("S19")
async def test_what_is_written_together_with_the_code_word_is_kept_and_answered(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    await sets_a_code_word(young)
    await young.says("menu")
    await staffed.wait(minutes=40)
    await young.says("hi")
    await young.taps("Carry on")
    heard = await young.says_at_once([TEAPOT, DISCLOSURE])
    assert own(young)[-2:] == [BLANK, DISCLOSURE]
    assert any("Thank you for telling me" in line.text for line in heard)
    assert young.case() is not None


@pytest.mark.rule("S15")
async def test_an_adult_reads_what_is_written_together_with_the_code_word(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    await sets_a_code_word(young)
    await young.says("menu")
    case_id = await talks(young)
    await young.says_at_once([TEAPOT, "he took my keys again"])
    read = [line.text for line in staffed.reads("Sam", case_id).lines]
    assert "he took my keys again" in read
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
