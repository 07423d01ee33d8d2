"""Whatever becomes of the intent service, people are answered in time by phrases and menus, and 999 is always there."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import get_args

import pytest

from bot.channels import Incoming
from bot.rehearsal.house import House, YoungPerson
from bot.turn import MOST_SILENCES, Handler
from nlu.client import IntentClient
from nlu.noticing import Noticing
from tests.faults.intents import Manner, intent_service

PATIENCE = 0.4
SLACK = 3.0
"""Seconds that a busy machine may add."""

BROKEN = [manner for manner in get_args(Manner) if manner not in ("well", "huge")]
DANGER = "i have swallowed a load of pills"


@asynccontextmanager
async def asking(house: House, noticing: Noticing, url: str) -> AsyncIterator[None]:
    """The house asks a service over HTTP."""
    client = IntentClient(url, PATIENCE)
    house.handler = Handler(house.record, house.service, noticing, client, house.clock, PATIENCE)
    try:
        yield
    finally:
        await client.close()


def nobody_there() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


async def seconds_for(young: YoungPerson, text: str) -> float:
    began = time.monotonic()
    assert await young.says(text), "there has to be an answer"
    return time.monotonic() - began


async def all_is_well_without_it(staffed: House) -> None:
    young = YoungPerson(staffed)
    assert await seconds_for(young, "hello") < PATIENCE + SLACK
    assert await seconds_for(young, "menu") < PATIENCE + SLACK
    for theme in [token for _, token in young.lines()[-1].buttons if "theme_" in token][:2]:
        heard = await young.taps_token(theme)
        assert any("topic:" in token for line in heard for _, token in line.buttons), "a theme's topics are offered"
        assert await young.taps_token(heard[-1].buttons[0][1]), "a topic is answered"
    assert await seconds_for(young, DANGER) < PATIENCE + SLACK
    said = " ".join(line.text for line in young.lines() if line.speaker == "bot")
    assert "999" in said
    case = young.case()
    assert case is not None
    assert (case.stage, case.basis) == ("waiting", "immediate")
    assert staffed.alerts("Sam"), "the adult on duty is alerted"


@pytest.mark.rule("S52")
@pytest.mark.parametrize("manner", BROKEN)
async def test_phrases_menus_and_999_work_while_the_service_misbehaves(staffed: House, noticing: Noticing, manner: Manner) -> None:
    async with intent_service(manner) as service, asking(staffed, noticing, service.url):
        await all_is_well_without_it(staffed)
        assert service.calls > 0


@pytest.mark.rule("S52")
async def test_phrases_menus_and_999_work_while_the_service_is_not_there(staffed: House, noticing: Noticing) -> None:
    async with asking(staffed, noticing, nobody_there()):
        await all_is_well_without_it(staffed)


@pytest.mark.parametrize("manner", ["well", "huge"])
async def test_it_is_listened_to_as_soon_as_it_makes_sense_again(house: House, noticing: Noticing, manner: Manner) -> None:
    young = YoungPerson(house)
    async with intent_service("nonsense") as service, asking(house, noticing, service.url):
        await young.says("hi")
        lost = await young.says("what else is there")
        service.manner = manner
        found = await young.says("what else is there")
    assert not any("theme_" in token for line in lost for _, token in line.buttons)
    assert any("theme_" in token for line in found for _, token in line.buttons), "the service said: menu"


@pytest.mark.parametrize("manner", ["slow", "drips"])
async def test_many_messages_at_once_do_not_add_up_their_waiting(house: House, noticing: Noticing, manner: Manner) -> None:
    young = YoungPerson(house)
    async with intent_service(manner) as service, asking(house, noticing, service.url):
        await young.says("hi")
        asked, began = service.calls, time.monotonic()
        for number in range(40):
            await house.intake.take(_text(number, DANGER if number == 39 else f"and another thing {number}"))
        await house.settle()
        took = time.monotonic() - began
    assert service.calls - asked == MOST_SILENCES
    assert took < MOST_SILENCES * PATIENCE + SLACK
    assert any("999" in line.text for line in young.hears())


def _text(number: int, text: str) -> Incoming:
    return Incoming("telegram", "young-1", f"burst-{number}", "text", text)
