"""Telegram sends an update again when it is unsure, and sometimes in another order: nothing is doubled, nothing is lost."""

from __future__ import annotations

import random
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.rehearsal.house import Clock, House
from bot.web import web_app
from bot.wiring import Program
from escalation.record.tables import InboxRow, StaffUpdate
from tests.operations.conftest import WEBHOOK_SECRET, browsing

CALL = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}


def update(number: int, text: str, chat: int = 77) -> dict[str, Any]:
    sender = {"id": chat, "is_bot": False, "first_name": "M"}
    message = {"message_id": number, "date": 1_790_000_000 + number, "chat": {"id": chat, "type": "private"}, "from": sender, "text": text}
    return {"update_id": number, "message": message}


async def send(client: httpx.AsyncClient, *updates: dict[str, Any]) -> None:
    for one in updates:
        assert (await client.post("/telegram/webhook", json=one, headers=CALL)).status_code == 200


def stored(program: Program) -> list[str]:
    """The ids of the events that were stored, in the order in which they are handled."""
    inbox = select(InboxRow.external_id).order_by(InboxRow.received_at, InboxRow.id)
    return program.record.read(lambda tx: list(tx.session.scalars(inbox)))


async def test_an_update_that_comes_again_is_acknowledged_and_kept_once(program: Program) -> None:
    first, second = update(1, "hello"), update(2, "my stepdad hits me")
    async with browsing(web_app(program)) as client:
        await send(client, first, second, first, second, second)
        await program.lanes.idle()
    assert stored(program) == ["1", "2"]


@pytest.mark.rule("S15")
async def test_updates_in_any_order_are_all_kept_and_the_older_ones_are_not_taken_for_seen(program: Program) -> None:
    updates = [update(number, f"message {number}") for number in range(1, 9)]
    shuffled = random.Random(4).sample(updates + updates, 16)
    async with browsing(web_app(program)) as client:
        await send(client, *shuffled)
        await program.lanes.idle()
    assert sorted(stored(program), key=int) == [str(number) for number in range(1, 9)]


async def test_the_same_number_from_another_chat_is_not_the_same_person(program: Program) -> None:
    async with browsing(web_app(program)) as client:
        await send(client, update(1, "hello", chat=77), update(2, "hello", chat=78))
        await program.lanes.idle()
    people = program.record.read(lambda tx: list(tx.session.scalars(select(InboxRow.person_id))))
    assert len(set(people)) == 2


async def test_a_workers_update_that_comes_again_acts_once(program: Program) -> None:
    House(program.record, program.service, program.noticing, Clock()).hire("Sam", telegram="77")
    async with browsing(web_app(program)) as client:
        await send(client, update(5, "/menu"), update(5, "/menu"))
    seen = program.record.read(lambda tx: list(tx.session.scalars(select(StaffUpdate.external_id))))
    assert seen == ["5"]
