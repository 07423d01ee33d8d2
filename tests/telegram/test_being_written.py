"""Somebody is writing: who is shown so and when, and that nothing of what is written goes along."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.channels import Outgoing, Undeliverable
from bot.channels.telegram import TelegramChannel
from bot.channels.webchat.routes import WebChatPage
from bot.rehearsal.house import House, YoungPerson
from bot.turn import A_MOMENT
from bot.typing_signs import TypingSigns
from escalation import being_written
from escalation.record import people
from nlu.understanding import Reading
from tests.escalation.talking import does, talks
from tests.faults.app import App, sending
from tests.faults.waiting import beside, until
from tests.telegram.bot_api import BotApi
from tests.telegram.test_phone import Phone


@dataclass
class AppWithSigns(App):
    """An app that shows that somebody is writing."""

    signs: list[str] = field(default_factory=list)

    async def typing(self, address: str) -> None:
        self.signs.append(address)


@asynccontextmanager
async def showing(house: House, app: AppWithSigns) -> AsyncIterator[None]:
    async with beside(TypingSigns(house.record, app).run()):
        yield


async def signs_while(young: YoungPerson, text: str) -> list[str]:
    """The signs that are shown while this message is answered."""
    signs: list[str] = []
    with young.house.record.signals.listening("typing:*", to=signs.append):
        await young.says(text)
    return signs


async def test_an_adults_writing_is_shown_to_the_young_person_they_talk_to(staffed: House, young: YoungPerson) -> None:
    case_id, app = await talks(young), AppWithSigns()
    async with showing(staffed, app):
        who = does(staffed, "Sam", lambda tx, me: being_written.by_adult(tx, staffed.service, case_id, me, staffed.clock()))
        staffed.record.signals.publish(being_written.topic(who or ""))
        await until(lambda: app.signs == [young.address])


@pytest.mark.rule("S77")
@pytest.mark.rule("S79")
async def test_no_sign_reaches_a_phone_that_was_put_down_or_is_in_other_hands(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)

    def shown() -> str | None:
        return does(staffed, "Sam", lambda tx, me: being_written.by_adult(tx, staffed.service, case_id, me, staffed.clock()))

    assert shown()
    staffed.clock.move(minutes=31)
    assert shown() is None
    await young.says("hi")
    await young.taps("Carry on")
    assert shown()
    await young.says("someones here", "cant_talk_now")
    assert shown() is None


async def test_only_the_adult_who_has_the_conversation_is_shown_as_writing(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    assert does(staffed, "Alex", lambda tx, me: being_written.by_adult(tx, staffed.service, case_id, me, staffed.clock())) is None
    staffed.close("Sam", case_id)
    assert does(staffed, "Sam", lambda tx, me: being_written.by_adult(tx, staffed.service, case_id, me, staffed.clock())) is None


@dataclass
class SlowReader:
    """An intent service that takes its time."""

    seconds: float

    async def read(self, text: str) -> Reading | None:
        await asyncio.sleep(self.seconds)
        return None


async def test_an_answer_of_the_bot_that_takes_a_moment_is_shown_to_be_on_its_way(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    assert await signs_while(young, "hello there") == [], "an answer that comes at once needs no sign"
    staffed.handler._reader = SlowReader(A_MOMENT * 2)
    assert await signs_while(young, "what is consent then") == [being_written.topic(young.person().id)]


@pytest.mark.rule("S60")
async def test_the_bot_shows_no_sign_while_an_adult_has_the_conversation(staffed: House, young: YoungPerson) -> None:
    await talks(young)
    staffed.handler._reader = SlowReader(A_MOMENT * 2)
    assert await signs_while(young, "he does it when mum is at work") == []


async def test_telegram_shows_its_own_sign_and_a_refusal_disturbs_nothing(api: BotApi) -> None:
    async def take(_: object) -> None: ...

    channel = TelegramChannel(api.token, api.base_url, take, group_reply="…")
    api.known |= {7, 8}
    await channel.typing("7")
    assert api.typing == [(7, "typing")]
    api.blocked.add(8)
    await channel.typing("8")
    api.fail("sendChatAction", "429", chat=7)
    await channel.typing("7")
    assert await channel.deliver("7", Outgoing("hello"))
    await channel.stop()


async def test_the_page_is_told_who_is_writing_in_words_that_anyone_may_see(staffed: House) -> None:
    young = YoungPerson(staffed, "webchat", "browser-1")
    case_id = await talks(young)
    chat = WebChatPage(staffed.record, staffed.intake.take, staffed.service, staffed.clock)
    events = chat._events("browser-1", young.person().id)
    assert (await anext(events))["event"] == "ready"
    staffed.record.signals.publish(being_written.topic(young.person().id))
    assert await anext(events) == {"event": "typing", "data": "Sam is writing…"}
    staffed.close("Sam", case_id)
    assert (await anext(events))["event"] == "new"
    staffed.record.signals.publish(being_written.topic(young.person().id))
    assert await next_typing(events) == "Breakwater is writing…"


async def next_typing(events: AsyncIterator[dict[str, str]]) -> str:
    async for event in events:
        if event["event"] == "typing":
            return event["data"]
    raise AssertionError("the stream ended")


async def test_the_stream_of_a_page_ends_where_somebody_begins_afresh_there(staffed: House) -> None:
    young = YoungPerson(staffed, "webchat", "browser-1")
    await young.starts()
    chat = WebChatPage(staffed.record, staffed.intake.take, staffed.service, staffed.clock)
    before = young.person().id
    events = chat._events("browser-1", before)
    await anext(events)
    staffed.record.write(lambda tx: people.part(tx, people.person(tx, before), [], staffed.clock()))
    staffed.record.signals.publish(f"person:{before}")
    assert [event["event"] async for event in events] == ["new"]


@dataclass
class Blocked(App):
    """An app whose user has blocked the bot."""

    gone: Callable[[str], bool] = lambda address: True

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        if self.gone(address):
            raise Undeliverable("gone")
        return await super().deliver(address, outgoing)


async def test_a_worker_on_the_phone_is_told_once_what_could_not_be_delivered(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.hand_back("Sam", case_id)
    sam = Phone(staffed, "Sam")
    await sam.does("button", f"0:do:pick_up:{case_id}")
    await sam.says("Are you there?")
    await sam.says("I'm here.")
    sam.news()
    async with sending(staffed, Blocked(gone=lambda address: address == young.address)):
        await until(lambda: all(line.state == "failed" for line in young.lines() if line.speaker == "worker"))
        await staffed.ticking.run_due()
        await staffed.ticking.run_due()
    assert [text for text in sam.news() if "could not be delivered" in text] == [
        "What you wrote last in your open conversation could not be delivered, as the young person has blocked or left the chat there."
        " Please look at the case in the console."
    ]
