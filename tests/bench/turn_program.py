"""The part of the program that a message goes through, with an app at its end that takes everything, and nobody else."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import func, select

from bot.channels import Incoming, Kind, Outgoing
from bot.intake import Intake
from bot.lanes import Lanes
from bot.rehearsal.house import Clock, House
from bot.sending import Sender
from bot.service import read_service
from bot.settings import Settings
from bot.turn import Handler
from bot.unsent import UNSENT
from content.editorial.library import CONTENT
from escalation.record.retention.veil import Veil
from escalation.record.schema import upgrade
from escalation.record.store import Record
from escalation.record.tables import OutboxRow
from nlu.noticing import Noticing
from nlu.understanding import Reading

CHANNEL = "telegram"
TEXTS = (
    ("what does consent mean, my mate asked me about it at school today", "consent"),
    ("how do i know if my relationship is healthy", "healthy_relationships"),
    ("people at school keep leaving me out of everything", "bullying"),
)


@dataclass
class App:
    """Everyone's phone: it takes each bubble at once."""

    name: str = CHANNEL
    buttons: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    came: defaultdict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    bubbles: int = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        self.bubbles += 1
        self.buttons[address] = outgoing.buttons or self.buttons.get(address, ())
        self.came[address].set()
        return str(self.bubbles)


class Topics:
    """An intent service that answers at once and costs nothing."""

    async def read(self, text: str) -> Reading | None:
        topic = next((topic for words, topic in TEXTS if text.startswith(words)), "consent")
        return Reading(topic, 0.95, ((topic, 0.95),))


@dataclass
class Program:
    """The part of the program that a message goes through, and the app at its end."""

    house: House
    app: App
    handler: Handler
    lanes: Lanes
    intake: Intake
    sender: Sender
    number: count[int] = field(default_factory=count)

    async def take(self, address: str, kind: Kind, text: str) -> None:
        """Something comes in."""
        number = next(self.number)
        self.house.clock.move(seconds=0.2)
        await self.intake.take(Incoming(CHANNEL, address, f"bench-{number}", kind, text, message_ref=f"bench-{number}"))

    async def settled(self) -> None:
        """Until everything is handled and sent."""
        await self.lanes.idle()
        left = select(func.count()).select_from(OutboxRow).where(OutboxRow.channel == CHANNEL, OutboxRow.state.in_(UNSENT))
        while await self.house.record.aread(lambda tx: tx.session.scalar(left)):  # noqa: ASYNC110 - nobody tells when nothing is left
            await asyncio.sleep(0.02)

    async def latency(self, address: str) -> float:
        """Milliseconds from somebody's words to the first bubble of the answer."""
        self.app.came[address].clear()
        start = time.perf_counter()
        await self.take(address, "text", TEXTS[0][0])
        await self.app.came[address].wait()
        took = (time.perf_counter() - start) * 1000
        await self.settled()
        return took


@asynccontextmanager
async def running(folder: Path, noticing: Noticing) -> AsyncIterator[Program]:
    """The program on a new record in this folder."""
    settings = Settings(_env_file=None, database_url=f"sqlite:///{folder / 'turns.db'}")
    upgrade(settings.database_url)
    record, clock = Record(settings.database_url, bytes(range(32))), Clock()
    service = read_service(settings, CONTENT)
    record.veil = Veil(service.retention, clock)
    house, app = House(record, service, noticing, clock), App()
    handler = Handler(record, service, noticing, Topics(), clock)
    lanes = Lanes(handler.handle, burst_seconds=0.0)
    sender = Sender(record, app, service, clock)
    sending = asyncio.create_task(sender.run())
    try:
        yield Program(house, app, handler, lanes, Intake(record, service, clock, handler.danger, lanes.wake), sender)
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        record.close()
