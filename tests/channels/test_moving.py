"""Carrying a conversation to another app: only with a code that they asked for, and nothing of before shows until "Carry on"."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from escalation.record import messages, people
from escalation.record.messages import Line
from escalation.record.store import Tx
from escalation.record.tables import Address, Person


@pytest.fixture
def on_telegram(house: House) -> YoungPerson:
    return YoungPerson(house, "telegram", "tg-1")


@pytest.fixture
def on_whatsapp(house: House) -> YoungPerson:
    return YoungPerson(house, "whatsapp", "447700900123")


async def asks_for_a_code(young: YoungPerson) -> str:
    await young.says("move")
    return (await young.taps("Yes, give me a code"))[-1].text


def said(lines: Iterable[Line]) -> str:
    return " ".join(line.text for line in lines)


@pytest.mark.rule("S77")
async def test_the_conversation_goes_on_in_the_other_app_and_the_old_address_is_forgotten(
    house: House, on_telegram: YoungPerson, on_whatsapp: YoungPerson
) -> None:
    await on_telegram.says("my stepdad hits me when he is drunk")
    me = on_telegram.person().id
    code = await asks_for_a_code(on_telegram)
    heard = said(await on_whatsapp.says(code.upper().replace("-", " ")))
    assert "Would you like to carry on" in heard
    assert "stepdad" not in heard
    assert on_whatsapp.person().id == me
    assert said(await on_whatsapp.taps("Carry on"))
    assert addresses(house, me) == ["447700900123"]
    await on_telegram.says("hello")
    assert on_telegram.person().id != me, "whoever writes from the old place is nobody known"


async def test_a_code_works_once_and_for_minutes(house: House, on_telegram: YoungPerson, on_whatsapp: YoungPerson) -> None:
    await on_telegram.says("hello")
    me, code = on_telegram.person().id, await asks_for_a_code(on_telegram)
    house.clock.move(minutes=16)
    await on_whatsapp.says(code)
    assert on_whatsapp.person().id != me
    code = await asks_for_a_code(on_telegram)
    await on_whatsapp.says(code)
    assert on_whatsapp.person().id == me
    other = YoungPerson(house, "webchat", "w" * 43)
    await other.says(code)
    assert other.person().id != me


@pytest.mark.rule("S19")
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(
    ("told", "answer"), [("i took an overdose", "999"), ("my stepdad hits me when he is drunk", "Thank you for telling me")]
)
async def test_what_they_wrote_just_before_the_code_is_answered_there(
    house: House, on_telegram: YoungPerson, on_whatsapp: YoungPerson, told: str, answer: str, known: bool
) -> None:
    await on_telegram.says("hello")
    me, code = on_telegram.person().id, await asks_for_a_code(on_telegram)
    if known:
        await on_whatsapp.says("hi")
    heard = said(await on_whatsapp.says_at_once([told, code]))
    assert on_whatsapp.person().id == me
    assert answer in heard
    case = on_whatsapp.case()
    assert case is not None
    assert case.person_id == me


async def test_what_an_adult_writes_follows_them(house: House, on_telegram: YoungPerson, on_whatsapp: YoungPerson) -> None:
    house.hire("Sam")
    house.on_duty("Sam")
    await on_telegram.says("my stepdad hits me when he is drunk")
    for label in ("Yes", "Only that I want to talk", "Send it"):
        await on_telegram.taps(label)
    case = on_telegram.case()
    assert case is not None
    code = await asks_for_a_code(on_telegram)
    shown = house.record.read(lambda tx: messages.transcript(tx, people.person(tx, case.person_id), asides=False))
    assert code not in said(shown), "staff do not see it"
    house.pick_up("Sam", case.id)
    assert "carry on" in said(await on_whatsapp.says(code))
    house.worker_says("Sam", case.id, "Hi, I'm Sam.")
    await on_whatsapp.taps("Carry on")
    assert "Hi, I'm Sam." in said(on_whatsapp.lines())


async def test_nobody_is_taken_from_an_adult_who_talks_to_them(house: House, on_telegram: YoungPerson, on_whatsapp: YoungPerson) -> None:
    await on_whatsapp.says("i took all my mums tablets")
    there = on_whatsapp.person().id
    await on_telegram.says("hello")
    await on_whatsapp.says(await asks_for_a_code(on_telegram))
    assert on_whatsapp.person().id == there


async def test_no_is_no(house: House, on_telegram: YoungPerson) -> None:
    await on_telegram.says("move")
    assert "we stay here" in said(await on_telegram.taps("No, stay here"))
    assert on_telegram.person().move_code is None


@pytest.mark.rule("S35")
async def test_they_are_not_sent_to_an_app_that_is_not_for_their_age(house: House, on_whatsapp: YoungPerson) -> None:
    await on_whatsapp.starts()
    await on_whatsapp.taps_token("0:do:band_13_15")
    await on_whatsapp.says("move")
    places = said(await on_whatsapp.taps("Yes, give me a code"))
    assert "http://chat.test/" in places
    assert "Telegram" not in places


def addresses(house: House, person_id: str) -> list[str]:
    """Where a person is reached, as far as that can still be read."""

    def read(tx: Tx) -> list[str]:
        rows = tx.session.scalars(select(Address).where(Address.person_id == person_id))
        someone = tx.session.get_one(Person, person_id)
        opened = (tx.vault.open_for(someone, "addresses.address", row.id, row.address_sealed) for row in rows)
        return [one for one in opened if one]

    return house.record.read(read)
