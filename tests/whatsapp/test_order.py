"""WhatsApp delivers in any order, over several calls: what waits together is read as it was written."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House
from nlu.noticing import Noticing


@pytest.fixture
def read(house: House, noticing: Noticing, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages in the order in which they were understood: earlier ones bear on later ones."""
    texts: list[str] = []
    understand = noticing.understand

    def listening(text: str, *args: object, **more: object) -> object:
        texts.append(text)
        return understand(text, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(house.handler._noticing, "understand", listening)
    return texts


async def test_what_waits_together_is_read_as_it_was_written(house: House, read: list[str]) -> None:
    for text, written in (("and third", 1_700_000_003), ("first", 1_700_000_001), ("then second", 1_700_000_002)):
        await house.arrives("whatsapp", "447700900123", "text", text, written=written)
    await house.settle()
    assert read == ["first", "then second", "and third"]


async def test_what_does_not_say_when_it_was_written_is_read_as_it_came(house: House, read: list[str]) -> None:
    for text, written in (("one", 1_700_000_009), ("two", None), ("three", 1_700_000_001)):
        await house.arrives("whatsapp", "447700900123", "text", text, written=written)
    await house.settle()
    assert read == ["one", "two", "three"]
