"""What a young person tells is heard as that, whatever was asked last and whoever has the conversation."""

from __future__ import annotations

import pytest

from bot.rehearsal import endings
from bot.rehearsal.house import House, YoungPerson
from escalation.record.messages import Line
from nlu.understanding import Level

DARK = "it was ok but i cant see a point in anything any more"


def said(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines)


def reads(house: House, case_id: str) -> list[str]:
    """The young person's words that Sam may read."""
    return [line.text for line in house.reads("Sam", case_id).lines if line.speaker == "young_person"]


@pytest.mark.parametrize(
    "text",
    [
        "i said stop it but he carried on",
        "i didnt tell my mum what he did",
        "i havent told anyone",
        "pls dont tell my mum but my stepdad hits me",
        "please dont tell anyone my uncle touched me last week",
    ],
)
@pytest.mark.parametrize("topic", [None, "how_to_tell_someone"])
async def test_what_is_confided_to_an_adult_does_not_end_the_conversation(
    staffed: House, young: YoungPerson, talking: str, text: str, topic: str | None
) -> None:
    assert await young.says(text, topic, confidence=0.4) == []
    case = young.case()
    assert case
    assert (case.id, case.stage) == (talking, "live")
    assert reads(staffed, talking)[-1] == text


@pytest.mark.parametrize("text", ["actually dont tell anyone", "stop it", "ive changed my mind"])
async def test_a_plain_change_of_mind_ends_it_with_the_model_down(young: YoungPerson, talking: str, text: str) -> None:
    assert "I won't share anything more" in said(await young.says(text))
    case = young.case()
    assert case
    assert case.stage == "closed"


async def test_a_disclosure_beside_a_change_of_mind_is_believed(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    await young.says("person")
    for label in ("Yes", "This chat so far", "Send it"):
        await young.taps(label)
    heard = said(await young.says("pls dont tell anyone but my stepdad hits me every day"))
    assert "I believe you" in heard
    assert "I won't share anything more" in heard
    case = young.case()
    assert case
    assert (case.stage, case.level) == ("refused", Level.URGENT)


async def is_asked_how_it_was(staffed: House, young: YoungPerson, case_id: str) -> None:
    staffed.close("Sam", case_id)
    for label in ("About the same", "Tell us how it was", "Yes", "Yes", "Yes"):
        await young.taps(label)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("can i talk to someone", "Sam, youth worker"),
        ("how do i call 999", "Please call 999"),
    ],
)
async def test_who_asks_for_help_when_asked_how_it_was_is_answered(
    staffed: House, young: YoungPerson, talking: str, text: str, answer: str
) -> None:
    await is_asked_how_it_was(staffed, young, talking)
    assert answer in said(await young.says(text))


async def test_a_dark_thought_is_no_feedback(staffed: House, young: YoungPerson, talking: str) -> None:
    await is_asked_how_it_was(staffed, young, talking)
    heard = await young.says(DARK, "low_mood", at_least={"worry": 0.9}, categories={"suicide": 0.9})
    assert "Are you thinking about ending your life?" in said(heard)


async def test_a_question_asked_after_going_elsewhere_is_not_taken_for_feedback(staffed: House, young: YoungPerson, talking: str) -> None:
    await is_asked_how_it_was(staffed, young, talking)
    await young.taps("Show me the menu")
    assert "helps us get better" not in said(await young.says("how do i sleep better"))


async def test_what_is_written_after_leaving_the_safety_plan_is_not_put_into_it(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    await young.says("menu")
    await young.says("safety plan")
    await young.taps("Make my plan")
    assert "I've put in" in said(await young.says("i go quiet"))
    await young.taps("Staying safe online")
    heard = said(await young.says("someone keeps asking where i live", "online_strangers"))
    assert "I've put in" not in heard
    assert heard


async def test_who_comes_back_is_not_writing_the_safety_plan_any_more(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    await young.says("safety plan")
    await young.taps("Make my plan")
    await staffed.wait(hours=24)
    await young.says("hello")
    await young.taps("Carry on")
    assert "I've put in" not in said(await young.says("how do i get help with rent"))


async def test_a_disclosure_after_leaving_a_complaint_is_no_complaint(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    await young.says("menu")
    await young.says("complain")
    await young.taps("Someone else here")
    await young.taps("How I feel")
    heard = said(await young.says("my dad hits me every day"))
    assert "Would you like to talk to Sam" in heard
    assert "would read this" not in heard
    case = young.case()
    assert case
    assert case.stage == "offered"


async def is_asked_about_suicide(young: YoungPerson) -> None:
    await young.starts()
    heard = await young.says(DARK, "low_mood", at_least={"worry": 0.9}, categories={"suicide": 0.9})
    assert "Are you thinking about ending your life?" in said(heard)


@pytest.mark.parametrize(("text", "topic", "sure"), [("sometimes", None, 0.0), ("a bit", "goodbye", 0.51), ("on and off", "goodbye", 0.41)])
async def test_half_a_yes_to_the_question_about_suicide_is_taken_seriously(
    staffed: House, young: YoungPerson, text: str, topic: str | None, sure: float
) -> None:
    await is_asked_about_suicide(young)
    heard = said(await young.says(text, topic, confidence=sure))
    assert "I'm taking this seriously" in heard
    assert "Would you like to talk to Sam" in heard


async def test_another_clear_question_is_no_answer_to_it(staffed: House, young: YoungPerson) -> None:
    await is_asked_about_suicide(young)
    assert "I'm taking this seriously" not in said(await young.says("how do i sleep better", "sleep"))


async def test_asking_about_999_is_no_answer_to_it(staffed: House, young: YoungPerson) -> None:
    await is_asked_about_suicide(young)
    assert "Please call 999" in said(await young.says("how do i call 999"))


async def test_a_worry_beside_an_age_is_answered(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    heard = await young.says("12 im scared", "anxiety", confidence=0.2, at_least={"worry": 0.9}, categories={"mental_health_crisis": 0.9})
    assert "Are you OK?" in said(heard)


async def is_asked_how_they_are(staffed: House, young: YoungPerson, case_id: str) -> None:
    await endings.agrees_to_a_check_in(young, staffed, case_id)
    staffed.close("Sam", case_id)
    await staffed.wait(days=4)
    staffed.on_duty("Sam")
    assert "How are you doing now?" in said(await young.taps("Carry on"))


async def test_not_ok_may_be_typed(staffed: House, young: YoungPerson, talking: str) -> None:
    await is_asked_how_they_are(staffed, young, talking)
    assert "I've told Sam" in said(await young.says("not ok"))
    assert endings.check_ins_of(staffed, talking)[0].answer == "not_fine"


@pytest.mark.parametrize("text", ["no", "bad", "im really not ok", "idk"])
async def test_who_seems_not_fine_is_offered_an_adult_and_nothing_is_shared(
    staffed: House, young: YoungPerson, talking: str, text: str
) -> None:
    await is_asked_how_they_are(staffed, young, talking)
    alerts = len(staffed.alerts("Sam"))
    assert "Do you want to talk to the person from last time?" in said(await young.says(text))
    assert len(staffed.alerts("Sam")) == alerts


async def test_fine_may_be_typed(staffed: House, young: YoungPerson, talking: str) -> None:
    await is_asked_how_they_are(staffed, young, talking)
    await young.says("im ok")
    assert endings.check_ins_of(staffed, talking)[0].answer == "fine"
