"""What came in is kept as it came: append-only, each event once, each edit beside what it edits."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.channels import Incoming
from bot.rehearsal.house import House, YoungPerson
from escalation.record import earlier_words, messages, people
from escalation.record.store import Tx
from escalation.record.tables import InboxRow

ODD = {
    "empty": "",
    "a space": " ",
    "control characters": "\x00\x07\x1b[31mred",
    "invisible": "a\u200bb\u202e",
    "emoji": "😀" * 50,
    "long": "x" * 100_000,
    "marks and lines": "ﷺ é ́\n\r\t",
    "half a pair": "\ud83d",
}


def stored(house: House, address: str = "young-1") -> list[tuple[str, int, str]]:
    """Kind, version and words of everything one person sent."""

    def read(tx: Tx) -> list[tuple[str, int, str]]:
        found = people.find(tx, "telegram", address)
        assert found is not None
        rows = tx.session.scalars(select(InboxRow).where(InboxRow.person_id == found[0].id).order_by(InboxRow.seq))
        return [(row.kind, row.version, messages.body(tx, found[0], row)["text"]) for row in rows]

    return house.record.read(read)


@pytest.mark.rule("S15")
async def test_an_edited_message_becomes_a_new_version_beside_the_old_one(house: House) -> None:
    await house.comes_in("telegram", "young-1", "text", "he hits me", message_ref="55")
    await house.comes_in("telegram", "young-1", "edited", "nothing happened", message_ref="55")
    await house.comes_in("telegram", "young-1", "edited", "never mind", message_ref="55")
    await house.comes_in("telegram", "young-1", "text", "another one", message_ref="56")
    assert stored(house) == [
        ("text", 1, "he hits me"),
        ("edited", 2, "nothing happened"),
        ("edited", 3, "never mind"),
        ("text", 1, "another one"),
    ]


async def test_the_same_number_of_a_message_in_another_chat_is_another_message(house: House) -> None:
    await house.comes_in("telegram", "young-1", "text", "hi", message_ref="55")
    await house.comes_in("telegram", "young-2", "text", "hello", message_ref="55")
    assert stored(house, "young-2") == [("text", 1, "hello")]


@pytest.mark.rule("S15")
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
async def test_words_are_kept_exactly_as_they_were_written(house: House, text: str) -> None:
    await house.comes_in("telegram", "young-1", "text", text)
    assert stored(house) == [("text", 1, text)]


async def test_an_event_that_is_delivered_many_times_is_kept_and_answered_once(house: House, young: YoungPerson) -> None:
    event = Incoming("telegram", "young-1", "update-7", "text", "hello", message_ref="1")
    await asyncio.gather(*(house.intake.take(event) for _ in range(8)))
    await house.settle()
    answered = len(young.lines())
    await house.intake.take(event)
    await house.settle()
    assert stored(house) == [("text", 1, "hello")]
    assert len(young.lines()) == answered


async def test_a_tap_is_shown_to_staff_as_the_label_that_was_tapped(house: House, young: YoungPerson) -> None:
    await young.starts()
    label, token = young.lines()[-1].buttons[0]
    await young.taps_token(token)
    await young.taps_token("no such button")
    assert [line.text for line in young.lines() if line.kind == "button"] == [label, ""]


async def test_of_a_message_that_is_edited_now_only_the_new_words_count_for_the_conversation(house: House) -> None:
    await house.comes_in("telegram", "young-1", "text", "he hits me", message_ref="55")
    await house.comes_in("telegram", "young-1", "text", "another one", message_ref="56")

    def read(tx: Tx) -> tuple[list[str], list[str]]:
        found = people.find(tx, "telegram", "young-1")
        assert found is not None
        first = tx.session.scalars(select(InboxRow.message_ref).order_by(InboxRow.seq)).first()
        assert first is not None
        return earlier_words.latest(tx, found[0], 8), earlier_words.latest(tx, found[0], 8, {first})

    assert house.record.read(read) == (["he hits me", "another one"], ["another one"])
