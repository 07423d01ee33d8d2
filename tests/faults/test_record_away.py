"""While nothing can be stored, nobody is told that it was: emergency words from memory, once, and the message is taken again."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from bot import unstored
from bot.channels import Incoming, NotStored, Outgoing, TryLater
from bot.intake import Intake
from bot.rehearsal.house import House, YoungPerson
from escalation.record.store import Record
from escalation.record.tables import InboxRow, OutboxRow
from tests.faults.app import App, sending
from tests.faults.database import corrupt, full, locked, read_only
from tests.faults.waiting import until

Away = Callable[[Record], AbstractContextManager[None]]
PRIVATE = "zwetschge"
WORDS = "my dad is hurting me right now"


@pytest.fixture
def said(house: House) -> list[tuple[str, str]]:
    """What is said from memory, to whom."""
    heard: list[tuple[str, str]] = []

    async def reply(address: str, outgoing: Outgoing) -> None:
        heard.append((address, outgoing.text))

    house.intake.answer_through("telegram", reply)
    return heard


@pytest.fixture(autouse=True)
def impatient(house: House) -> None:
    danger = house.handler.danger
    house.intake = Intake(house.record, house.service, house.clock, danger, lambda who, _: house.woken.add(who), patience=0.5)


def event(number: int, address: str = "young-1", text: str = WORDS) -> Incoming:
    return Incoming("telegram", address, f"event-{number}", "text", text)


def stored(house: House) -> list[str]:
    return house.record.read(lambda tx: list(tx.session.scalars(select(InboxRow.external_id).order_by(InboxRow.seq))))


@pytest.mark.rule("S52")
@pytest.mark.parametrize("away", [locked, corrupt, full, read_only], ids=lambda way: way.__name__)
async def test_the_emergency_words_come_from_memory_once_and_the_message_is_handled_afterwards(
    house: House, said: list[tuple[str, str]], away: Away
) -> None:
    long = "x" * 20_000
    with away(house.record):
        for _ in range(3):
            with pytest.raises(NotStored):
                await house.intake.take(event(1, text=f"{WORDS} {long}"))
    outage = list(house.service.library.message("conversation.outage").say)
    assert said == [("young-1", text) for text in outage]
    assert "999" in " ".join(outage)
    await until_it_is_taken(house, event(1, text=f"{WORDS} {long}"))
    await house.settle()
    assert stored(house) == ["event-1"]
    assert YoungPerson(house).hears(), "it is answered now"


async def until_it_is_taken(house: House, incoming: Incoming) -> None:
    """The app delivers an event again until it is acknowledged."""
    for _ in range(100):
        try:
            return await house.intake.take(incoming)
        except NotStored:
            await asyncio.sleep(0.2)
    raise AssertionError("the record never came back")


@pytest.mark.rule("S52")
async def test_everybody_gets_them_at_the_same_time_while_the_database_is_locked(house: House, said: list[tuple[str, str]]) -> None:
    began = time.monotonic()
    with locked(house.record):
        results = await asyncio.gather(*(house.intake.take(event(n, f"young-{n}")) for n in range(20)), return_exceptions=True)
    assert [type(result) for result in results] == [NotStored] * 20
    assert {address for address, _ in said} == {f"young-{n}" for n in range(20)}
    assert time.monotonic() - began < 5, "nobody waits for the turn of somebody else"


async def test_a_second_message_gets_them_again_since_it_may_be_another_emergency(house: House, said: list[tuple[str, str]]) -> None:
    with locked(house.record):
        for number in (1, 2):
            with pytest.raises(NotStored):
                await house.intake.take(event(number))
    assert len(said) == 2 * len(house.service.library.message("conversation.outage").say)


async def test_nothing_overtakes_a_message_that_waits_to_be_stored(house: House, said: list[tuple[str, str]]) -> None:
    with locked(house.record), pytest.raises(NotStored):
        await house.intake.take(event(1))
    said.clear()
    for number in (2, 3):
        with pytest.raises(NotStored):
            await house.intake.take(event(number))
    assert len(said) == 2 * len(house.service.library.message("conversation.outage").say), "each has the emergency words"
    await until_it_is_taken(house, event(4, "young-2"))
    assert stored(house) == ["event-4"], "others do not wait for it"
    for number in (1, 2, 3):
        await until_it_is_taken(house, event(number))
    assert stored(house) == ["event-4", "event-1", "event-2", "event-3"]


async def test_words_of_an_app_that_is_slow_with_the_emergency_text_are_not_overtaken_meanwhile(house: House) -> None:
    """Many may need it at once, and an app says so much in a second: then the first words were forgotten before their turn came again."""
    never = asyncio.Event()

    async def slow(*_: object) -> None:
        await never.wait()

    house.intake.answer_through("telegram", slow)
    began = time.monotonic()
    with locked(house.record):
        for number in (1, 2, 3):
            with pytest.raises(NotStored):
                await house.intake.take(event(number))
    with pytest.raises(NotStored):
        await house.intake.take(event(4))
    assert time.monotonic() - began < 6
    for number in (1, 2, 3, 4):
        await until_it_is_taken(house, event(number))
    assert stored(house) == ["event-1", "event-2", "event-3", "event-4"]


async def test_what_an_app_did_not_take_of_the_emergency_text_is_said_when_the_event_comes_again(
    house: House, said: list[tuple[str, str]]
) -> None:
    refused = [1, 2]

    async def full(address: str, outgoing: Outgoing) -> None:
        if len(said) in refused:
            refused.remove(len(said))
            raise TryLater(5)
        said.append((address, outgoing.text))

    house.intake.answer_through("telegram", full)
    with locked(house.record):
        for _ in range(5):
            with pytest.raises(NotStored):
                await house.intake.take(event(1))
    assert [text for _, text in said] == list(house.service.library.message("conversation.outage").say)


async def test_a_message_that_its_app_gave_up_holds_up_nothing_for_long(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with locked(house.record), pytest.raises(NotStored):
        await house.intake.take(event(1))
    monkeypatch.setattr(unstored, "WAITED_FOR", 0.0)
    await until_it_is_taken(house, event(2))
    assert stored(house) == ["event-2"]


async def test_an_app_that_is_away_too_does_not_turn_it_into_another_error(house: House) -> None:
    async def reply(address: str, outgoing: Outgoing) -> None:
        raise OSError("no network")

    house.intake.answer_through("telegram", reply)
    with locked(house.record), pytest.raises(NotStored):
        await house.intake.take(event(1))


async def test_a_turn_that_cannot_be_stored_is_made_again_and_answers_once(house: House) -> None:
    young = YoungPerson(house)
    await house.intake.take(event(1, text="hello"))
    with locked(house.record):
        for _ in range(2):
            with pytest.raises(Exception, match="refused a transaction"):
                await house.handler.handle(young.person().id)
            house.clock.move(seconds=31)
    await house.handler.handle(young.person().id)
    answer = young.hears()
    assert answer
    await house.handler.handle(young.person().id)
    assert young.hears() == []


async def test_what_is_due_while_the_database_is_locked_happens_afterwards(staffed: House) -> None:
    young = YoungPerson(staffed)
    await young.says("i have swallowed a load of pills")
    alerted = len(staffed.alerts("Alex"))
    staffed.clock.move(minutes=3)
    with locked(staffed.record):
        await staffed.ticking.run_due()
        await staffed.ticking.audit()
    assert len(staffed.alerts("Alex")) == alerted
    await staffed.ticking.run_due()
    assert len(staffed.alerts("Alex")) == alerted + 1


async def test_what_was_sent_while_the_database_went_away_is_noted_later_and_not_sent_twice(house: House) -> None:
    young, app = YoungPerson(house), App()
    await young.starts()
    total = len(young.lines()) - 1
    assert total > 1
    app.gate.clear()
    async with sending(house, app):
        await until(lambda: app.tries == 1)
        with locked(house.record):
            app.gate.set()
            await asyncio.sleep(2.5)
            assert len(app.shown) == 1
        await app.shows("young-1", total)
        await until(lambda: states(house) == {"sent"}, otherwise=lambda: str(states(house)))
    assert app.to("young-1") == [line.text for line in young.lines() if line.speaker == "bot"]


def states(house: House) -> set[str]:
    return set(house.record.read(lambda tx: list(tx.session.scalars(select(OutboxRow.state)))))


@pytest.mark.rule("S72")
async def test_no_log_line_and_no_error_quotes_what_was_written(
    house: House, said: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    young = YoungPerson(house, address="9001112223334")
    for away in (locked, corrupt, full, read_only):
        with away(house.record), pytest.raises(NotStored) as refused:
            await house.intake.take(event(1, young.address, f"{WORDS} {PRIVATE} {'x' * 20_000}"))
        assert PRIVATE not in "".join(traceback.format_exception(refused.value))
    await until_it_is_taken(house, event(1, young.address, WORDS))
    await young.says(f"and {PRIVATE} again")
    with locked(house.record):
        await house.ticking.run_due()
    assert PRIVATE not in caplog.text
    assert young.address not in caplog.text
    assert "could not be stored" in caplog.text, "it has to log something for this test to mean anything"
