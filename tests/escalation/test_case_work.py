"""What staff record on a case: notes, where it happens, what the young person wants, level and hold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation.case import NotPossible
from escalation.sharing import asking_the_lead, flags
from escalation.work import case_work
from escalation.work.case_work import Note
from nlu.understanding import Level
from tests.escalation.talking import does, past, talks, waits


def notes(house: House, name: str, case_id: str, **fields: str) -> None:
    does(house, name, lambda tx, me: case_work.note(tx, case_id, me, Note(**fields), house.clock()))


@pytest.mark.rule("S18")
async def test_a_record_holds_time_people_words_action_and_reasons(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    written = {
        "when": "Monday, about 4 pm",
        "people": "stepdad, little sister",
        "words": "he hit me with the belt",
        "action": "rang the children's team",
        "reason": "it is going on and she is 13",
    }
    notes(staffed, "Sam", case_id, **written)
    (entry,) = past(staffed, case_id, "noted")
    assert entry.detail == written
    assert (entry.at, entry.staff_id) == (staffed.clock(), staffed.staff("Sam").id)


@pytest.mark.rule("S18")
@pytest.mark.parametrize(
    ("fields", "says"), [({"people": "mum"}, "what was said, or what you did"), ({"action": "rang the school"}, "why you did it")]
)
async def test_a_note_without_its_substance_or_an_action_without_reason_is_refused(
    staffed: House, young: YoungPerson, fields: dict[str, str], says: str
) -> None:
    case_id = await talks(young)
    with pytest.raises(NotPossible, match=says):
        notes(staffed, "Sam", case_id, **fields)
    assert past(staffed, case_id, "noted") == []


async def test_a_correction_is_a_new_entry_that_names_the_old_one(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    notes(staffed, "Sam", case_id, words="it was on Sunday")
    old = past(staffed, case_id, "noted")[0]
    notes(staffed, "Sam", case_id, words="it was on Saturday", corrects=old.id)
    assert past(staffed, case_id, "noted") == [old]
    assert past(staffed, case_id, "corrected")[0].detail == {"words": "it was on Saturday", "corrects": old.id}
    with pytest.raises(NotPossible, match="not one of this case"):
        notes(staffed, "Sam", case_id, words="x", corrects="0" * 32)


async def test_what_they_want_and_where_it_happens_stand_on_the_case(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    does(staffed, "Sam", lambda tx, me: case_work.set_wants(tx, case_id, me, "i want him to move out", staffed.clock()))
    does(staffed, "Sam", lambda tx, me: case_work.set_context(tx, case_id, me, ["online", "home", "moon"], staffed.clock()))
    case = young.case()
    assert case is not None
    assert case.contexts == ["home", "online"]
    assert staffed.record.read(lambda tx: case_work.wants(tx, case)) == "i want him to move out"
    assert b"move out" not in (case.wants_sealed or b"")


async def test_a_step_down_and_up_needs_a_reason_and_stays_in_the_history(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)

    def step(level: Level, reason: str) -> None:
        does(staffed, "Sam", lambda tx, me: case_work.set_level(tx, staffed.service, case_id, me, level, (), reason, staffed.clock()))

    with pytest.raises(NotPossible, match="write why"):
        step(Level.CONCERN, " ")
    step(Level.CONCERN, "he has moved out")
    step(Level.URGENT, "he is back")
    moves = [(entry.detail["from"], entry.detail["to"], entry.detail["reason"]) for entry in past(staffed, case_id, "level_set")]
    assert moves == [("urgent", "concern", "he has moved out"), ("concern", "urgent", "he is back")]
    case = young.case()
    assert case is not None
    assert case.level == Level.URGENT


async def test_a_step_up_of_a_case_that_waits_alerts_at_once(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    before = len(staffed.alerts("Jo"))
    does(
        staffed,
        "Jo",
        lambda tx, me: case_work.set_level(
            tx, staffed.service, case_id, me, Level.IMMEDIATE, ("suicide",), "their school rang", staffed.clock()
        ),
    )
    assert len(staffed.alerts("Jo")) > before
    case = young.case()
    assert case is not None
    assert "suicide" in case.categories


async def test_the_record_can_be_completed_after_the_conversation_has_ended(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.close("Sam", case_id)
    notes(staffed, "Sam", case_id, action="called 999 at 10:04", reason="he had a knife")
    assert len(past(staffed, case_id, "noted")) == 1


def asks(house: House, name: str, case_id: str, question: str, named: bool) -> None:
    does(house, name, lambda tx, me: asking_the_lead.ask(tx, house.service, case_id, me, question, named, house.clock()))


@pytest.mark.rule("S09")
async def test_the_lead_is_asked_in_one_action_with_the_case_or_without_anything_that_tells_whose_it_is(
    staffed: House, young: YoungPerson
) -> None:
    case_id = await talks(young)
    asks(staffed, "Sam", case_id, "is this one for the police?", True)
    asks(staffed, "Sam", case_id, "if a 14 year old says this, do I refer?", False)
    waiting = does(staffed, "Jo", lambda tx, me: asking_the_lead.waiting(tx, me))
    assert [(one.text, one.case_id, one.asked_by) for one in waiting] == [
        ("is this one for the police?", case_id, "Sam"),
        ("if a 14 year old says this, do I refer?", "", "Sam"),
    ]
    assert all(case_id not in text and "police" not in text for text in staffed.alerts("Jo"))
    does(staffed, "Jo", lambda tx, me: asking_the_lead.answer(tx, staffed.service, waiting[1].id, me, "yes, today", staffed.clock()))
    assert "The lead has answered you" in staffed.alerts("Sam")[-1]
    assert [one.id for one in does(staffed, "Jo", lambda tx, me: asking_the_lead.waiting(tx, me))] == [waiting[0].id]
    with pytest.raises(NotPossible, match="not waiting any more"):
        does(staffed, "Jo", lambda tx, me: asking_the_lead.answer(tx, staffed.service, waiting[1].id, me, "again", staffed.clock()))
    assert does(staffed, "Alex", lambda tx, me: asking_the_lead.waiting(tx, me)) == []


@pytest.mark.rule("S88")
async def test_a_worker_challenges_a_decision_of_the_lead_on_the_record_and_is_answered(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)

    def challenge(text: str) -> None:
        does(staffed, "Sam", lambda tx, me: asking_the_lead.challenge(tx, staffed.service, case_id, me, text, staffed.clock()))

    with pytest.raises(NotPossible, match="decided nothing"):
        challenge("too soon")
    does(
        staffed,
        "Jo",
        lambda tx, me: flags.decide(tx, case_work.working_on(tx, case_id, me), me, "no_referral", "seen before", staffed.clock()),
    )
    staffed.clock.at += timedelta(minutes=5)
    challenge("her sister is six and lives there")
    decided, challenged = past(staffed, case_id, "flag_decided", "challenged")
    assert challenged.detail == {"question": "her sister is six and lives there", "named": True, "of": decided.id}
    assert does(staffed, "Jo", lambda tx, me: asking_the_lead.waiting(tx, me))[0].challenge
