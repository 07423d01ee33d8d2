"""What nobody should send, and somebody does: nothing crashes, nothing is lost, and nobody is left without an answer."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any, cast

import pytest
from sqlalchemy import func, select

from bot.channels import Incoming
from bot.intake import Intake
from bot.lanes import Lanes
from bot.rehearsal.house import House, YoungPerson
from escalation.record.tables import AgreementRow, CaseRow, InboxRow
from nlu.noticing import Noticing
from nlu.understanding import Level
from tests.faults.app import App, sending

FLOOD = 500


def unhandled(house: House) -> int:
    return house.record.read(
        lambda tx: tx.session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.handled_at.is_(None))) or 0
    )


def levels(house: House) -> list[int | None]:
    return house.record.read(lambda tx: list(tx.session.scalars(select(InboxRow.level).order_by(InboxRow.seq))))


def answers(young: YoungPerson) -> list[str]:
    return [line.text for line in young.lines() if line.speaker != "young_person"]


async def test_five_hundred_messages_in_a_minute_are_all_stored_and_checked_and_answered_once_or_a_few_times(
    house: House, noticing: Noticing
) -> None:
    young, lanes = YoungPerson(house), Lanes(house.handler.handle, 0.3)
    intake = Intake(house.record, house.service, house.clock, lambda text: noticing.check(text).level is Level.IMMEDIATE, lanes.wake)
    await says(intake, "hello", 0)
    await lanes.idle()
    before, began = len(answers(young)), time.monotonic()
    for number in range(1, FLOOD + 1):
        await says(intake, "i took a load of pills" if number == 250 else f"oi {number}", number)
    await lanes.idle()
    assert len(levels(house)) == FLOOD + 1
    assert unhandled(house) == 0
    assert None not in levels(house)
    assert levels(house)[250] == 4
    fresh = answers(young)[before:]
    assert 1 <= len(fresh) <= 12, fresh
    assert any("999" in text for text in fresh)
    assert time.monotonic() - began < 60


async def says(intake: Intake, text: str, number: int) -> None:
    await intake.take(Incoming("telegram", "young-1", f"flood-{number}", "text", text))


@pytest.mark.parametrize("length", [4096, 4097, 20_000, 100_000])
async def test_danger_is_found_anywhere_in_a_text_of_any_length(staffed: House, length: int) -> None:
    young = YoungPerson(staffed)
    filler = "so then we went to the shop and she got crisps and i got a drink. "
    half = filler * (length // 2 // len(filler) + 1)
    text = f"{half[: length // 2]}. i have swallowed a load of pills. {half}"[:length]
    heard = await young.says(text)
    assert any("999" in line.text for line in heard)
    case = young.case()
    assert case is not None and case.basis == "immediate"


ODD = {
    "empty": "",
    "blank": " \n\t ",
    "zero bytes": "\x00\x00",
    "escape sequences": "\x1b[2J\x1b[31m\x07",
    "invisible": "\u200b\u200d\ufeff\u202e",
    "half a pair": "\ud83d",
    "only emoji": "😶‍🌫️" * 500,
    "stacked marks": "Z" + "\u0351" * 3000,
    "braces": "{adult} {0} %s %(x)s ${jndi}",
    "markup": "<script>alert(1)</script> & [b]",
    "one long word": "a" * 50_000,
    "sql": "'; drop table inbox; --",
    "right to left": "مرحبا كيف حالك",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
async def test_odd_characters_get_an_answer(house: House, text: str) -> None:
    young = YoungPerson(house)
    assert await young.says(text)
    assert await young.says(text), "and so do they a second time"
    assert unhandled(house) == 0


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("kind", ["edited", "media", "button", "command", "started", "unsupported", "hologram"])
async def test_odd_events_get_an_answer(house: House, kind: str, text: str) -> None:
    young = YoungPerson(house)
    await house.comes_in("telegram", young.address, kind, text, media="hologram" if kind == "media" else None)
    assert young.hears()
    assert unhandled(house) == 0


@pytest.mark.parametrize(
    "token",
    ["", ":", "1:do:send", "99:do:offer_yes", "1:go:no/where", "1:topic:nonsense", "0:do:pick_up:1", "send", "-1:do:theme_x", "x" * 5000],
)
async def test_a_button_that_was_never_shown_agrees_to_nothing_and_gets_an_answer(staffed: House, token: str) -> None:
    young = YoungPerson(staffed)
    await young.starts()
    assert await young.taps_token(token)
    assert young.ledger() == []
    assert young.case() is None


@pytest.mark.parametrize("together", [True, False], ids=["in one turn", "in two turns side by side"])
async def test_two_taps_at_once_on_the_final_yes_agree_once(staffed: House, together: bool) -> None:
    young = YoungPerson(staffed)
    await young.says("can i talk to someone", "talk_to_person")
    for answer in ("offer_yes", "scope_talk"):
        await young.taps_token(button(young, answer))
    send = button(young, "send")
    taps = [Incoming("telegram", young.address, f"tap-{n}", "button", send) for n in (1, 2)]
    if together:
        await asyncio.gather(*(staffed.intake.take(tap) for tap in taps))
        who = staffed.woken.pop()
        await asyncio.gather(*(staffed.handler.handle(who) for _ in range(3)))
    else:
        await asyncio.gather(*(_taken_and_handled(staffed, tap) for tap in taps))
        staffed.clock.move(seconds=31)
        await staffed.ticking.audit()
        await staffed.settle()
    assert unhandled(staffed) == 0
    assert [entry.kind for entry in young.ledger()] == ["given"]
    assert staffed.record.read(lambda tx: tx.session.scalar(select(func.count()).select_from(CaseRow))) == 1
    assert len(staffed.alerts("Sam")) == 1


async def _taken_and_handled(house: House, tap: Incoming) -> None:
    await house.intake.take(tap)
    for who in list(house.woken):
        await house.handler.handle(who)


def button(young: YoungPerson, answer: str) -> str:
    return [token for line in young.lines() for _, token in line.buttons if token.endswith(f":do:{answer}")][-1]


async def test_a_random_mixture_of_everything_from_many_people_leaves_nobody_without_an_answer(staffed: House) -> None:
    chance = random.Random(20261121)
    people = [YoungPerson(staffed, address=f"young-{n}") for n in range(6)]
    kinds = ["text", "text", "text", "button", "media", "edited", "command", "started", "unsupported"]
    texts = [*ODD.values(), "hello", "menu", "i took pills", "yes", "no", "my dad hits me", "dont tell anyone", "1:do:send"]
    for number in range(250):
        who, kind = chance.choice(people), chance.choice(kinds)
        shown = [token for line in who.lines() for _, token in line.buttons]
        text = chance.choice(shown) if kind == "button" and shown else chance.choice(texts)
        incoming = Incoming("telegram", who.address, f"mix-{number}", cast(Any, kind), text, message_ref=str(number))
        await staffed.intake.take(incoming)
        if chance.random() < 0.7:
            await staffed.settle()
        staffed.clock.move(seconds=chance.choice([1, 5, 600]))
        if chance.random() < 0.1:
            await staffed.ticking.run_due()
    await staffed.settle()
    assert unhandled(staffed) == 0
    assert all(answers(who) for who in people)
    open_cases = select(CaseRow.person_id).where(CaseRow.stage != "closed")
    holders = staffed.record.read(lambda tx: list(tx.session.scalars(open_cases)))
    assert len(holders) == len(set(holders)), "nobody has two open cases"
    given = staffed.record.read(lambda tx: list(tx.session.scalars(select(AgreementRow.wording_id))))
    assert all(given)


async def test_what_was_said_in_a_flood_is_delivered_in_order(house: House) -> None:
    app = App()
    people = [YoungPerson(house, address=f"young-{n}") for n in range(5)]
    async with sending(house, app):
        for number in range(10):
            for who in people:
                await house.intake.take(Incoming("telegram", who.address, f"{who.address}-{number}", "text", ["hi", "menu"][number % 2]))
            await house.settle()
        for who in people:
            await app.shows(who.address, len(answers(who)))
    assert all(app.to(who.address) == answers(who) for who in people)
