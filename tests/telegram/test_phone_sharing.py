"""Bringing in others from a worker's phone: handing on, a second adult, the lead; and what the others answer from theirs."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson
from tests.escalation.talking import CHAT, does, past, waits
from tests.telegram.test_phone import Phone, stage

SECRET = "it happened in the boathouse"


@pytest.fixture
async def sam(staffed: House, young: YoungPerson) -> Phone:
    """Sam has a conversation on the phone; Alex and Jo have phones too."""
    await waits(young, CHAT)
    phone = Phone(staffed, "Sam")
    await phone.taps("Pick up")
    await phone.says("Hi, I'm Sam.")
    await young.says(SECRET)
    young.hears()
    phone.news()
    return phone


@pytest.fixture
def alex(staffed: House) -> Phone:
    return quiet(Phone(staffed, "Alex"))


@pytest.fixture
def jo(staffed: House) -> Phone:
    return quiet(Phone(staffed, "Jo"))


def quiet(phone: Phone) -> Phone:
    phone.news()
    return phone


def worker(young: YoungPerson) -> str | None:
    case = young.case()
    assert case
    return case.worker_id


async def asks_alex(sam: Phone) -> None:
    await sam.does("command", "menu")
    await sam.taps("Hand it on to a colleague")
    await sam.taps("Alex, youth worker")


async def test_the_menu_shows_what_can_be_done_and_hangs_under_the_conversation(sam: Phone) -> None:
    assert (await sam.taps("What else can I do?"))[0].startswith("What would you like to do?")
    assert sam.labels() == [
        *("Hand it on to a colleague", "Ask for a second adult", "Ask the lead", "Offer a check-in", "Close the conversation"),
    ]
    assert (await sam.taps("Close the conversation"))[0].startswith("How did it end?")
    await sam.does("command", "menu")
    assert (await sam.taps("Offer a check-in"))[0].startswith("They are being asked.")


@pytest.mark.rule("S61")
async def test_handing_on_by_phone_from_the_question_to_the_colleague_up_to_their_first_word(
    sam: Phone, alex: Phone, young: YoungPerson, staffed: House
) -> None:
    await asks_alex(sam)
    assert not young.hears(), "the young person is asked only once the colleague can"
    [asked] = alex.news()
    assert asked == "Sam asks whether you could take over a conversation now. Urgency: Urgent. The young person decides then."
    assert alex.labels() == ["Yes, I can", "Not now"]
    assert await alex.taps("Yes, I can") == ["The young person is being asked. You hear what they say."]
    assert "Alex can take over" in sam.news()[0]
    assert "Sam would like Alex" in young.hears()[0].text
    assert worker(young) == staffed.staff("Sam").id
    await young.taps("Yes, that's OK")
    assert worker(young) == staffed.staff("Alex").id
    assert sam.news() == ["They agreed. Your colleague has the conversation now."]
    told = alex.news()
    assert told[0].startswith("The young person agreed: you have the conversation now")
    assert SECRET in told[1]
    assert "Sam: Hi, I'm Sam." in told[1]
    young.hears()
    await alex.says("Hi, I'm Alex. Sam told me nothing you did not know of.")
    assert [line.text for line in young.hears()] == ["Hi, I'm Alex. Sam told me nothing you did not know of."]
    assert (await sam.says("one more thing"))[0].startswith("You have no open conversation here")


@pytest.mark.rule("S01")
async def test_a_colleague_who_is_asked_learns_nothing_of_the_young_person(sam: Phone, alex: Phone) -> None:
    await asks_alex(sam)
    assert not any(word in text for text in alex.news() for word in (SECRET, "stepdad", "home"))


async def test_not_now_leaves_the_conversation_where_it_is(sam: Phone, alex: Phone, young: YoungPerson, staffed: House) -> None:
    await asks_alex(sam)
    assert await alex.taps("Not now") == ["That's fine. Somebody else may be asked."]
    assert sam.news()[0].startswith("Nobody you asked can take over right now.")
    assert await alex.taps("Yes, I can") == ["That did not work: you have answered this already."]
    assert not young.hears()
    assert worker(young) == staffed.staff("Sam").id


async def test_whoever_can_first_gets_it_and_the_second_yes_is_too_late(sam: Phone, alex: Phone, jo: Phone, staffed: House) -> None:
    staffed.on_duty("Jo")
    await sam.does("command", "menu")
    await sam.taps("Hand it on to a colleague")
    await sam.taps("Whoever can first")
    assert len(alex.news()) == len(jo.news()) == 1
    await jo.taps("Yes, I can")
    assert await alex.taps("Yes, I can") == [
        "That did not work: this is not needed any more: somebody else said yes, or the conversation has moved on."
    ]


async def test_one_not_now_of_two_is_not_the_end_of_it(sam: Phone, alex: Phone, jo: Phone, staffed: House) -> None:
    staffed.on_duty("Jo")
    await sam.does("command", "menu")
    await sam.taps("Hand it on to a colleague")
    await sam.taps("Whoever can first")
    sam.news()
    await alex.taps("Not now")
    assert sam.news() == []
    await jo.taps("Not now")
    assert sam.news()[0].startswith("Nobody you asked can take over right now.")


@pytest.mark.rule("S07")
async def test_the_young_person_says_no_and_both_adults_hear_it(sam: Phone, alex: Phone, young: YoungPerson, staffed: House) -> None:
    await asks_alex(sam)
    await alex.taps("Yes, I can")
    sam.news()
    await young.taps("No, I'd rather not")
    assert sam.news() == ["They would rather go on with you. Nothing has changed."]
    assert alex.news() == ["Thank you. The conversation stays where it is, so there is nothing for you to do."]
    assert worker(young) == staffed.staff("Sam").id
    assert SECRET not in " ".join(alex.text(row) for row in alex.rows())


async def test_a_handover_is_taken_back(sam: Phone, alex: Phone, young: YoungPerson) -> None:
    await asks_alex(sam)
    await alex.taps("Yes, I can")
    await sam.does("command", "menu")
    assert "Taken back." in (await sam.taps("Take the hand-over back"))[0]
    assert alex.news()[0].startswith("Thank you. The conversation stays where it is")
    assert "Nothing changes for now." in young.hears()[-1].text


async def test_a_colleague_without_a_phone_is_named_to_the_young_person_at_once(sam: Phone, young: YoungPerson, staffed: House) -> None:
    does(staffed, "Alex", lambda tx, me: setattr(me, "telegram", None))
    await asks_alex(sam)
    assert "Sam would like Alex" in young.hears()[0].text
    await young.taps("Yes, that's OK")
    case = young.case()
    assert case
    assert (case.worker_id, case.picked_up_on) == (staffed.staff("Alex").id, "console")


async def test_a_colleague_with_a_conversation_on_the_phone_goes_on_in_the_console(
    sam: Phone, alex: Phone, young: YoungPerson, staffed: House
) -> None:
    other = YoungPerson(staffed, address="young-2")
    other_case = await waits(other)
    await asks_alex(sam)
    await alex.taps("Yes, I can")
    await alex.does("button", f"0:do:pick_up:{other_case}")
    alex.news()
    await young.taps("Yes, that's OK")
    assert alex.news()[-1].endswith("Answer in the console.")
    case = young.case()
    assert case
    assert case.picked_up_on == "console"


async def test_buttons_of_an_earlier_conversation_hand_on_nothing(sam: Phone, alex: Phone, young: YoungPerson, staffed: House) -> None:
    await sam.does("command", "menu")
    await sam.taps("Hand it on to a colleague")
    old = sam.token("Alex, youth worker")
    await sam.does("command", "close")
    await sam.taps("Guidance given")
    await waits(YoungPerson(staffed, address="young-2"))
    await sam.taps("Pick up")
    quiet(alex)
    assert await sam.does("button", old) == ["That did not work: that conversation has ended already, or is not with you here."]
    assert alex.news() == []


@pytest.mark.rule("S62")
async def test_a_second_adult_is_asked_reads_along_on_the_phone_and_can_be_turned_down(
    sam: Phone, jo: Phone, young: YoungPerson, staffed: House
) -> None:
    await sam.does("command", "menu")
    await sam.taps("Ask for a second adult")
    await sam.taps("Jo, senior youth worker")
    assert jo.news() == ["Sam asks whether you could be the second adult of a conversation now. You would read along."]
    await jo.taps("Yes, I can")
    assert "Jo, senior youth worker at Harbour Youth, is the second adult" in young.hears()[0].text
    assert sam.news()[-1].startswith("Jo is the second adult now.")
    told = await jo.taps("Read it here")
    assert SECRET in told[0]
    assert (await jo.taps("Read what is new")) == ["Nothing new has been said."]
    await young.says("and there is more")
    assert (await jo.taps("Read what is new"))[0] == "Young person: and there is more"
    await young.taps("Not this person")
    assert sam.news()[-1].startswith("They would rather not have that second adult")
    assert await jo.taps("Read what is new") == ["That did not work: you are not the second adult of that conversation."]


async def test_what_a_second_adult_read_on_the_phone_goes_when_they_stop(sam: Phone, jo: Phone, young: YoungPerson, staffed: House) -> None:
    await sam.does("command", "menu")
    await sam.taps("Ask for a second adult")
    await sam.taps("Jo, senior youth worker")
    await jo.taps("Yes, I can")
    await jo.taps("Read it here")
    await jo.taps("No second adult any more")
    await staffed.wait(minutes=1)
    assert {row.state for row in jo.rows() if row.speaker == "relayed"} <= {"to_delete", "dropped"}
    assert stage(young) == "live"


@pytest.mark.rule("S09")
@pytest.mark.parametrize(("label", "named"), [("Ask, and show the case", True), ("Ask without saying whose", False)])
async def test_the_lead_is_asked_with_or_without_saying_whose_and_the_answer_is_read_on_the_phone(
    sam: Phone, jo: Phone, young: YoungPerson, staffed: House, label: str, named: bool
) -> None:
    case = young.case()
    assert case
    assert (await sam.says("/ask"))[0].startswith("Write /ask and your question.")
    assert (await sam.says("/ask Should I ring the school?"))[0].startswith("Ask the lead now?")
    assert past(staffed, case.id, "lead_asked") == []
    assert (await sam.taps(label))[0].startswith("The lead has been asked.")
    [entry] = past(staffed, case.id, "lead_asked")
    assert (entry.detail["question"], entry.detail["named"]) == ("Should I ring the school?", named)
    assert not young.hears(), "nothing of it goes to the young person"
    assert (await jo.taps("Read it here"))[0] == "Sam: Should I ring the school?"
    assert (await jo.says("/answer Yes, I'll be on the call."))[0] == "Answered. Your colleague has been told."
    assert sam.news()[-1].startswith("The lead has answered you.")
    assert await sam.taps("Read it here") == ["Yes, I'll be on the call."]


async def test_no_word_behind_a_command_is_lost_where_it_stands_on_a_line_of_its_own(sam: Phone, jo: Phone, staffed: House) -> None:
    await sam.says("/ask\nNow or later may I ring the school?")
    await sam.taps("Ask without saying whose")
    assert (await jo.taps("Read it here"))[0] == "Sam: Now or later may I ring the school?"
    await jo.says("/answer\nDon't ring the school.\n\nI will.")
    assert await sam.taps("Read it here") == ["Don't ring the school.\n\nI will."]
    [told] = await jo.says("/away\n45")
    assert "10:45" in told or "10:46" in told


async def test_a_question_can_be_dropped_and_is_asked_once(sam: Phone, young: YoungPerson, staffed: House) -> None:
    case = young.case()
    assert case
    await sam.says("/ask one")
    await sam.taps("Don't ask")
    assert await sam.taps("Ask, and show the case") == ["That did not work: this was decided already."]
    await sam.says("/ask two")
    await sam.taps("Ask, and show the case")
    assert await sam.taps("Ask, and show the case") == ["That did not work: this was decided already."]
    assert [entry.detail["question"] for entry in past(staffed, case.id, "lead_asked")] == ["two"]


async def test_with_several_questions_waiting_an_answer_by_phone_is_not_guessed(sam: Phone, jo: Phone) -> None:
    for question in ("one", "two"):
        await sam.says(f"/ask {question}")
        await sam.taps("Ask, and show the case")
    [answer] = await jo.says("/answer yes")
    assert answer == "That did not work: several questions wait: answer under Flags in the console."


async def test_every_button_fits_into_what_telegram_takes(sam: Phone) -> None:
    await sam.does("command", "menu")
    await sam.taps("Hand it on to a colleague")
    await sam.does("command", "menu")
    await sam.taps("Ask for a second adult")
    found = [token for row in sam.rows() for _, token in sam.buttons(row)]
    assert max(len(token.encode()) for token in found) <= 64
