"""A messaging app at the end of the line: it shows what it was given, and refuses when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.channels import Channel, Outgoing, TryLater
from bot.rehearsal.house import House
from bot.sending import Sender
from tests.faults.waiting import beside, until


@dataclass
class App:
    """Everyone's phone. `away` makes it refuse everything for now; a closed `gate` makes it take its time."""

    name: str = "telegram"
    away: bool = False
    tries: int = 0
    shown: list[tuple[str, str]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        self.tries += 1
        await self.gate.wait()
        if self.away:
            raise TryLater(0.2)
        self.shown.append((address, outgoing.text))
        return str(len(self.shown))

    def to(self, address: str) -> list[str]:
        return [text for where, text in self.shown if where == address]

    async def shows(self, address: str, count: int) -> None:
        await until(lambda: len(self.to(address)) >= count, otherwise=lambda: f"{self.to(address)}")


@asynccontextmanager
async def sending(house: House, app: Channel) -> AsyncIterator[Sender]:
    """The program's sender, running."""
    sender = Sender(house.record, app, house.service, house.clock)
    async with beside(sender.run()):
        yield sender
