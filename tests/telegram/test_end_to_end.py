"""Everything together on Telegram: the whole program against a Bot API server, from the first words to the end.

The intent service is away, so that what is noticed is noticed by the lexicon alone.
"""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.rehearsal.house import Clock, House
from bot.settings import Settings
from bot.wiring import Program, build
from escalation.record.tables import CaseRow
from tests.conftest import KEY
from tests.telegram.bot_api import BotApi
from tests.telegram.users import User, until

DISCLOSURE = "my stepdad hits me when he is drunk"


class RunningClock(Clock):
    """Real time from a Monday morning on, which can be moved forward."""

    def __init__(self) -> None:
        super().__init__()
        self._started = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at + (datetime.now(UTC) - self._started)


@dataclass
class Town:
    """The program, and everybody who uses it."""

    api: BotApi
    program: Program
    clock: RunningClock
    house: House
    mia: User
    sam: User
    alex: User
    jo: User
    stop: Callable[[], Awaitable[None]]

    @property
    def people(self) -> tuple[User, ...]:
        return (self.mia, self.sam, self.alex, self.jo)

    def case(self) -> CaseRow:
        return self.program.record.read(lambda tx: tx.session.scalars(select(CaseRow)).one())

    def on_duty(self) -> None:
        self.house.on_duty("Sam")
        self.house.on_duty("Alex", backup=True)


def settings(api: BotApi, database_url: str, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "database_url": database_url,
        "data_key": base64.b64encode(KEY).decode(),
        "telegram_token": api.token,
        "telegram_base_url": api.base_url,
        "nlu_url": "http://127.0.0.1:9",
        "organisation": "Harbour Youth",
        "burst_seconds": 0.1,
    }
    return Settings(_env_file=None, **(given | more))


@pytest.fixture
async def town(api: BotApi, user: Callable[[str], User], database_url: str) -> AsyncIterator[Town]:
    clock = RunningClock()
    program = build(settings(api, database_url), clock)
    house = House(program.record, program.service, program.noticing, clock)
    mia, sam, alex, jo = (user(name) for name in ("Mia", "Sam", "Alex", "Jo"))
    for person, role in ((sam, "worker"), (alex, "worker"), (jo, "lead")):
        house.hire(person.first_name, role, telegram=str(person.id))
        api.known.add(person.id)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(program.running())
        yield Town(api, program, clock, house, mia, sam, alex, jo, stop=stack.aclose)


def label(user: User, *labels: str) -> str | None:
    """Which of these buttons is under the last bubble."""
    shown = [text for text, _ in user.bubbles[-1].buttons] if user.bubbles else []
    return next((text for text in labels if text in shown), None)


async def tap(user: User, *labels: str) -> None:
    """Wait until one of these buttons is under the last bubble, and tap it."""
    await until(lambda: label(user, *labels) is not None, otherwise=lambda: f"no button {labels} under {user.texts[-1:]}")
    user.taps(label(user, *labels) or "")


async def agree_to_talk(town: Town, scope: str = "A short summary") -> None:
    town.mia.says(DISCLOSURE)
    await tap(town.mia, "Yes", "Leave a message")
    await tap(town.mia, scope)
    await tap(town.mia, "Send it")


@pytest.mark.rule("S01")
@pytest.mark.rule("S19")
@pytest.mark.rule("S40")
@pytest.mark.rule("S60")
@pytest.mark.rule("S61")
@pytest.mark.rule("S62")
async def test_from_the_first_words_to_the_end(town: Town) -> None:
    town.on_duty()
    mia, sam = town.mia, town.sam
    mia.starts()
    await mia.hears("I'm a bot")
    mia.sends_photo()
    await mia.hears("photo")
    assert not sam.bubbles

    await agree_to_talk(town)
    await mia.hears("I've told Sam")
    alert = await sam.hears("Someone is waiting to talk. Urgency: Urgent.")
    assert "stepdad" not in alert.text

    sam.taps("Pick up")
    await sam.hears("You have the conversation now")
    await sam.hears("I want to talk about someone hurting me at home")
    await mia.hears("Sam is here now")
    await mia.hears("A second adult")

    sam.says("Hi, I'm Sam. I'm glad you wrote.")
    await mia.hears("Hi, I'm Sam. I'm glad you wrote.")
    said_before = len(mia.bubbles)
    for text in ("can i tell you something", "he does it when mum is at work"):
        mia.says(text)
        await sam.hears(text)
    assert len(mia.bubbles) == said_before

    sam.says("this stays between you and me")
    await sam.hears("Not sent yet")
    sam.taps("Don't send it")
    await sam.hears("It was not sent")
    sam.says("We will make a plan together.")
    await mia.hears("We will make a plan together.")
    assert "this stays between you and me" not in mia.texts

    sam.says("/close")
    await sam.hears("How did it end?")
    sam.taps("A plan was made together")
    await sam.hears("Closed.")
    await mia.hears("Sam has ended the chat. I'm the bot, and I'm back.")
    await tap(mia, "Better than before")
    await until(lambda: label(mia, "Better than before") is None)
    await until(lambda: town.case().outcome == "plan_made")

    sam.says("one more thing")
    await sam.hears("You have no open conversation here")
    heard = len(mia.bubbles)
    mia.says("hi")
    await until(lambda: len(mia.bubbles) > heard)
    assert "one more thing" not in mia.texts
    await until(lambda: "he does it when mum is at work" not in sam.texts)
    assert not any("someone hurting me at home" in text for text in sam.texts), "what they shared is gone from the phone too"
    await nobody_knows_the_other(town)
    assert (town.api.files_asked_for, town.api.calls["getFile"]) == (0, 0)
    assert len(town.api.answered) == len(town.api.queries)


