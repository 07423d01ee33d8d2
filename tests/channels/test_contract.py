"""What every channel has to do, on the fake of each service: the same tests on Telegram, WhatsApp, the web chat and the terminal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.channels.apps import APPS
from bot.intake import Intake
from bot.lanes import Lanes
from bot.rehearsal.house import Clock, House
from escalation.apps import ENDLESS
from escalation.context import Service
from escalation.record.store import Record
from escalation.record.tables import CaseRow
from nlu.noticing import Noticing
from tests.channels.places import BURST, PLACES, OnTelegram, OnWhatsApp, Town
from tests.telegram.users import until


@pytest.fixture(params=PLACES)
async def town(request: pytest.FixtureRequest, record: Record, service: Service, noticing: Noticing) -> AsyncIterator[Town]:
    house = House(record, service, noticing, Clock())
    lanes = Lanes(house.handler.handle, BURST)
    house.intake = Intake(record, service, house.clock, house.handler.danger, lanes.wake)
    async with PLACES[request.param](house, lanes) as town:
        yield town


def only(*names: str) -> pytest.MarkDecorator:
    """Where the app can do this at all."""
    return pytest.mark.parametrize("town", names, indirect=True)


def test_every_channel_declares_its_app() -> None:
    assert set(PLACES) == set(APPS)


async def test_words_are_stored_in_the_order_in_which_they_were_written(town: Town) -> None:
    for number in range(6):
        await town.place.says(f"message {number}")
    await town.until_stored(6)
    assert town.written() == [f"message {number}" for number in range(6)]


@only("telegram", "whatsapp", "webchat")
async def test_what_comes_twice_is_stored_once(town: Town) -> None:
    await town.place.says("hello there")
    if isinstance(town.place, OnTelegram | OnWhatsApp):
        town.place.keep_last()
    await town.until_stored(1)
    await town.place.repeats()
    await town.place.says("and again")
    await town.until_stored(2)
    assert town.written() == ["hello there", "and again"]


async def test_a_button_of_an_older_question_agrees_to_nothing(town: Town) -> None:
    await town.place.says("delete")
    await town.is_offered("No, leave it")
    await town.place.taps("No, leave it")
    await town.hears("OK")
    heard = len(await town.texts())
    await town.place.taps("Yes, clear it")
    await town.hears("That button was from earlier")
    assert town.person().cleared_at is None
    assert len(await town.texts()) > heard


async def test_a_long_text_arrives_whole_in_parts_that_end_with_a_sentence(town: Town) -> None:
    await town.place.says("hello")
    await town.hears("good to hear from you")
    await town.settles()
    heard = len(await town.texts())
    sentence = "You can write to me whenever you like, and nobody is told of it. "
    town.bot_says(sentence * 150 + "That was all.", (("OK", "0:do:menu"),))
    await town.hears("That was all.")
    parts = (await town.texts())[heard:]
    assert "".join("".join(parts).split()) == "".join((sentence * 150 + "That was all.").split())
    assert all(re.search(r"[.!?]$", part) for part in parts)
    assert (len(parts) == 1) == (town.place.app.longest == ENDLESS)
    assert all(len(part) <= town.place.app.longest for part in parts)
    assert [label for label, _ in (await town.place.bubbles())[-1][1]] == ["OK"]


@pytest.mark.rule("S40")
@only(*(app.name for app in APPS.values() if app.media))
async def test_a_photo_is_answered_in_words_and_never_fetched(town: Town) -> None:
    await town.place.sends_photo()
    await town.hears("I can't open photos")
    assert isinstance(town.place, OnTelegram | OnWhatsApp)
    assert town.place.api.files_asked_for == 0


@only("telegram", "whatsapp")
async def test_who_has_left_is_known_to_be_out_of_reach(town: Town) -> None:
    await town.place.says("hello")
    await town.hears("good to hear from you")
    await town.settles()
    assert isinstance(town.place, OnTelegram | OnWhatsApp)
    town.place.user.blocks()
    id = town.bot_says("are you there")
    await until(lambda: town.row(id).state == "failed")
    assert town.person().unreachable_at is not None


@only("telegram", "whatsapp")
@pytest.mark.parametrize("fault", ["429", "500", "drop_before", "garbage"])
async def test_what_the_app_does_not_take_now_waits_and_is_not_lost(town: Town, fault: str) -> None:
    await town.place.says("hello")
    await town.hears("good to hear from you")
    await town.settles()
    place = town.place
    if isinstance(place, OnTelegram):
        place.api.fail("sendMessage", fault)  # type: ignore[arg-type]
    elif isinstance(place, OnWhatsApp):
        place.api.fail(fault)  # type: ignore[arg-type]
    first, second = town.bot_says("one of two"), town.bot_says("two of two")
    await until(lambda: town.row(first).problem == "try_later")
    assert town.row(second).state == "pending", "what comes after it waits, so that they stay in order"
    assert town.person().unreachable_at is None
    while "two of two" not in (texts := await town.texts()):
        town.house.clock.move(seconds=30)
        await asyncio.sleep(0.1)
    assert texts.index("one of two") < texts.index("two of two")


@only("telegram", "whatsapp", "webchat")
async def test_what_happens_while_the_program_is_down_is_not_lost(town: Town) -> None:
    await town.place.says("hello")
    await town.hears("good to hear from you")
    await town.settles()

    async def meanwhile() -> None:
        town.bot_says("written while nobody was there")
        if isinstance(town.place, OnTelegram | OnWhatsApp):
            await town.place.says("are you still there")

    await town.restarts(meanwhile)
    await town.hears("written while nobody was there")
    if isinstance(town.place, OnTelegram | OnWhatsApp):
        await town.until_stored(2)
        assert town.written() == ["hello", "are you still there"]
    assert (await town.texts()).count("written while nobody was there") == 1


@pytest.mark.rule("S60")
async def test_the_bot_is_silent_while_a_human_is_there(town: Town) -> None:
    town.house.hire("Sam")
    town.house.on_duty("Sam")
    await town.place.says("my stepdad hits me when he is drunk")
    await town.is_offered("Yes")
    await town.place.taps("Yes")
    await town.is_offered("Only that I want to talk")
    await town.place.taps("Only that I want to talk")
    await town.is_offered("Send it")
    await town.place.taps("Send it")
    await town.hears("I've told Sam")
    await town.lanes.idle()
    case = town.house.record.read(lambda tx: tx.session.scalars(select(CaseRow)).one())
    town.house.pick_up("Sam", case.id)
    await town.hears("Sam is here now")
    await town.settles()
    heard = len(await town.texts())
    await town.place.says("can i tell you something")
    await town.until_stored(2)
    await town.lanes.idle()
    town.house.worker_says("Sam", case.id, "Yes, I'm listening.")
    await town.hears("Yes, I'm listening.")
    assert (await town.texts())[heard:] == ["Yes, I'm listening."]
