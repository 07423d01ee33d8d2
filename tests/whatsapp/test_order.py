"""WhatsApp delivers in any order, over several calls: what waits together is read as it was written."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.rehearsal.house import House, ScriptedReader
from bot.turn import Handler
from nlu.noticing import Noticing
from nlu.understanding import Reading


@dataclass
class ListeningReader(ScriptedReader):
    """An intent service that keeps what it was asked, in order."""

    asked: list[str] = field(default_factory=list)

    async def read(self, text: str) -> Reading | None:
        self.asked.append(text)
        return Reading("chitchat", 0.9, (("chitchat", 0.9),), None)


async def test_what_waits_together_is_read_as_it_was_written(house: House, noticing: Noticing) -> None:
    reader = ListeningReader()
    house.handler = Handler(house.record, house.service, noticing, reader, house.clock)
    for text, written in (("and third", 1_700_000_003), ("first", 1_700_000_001), ("then second", 1_700_000_002)):
        await house.arrives("whatsapp", "447700900123", "text", text, written=written)
    await house.settle()
    assert reader.asked[:3] == ["first", "then second", "and third"]


async def test_what_does_not_say_when_it_was_written_is_read_as_it_came(house: House, noticing: Noticing) -> None:
    reader = ListeningReader()
    house.handler = Handler(house.record, house.service, noticing, reader, house.clock)
    for text, written in (("one", 1_700_000_009), ("two", None), ("three", 1_700_000_001)):
        await house.arrives("whatsapp", "447700900123", "text", text, written=written)
    await house.settle()
    assert reader.asked[:3] == ["one", "two", "three"]
