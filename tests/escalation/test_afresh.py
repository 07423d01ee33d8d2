"""Beginning afresh where a code word is forgotten: nothing of before reaches that phone again, and nobody who helps is left in the dark."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.beside import Beside
from bot.lanes import Lanes
from bot.rehearsal.house import House, YoungPerson
from bot.roles import ALL
from escalation import cases
from escalation.case import NotPossible, Stage
from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, OutboxRow, Person
from escalation.young_person import afresh
from tests.escalation.code_word import begins_afresh, sets_a_code_word, starts_with_a_code_word
from tests.escalation.talking import past, talks, waits
from tests.faults.app import App, sending
from tests.faults.waiting import until


def first_person(house: House) -> Person:
    return house.record.read(lambda tx: tx.session.scalars(select(Person).order_by(Person.id).limit(1)).one())


@pytest.mark.rule("S77")
async def test_an_adults_words_never_come_to_the_phone_afterwards_and_the_adult_is_told(staffed: House, young: YoungPerson) -> None:
    await starts_with_a_code_word(young)
    case_id = await talks(young)
    staffed.worker_says("Sam", case_id, "Hi, I'm Sam.")
    await staffed.wait(minutes=35)
    staffed.worker_says("Sam", case_id, "Does your stepdad know?")
    await begins_afresh(young)
    assert staffed.alerts("Sam")[-1].startswith("Somebody has begun afresh in the chat of an open conversation")
    assert past(staffed, case_id, "began_afresh")
    with pytest.raises(NotPossible, match="left every channel"):
        staffed.worker_says("Sam", case_id, "Are you OK?")
    app = App()
    async with sending(staffed, app):
        await until(lambda: not unsent(staffed))
    assert not any("stepdad" in text for text in app.to(young.address))
    assert any("This is a new start" in text for text in app.to(young.address))


def unsent(house: House) -> int:
    rows = select(OutboxRow.id).where(OutboxRow.person_id.is_not(None), OutboxRow.state.in_(("pending", "sending")))
    return len(house.record.read(lambda tx: tx.session.scalars(rows).all()))


@pytest.mark.rule("S78")
async def test_the_case_and_what_was_said_stay_on_the_record(staffed: House, young: YoungPerson) -> None:
    await starts_with_a_code_word(young)
    case_id = await waits(young)
    await begins_afresh(young)
    case = staffed.record.read(lambda tx: tx.session.get_one(CaseRow, case_id))
    assert (case.stage, case.person_id) == (Stage.WAITING, first_person(staffed).id)
    staffed.pick_up("Sam", case_id)
    assert any("my stepdad hits me" in line.text for line in staffed.reads("Sam", case_id).lines)


@pytest.mark.rule("S82")
async def test_whom_they_said_no_to_is_not_offered_to_them_again(staffed: House, young: YoungPerson) -> None:
    await starts_with_a_code_word(young)
    case_id = await waits(young)
    sam = staffed.staff("Sam").id
    staffed.record.write(lambda tx: cases.not_this_person(tx, cases.locked(tx, case_id), sam, staffed.clock()))
    await begins_afresh(young)
    assert young.person().id != first_person(staffed).id
    assert young.person().turned_down == [sam]
    await young.says("person")
    assert not any("Sam" in line.text for line in young.hears())


async def test_what_was_written_while_it_began_afresh_is_answered_in_the_new_chat(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    await young.says("hello")
    before = young.person().id
    await staffed.arrives(young.channel, young.address, "text", "im going to kill myself tonight")
    staffed.woken.clear()

    def begin(tx: Tx) -> None:
        afresh.begin(tx, staffed.service, people.person(tx, before), staffed.clock())

    staffed.record.write(begin)
    staffed.woken.add(young.person().id)
    await staffed.settle()
    assert any("Please call 999 now" in line.text for line in young.hears())
    assert young.person().id != before


@pytest.mark.rule("S17")
async def test_what_is_written_while_they_begin_afresh_is_answered_at_once_and_not_once_it_is_found(
    staffed: House, young: YoungPerson
) -> None:
    await young.starts()
    await sets_a_code_word(young)
    lanes = Lanes(staffed.handler.handle, 0)
    beside = Beside(staffed.record, ALL, lanes)
    running = [asyncio.create_task(part) for part in beside.runs()]
    await asyncio.sleep(0)
    await staffed.arrives("telegram", young.address, "text", "my stepdad hits me every day")
    who = young.person().id
    await staffed.record.awrite(lambda tx: afresh.begin(tx, staffed.service, people.person(tx, who), staffed.clock()))
    await until(lambda: young.case() is not None, within=5)
    await lanes.idle()
    assert young.person().id != who
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
