"""What a young person may know of their own record, and whom a concern reaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from escalation.agreements import Wording, enter
from escalation.case import NotPossible
from escalation.consent import Kind
from escalation.record import messages, people
from escalation.record.messages import BLANK
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, InboxRow, OutboxRow, Person
from escalation.sharing import reports
from escalation.young_person import call_backs, concerns, own_view
from tests.escalation.talking import WANTS_TO_TALK, does, talks, waits

NUMBER = "07700 900123"


@pytest.fixture
async def agreed(staffed: House, young: YoungPerson) -> CaseRow:
    """Somebody who waits for Sam, and shared the chat."""
    await young.says("person")
    for label in ("Yes", "This chat so far", "Send it"):
        await young.taps(label)
    case = young.case()
    assert case is not None
    return case


def told(house: House, young: YoungPerson, part: str) -> str:
    someone = young.person()
    return "\n".join(
        house.record.read(lambda tx: own_view.told(tx, house.service, tx.session.get_one(Person, someone.id), part, house.clock()))
    )


@pytest.mark.rule("S73")
@pytest.mark.rule("S04")
def test_a_decision_to_share_shows_only_where_they_were_told_and_never_with_its_reason(
    staffed: House, young: YoungPerson, agreed: CaseRow
) -> None:
    detail = {"reason": "a secret reason", "unsafe_to_tell": "the parents read the phone"}

    def decide(tx: Tx, words: str, at: datetime) -> None:
        case = tx.session.get_one(CaseRow, agreed.id)
        enter(tx, case, Kind.OVERRIDE, Wording("consent.told_first", "1", words), at, decided_by=staffed.staff("Jo").id, detail=detail)

    staffed.record.write(lambda tx: decide(tx, "", staffed.clock()))
    assert "without your yes" not in told(staffed, young, "agreed")
    staffed.record.write(lambda tx: decide(tx, "Jo will tell the nurse.", staffed.clock()))
    shown = told(staffed, young, "agreed")
    assert shown.count("without your yes") == 1
    assert "secret" not in shown
    assert "parents" not in shown


@pytest.mark.rule("S73")
async def test_a_yes_to_something_passed_on_to_somebody_outside_is_told(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    does(
        staffed,
        "Sam",
        lambda tx, me: reports.ask_to_pass_on(tx, staffed.service, case_id, me, "police", "a red van by the school", staffed.clock()),
    )
    await young.taps("Yes, pass it on")
    assert "yes, to pass something on to help you" in told(staffed, young, "agreed")


@pytest.mark.rule("S72")
@pytest.mark.rule("S73")
def test_each_person_who_looked_is_told_once_a_day_with_the_last_time(staffed: House, young: YoungPerson, agreed: CaseRow) -> None:
    staffed.pick_up("Sam", agreed.id)
    for name in ("Sam", "Sam", "Jo"):
        staffed.clock.move(minutes=1)
        staffed.reads(name, agreed.id)
    lines = told(staffed, young, "readers").splitlines()[1:]
    assert lines == ["Jo, senior youth worker: 23 November at 10:03", "Sam, youth worker: 23 November at 10:02"]


@pytest.mark.rule("S76")
@pytest.mark.rule("S84")
async def test_a_number_to_ring_is_in_no_message_that_is_kept(staffed: House, young: YoungPerson) -> None:
    await young.says("person")
    for label in ("Yes", "Only that I want to talk", "Call me instead"):
        await young.taps(label)
    await young.says(NUMBER)
    await young.edits(NUMBER + "4")
    await young.taps("In the evening")
    await young.says("Max")

    def kept(tx: Tx) -> list[str]:
        someone = tx.session.scalars(select(Person)).one()
        came = [messages.body(tx, someone, row)["text"] for row in tx.session.scalars(select(InboxRow))]
        return came + [
            messages.outgoing(tx, row)[0] for row in tx.session.scalars(select(OutboxRow).where(OutboxRow.person_id.is_not(None)))
        ]

    words = staffed.record.read(kept)
    assert BLANK in words
    assert not any("900123" in text or text == "Max" for text in words)


@pytest.mark.rule("S83")
def test_a_concern_about_the_only_lead_goes_to_the_contact_outside(staffed: House, young: YoungPerson, agreed: CaseRow) -> None:
    outside = replace(staffed.service, out_of_hours="the county team")
    jo, before = staffed.staff("Jo").id, len(staffed.alerts("Jo"))

    def raise_it(tx: Tx) -> None:
        someone = people.person(tx, agreed.person_id)
        concerns.raise_one(tx, outside, someone, jo, concerns.STAFF, "Jo shouts", staffed.clock())

    staffed.record.write(raise_it)
    assert len(staffed.alerts("Jo")) == before
    rows = staffed.record.read(
        lambda tx: [messages.outgoing(tx, row)[0] for row in tx.session.scalars(select(OutboxRow)) if row.channel == messages.CONTACT]
    )
    assert len(rows) == 1
    assert "the lead here must not handle" in rows[0]
    assert "shouts" not in rows[0]


@pytest.mark.rule("S63")
async def test_a_new_case_is_never_offered_to_somebody_they_raised_a_concern_about(
    staffed: House, young: YoungPerson, agreed: CaseRow
) -> None:
    sam = staffed.staff("Sam").id
    staffed.record.write(
        lambda tx: concerns.raise_one(
            tx, staffed.service, people.person(tx, agreed.person_id), sam, concerns.STAFF, "rude", staffed.clock()
        )
    )
    await young.says("stop")
    staffed.clock.move(days=1)
    staffed.on_duty("Sam")
    await young.says("i took loads of pills about an hour ago")
    case = young.case()
    assert case is not None
    assert sam in case.hidden_from


@pytest.mark.rule("S84")
async def test_a_call_that_was_broken_off_is_not_agreed_to(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    await young.says("my stepdad hits me every day")
    for label in ("Yes", "Only that I want to talk", "Call me instead"):
        await young.taps(label)
    await young.says("he is hitting my sister and i want to kill myself")
    await young.taps("Yes")
    shown = [line.text for line in await young.taps("Only that I want to talk")]
    assert not any("A call to the number" in text for text in shown)
    said = [line.text for line in await young.taps("Send it")]
    assert any("I've told Sam. They should write to you here" in text for text in said)
    case = young.case()
    assert case and not staffed.record.read(lambda tx: call_backs.is_asked_for(tx, case))


@pytest.mark.rule("S60")
@pytest.mark.parametrize("written", ["hi sam, thanks for coming", NUMBER])
async def test_when_an_adult_comes_in_the_middle_of_a_call_the_words_are_for_them_and_the_number_stays_apart(
    staffed: House, young: YoungPerson, written: str
) -> None:
    case_id = await waits(young, WANTS_TO_TALK)
    await young.says("call me")
    staffed.pick_up("Sam", case_id)
    young.hears()
    assert await young.says(written) == []
    await young.says("are you there?")
    read = [line.text for line in staffed.reads("Sam", case_id).lines if line.speaker == "young_person"]
    assert read == ([] if written == NUMBER else [written]) + ["are you there?"]
    asked = staffed.record.write(lambda tx: call_backs.for_worker(tx, case_id, staffed.staff("Sam").id, staffed.clock()))
    assert (asked.number if asked else None) == (NUMBER if written == NUMBER else None)


@pytest.mark.rule("S63")
@pytest.mark.parametrize("waiting", [False, True])
async def test_danger_told_in_a_concern_about_a_lead_goes_to_another_and_never_to_them(
    staffed: House, young: YoungPerson, waiting: bool
) -> None:
    staffed.hire("Max", "lead")
    staffed.on_duty("Jo")
    if waiting:
        await waits(young, WANTS_TO_TALK)
    before = len(staffed.alerts("Jo"))
    await young.taps_token("0:do:concern")
    await young.taps("Jo (senior youth worker)")
    said = [line.text for line in await young.says("jo touched me and i have taken all the pills")]
    assert not any("I've told Jo" in text for text in said)
    case = young.case()
    assert case and (case.stage, case.basis) == ("waiting", "immediate")
    await staffed.wait(minutes=30)
    assert len(staffed.alerts("Jo")) == before
    assert any("Immediate" in text for text in staffed.alerts("Max"))
    with pytest.raises(NotPossible):
        staffed.reads("Jo", case.id)


@pytest.mark.rule("S74")
async def test_a_copy_shows_nothing_of_a_chat_that_was_cleared(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    await young.says("he hides my keys")
    staffed.close("Sam", case_id)
    await young.says("delete")
    await young.taps("Yes, clear it")
    await young.says("copy")
    heard = "\n".join(line.text for line in await young.taps("Yes, a copy please"))
    assert "OK. I've cleared what I can" in heard
    assert "stepdad" not in heard
    assert "keys" not in heard