async def nobody_knows_the_other(town: Town) -> None:
    """Neither side's account shows in what the other side reads, buttons and parameters included."""
    staff = (town.sam, town.alex, town.jo)
    for_mia, for_staff = repr(town.mia.bubbles), repr([message for person in staff for message in person.bubbles])
    assert not [person for person in staff if str(person.id) in for_mia or person.username in for_mia]
    assert not [part for part in (str(town.mia.id), "Mia", town.mia.username) if part in for_staff]


@pytest.mark.rule("S17")
@pytest.mark.rule("S65")
async def test_nobody_picks_up(town: Town) -> None:
    town.on_duty()
    mia, sam, alex, jo = town.people
    await agree_to_talk(town)
    await sam.hears("Someone is waiting to talk")
    assert not alex.bubbles
    town.clock.move(minutes=5)
    await alex.hears("Someone is waiting to talk")
    assert not any("waiting to talk" in text for text in jo.texts)
    town.clock.move(minutes=6)
    await jo.hears("Someone is waiting to talk")
    await mia.hears("I'm sorry. I said someone would be here by now, and they aren't.")
    await mia.hears("Childline")
    town.clock.move(minutes=10)
    await mia.hears("Nobody has come, and that isn't OK.")
    jo.taps("Pick up")
    await jo.hears("You have the conversation now")
    await mia.hears("Jo is here now")
    sam.taps("Pick up")
    await sam.hears("Not picked up: this conversation is not waiting any more")


@pytest.mark.rule("S65")
async def test_with_nobody_on_duty_the_truth_is_told_and_the_lead_is_told(town: Town) -> None:
    await agree_to_talk(town)
    await town.jo.hears("Someone is waiting to talk")
    assert not any("They should write to you here by" in text for text in town.mia.texts)
    assert not town.sam.bubbles


@pytest.mark.rule("S02")
@pytest.mark.rule("S52")
@pytest.mark.rule("S53")
async def test_a_life_at_risk(town: Town) -> None:
    town.on_duty()
    town.mia.says("i took all my mums tablets")
    first = await town.mia.hears("999")
    assert town.mia.bubbles[0] is first
    await town.mia.hears("I can't call 999")
    await town.sam.hears("Immediate: life or safety may be at risk now")
    await town.jo.hears("Immediate")
    assert "tablets" not in " ".join([*town.sam.texts, *town.jo.texts])
    town.sam.taps("Pick up")
    await town.sam.hears("This is what they wrote: i took all my mums tablets")
    await town.mia.hears("Sam is here now")
    await nobody_knows_the_other(town)


async def test_two_adults_tap_at_the_same_moment(town: Town) -> None:
    town.on_duty()
    town.mia.says("i took all my mums tablets")
    pair = (town.sam, town.jo)
    for person in pair:
        await person.hears("Immediate")
    for person in pair:
        person.taps("Pick up")

    def told(words: str) -> list[User]:
        return [person for person in pair if any(text.startswith(words) for text in person.texts)]

    await until(lambda: len(told("You have the conversation now") + told("Not picked up")) == len(pair))
    got = told("You have the conversation now")
    assert len(got) == 1
    await town.mia.hears(f"{got[0].first_name} is here now")
    assert sum("is here now" in text for text in town.mia.texts) == 1


async def test_answers_arrive_whole_and_in_order_over_a_bad_line(town: Town) -> None:
    town.api.fail("sendMessage", "500")
    town.api.fail("sendMessage", "429")
    town.api.fail("sendMessage", "drop_before")
    town.api.fail("getUpdates", "drop_after", times=3)
    town.mia.says(DISCLOSURE)
    await until(lambda: label(town.mia, "Yes", "Leave a message") is not None, 30)
    assert len(town.mia.texts) == len(set(town.mia.texts))
    assert town.mia.texts[0].startswith("Thank you for telling me.")


@pytest.mark.rule("S52")
async def test_while_nothing_can_be_stored_the_emergency_numbers_come_from_memory_and_the_words_are_kept(
    town: Town, database_url: str
) -> None:
    outage = " ".join(town.program.service.library.message("conversation.outage").say)
    assert "999" in outage
    with sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None) as other:
        other.execute("ALTER TABLE inbox RENAME TO inbox_away")
        town.mia.says(DISCLOSURE)
        await until(lambda: outage == " ".join(town.mia.texts))
        await until(lambda: town.api.calls["getUpdates"] > 4)
        other.execute("ALTER TABLE inbox_away RENAME TO inbox")
    await town.mia.hears("Thank you for telling me.")
    await until(lambda: label(town.mia, "Yes", "Leave a message") is not None)
    assert len(town.mia.texts) == len(set(town.mia.texts))


async def test_a_restart_in_the_middle_of_a_conversation(api: BotApi, town: Town, database_url: str) -> None:
    town.on_duty()
    await agree_to_talk(town)
    await town.sam.hears("Someone is waiting")
    town.sam.taps("Pick up")
    await town.mia.hears("Sam is here now")
    await town.stop()
    town.mia.says("are you still there")
    town.sam.says("Yes, I am here.")
    again = build(settings(api, database_url), town.clock)
    async with again.running():
        await town.sam.hears("are you still there")
        await town.mia.hears("Yes, I am here.")
    assert town.sam.texts.count("are you still there") == 1
    assert town.mia.texts.count("Yes, I am here.") == 1
