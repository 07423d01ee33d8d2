"""The four places where a young person can write, each on the fake of its service, behind one set of verbs."""

from __future__ import annotations

import asyncio
import io
import queue
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from rich.console import Console
from sqlalchemy import select
from starlette.applications import Starlette

from bot.channels import Channel, Incoming, Reporting
from bot.channels.apps import TELEGRAM, TERMINAL, WEB_CHAT, WHATSAPP
from bot.channels.telegram import TelegramChannel, group_reply
from bot.channels.terminal import TerminalChannel
from bot.channels.webchat import WebChatPage, chat_routes
from bot.channels.whatsapp import WhatsAppChannel
from bot.lanes import Lanes
from bot.rehearsal.house import House
from bot.sending import Sender
from escalation.apps import App
from escalation.record import messages, people
from escalation.record.store import Tx
from escalation.record.tables import InboxRow, OutboxRow, Person
from tests.channels.serving import serving
from tests.telegram.bot_api import BotApi
from tests.telegram.users import User as TelegramUser
from tests.telegram.users import until
from tests.webchat.visiting import Browser
from tests.whatsapp.cloud_api import CloudApi, webhook_at
from tests.whatsapp.users import User as WhatsAppUser

BURST = 0.05


class Place(Protocol):
    """One app, and one person in it."""

    app: App

    async def says(self, text: str) -> None: ...

    async def taps(self, label: str) -> None: ...

    async def sends_photo(self) -> None: ...

    async def bubbles(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Words and buttons (label, token) that the app shows, oldest first, without the person's own."""
        ...

    async def repeats(self) -> None:
        """The app delivers the last event once more."""


@dataclass
class Town:
    """The service, with one place switched on; the intent service is away."""

    house: House
    place: Place
    lanes: Lanes
    stack: AsyncExitStack
    connect: Callable[[], Any]
    taken: list[Incoming] = field(default_factory=list)

    async def texts(self) -> list[str]:
        return [text for text, _ in await self.place.bubbles()]

    async def hears(self, words: str) -> None:
        """Wait until the app shows these words."""
        for _ in range(600):
            if any(words in text for text in await self.texts()):
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"did not hear {words!r}, but {await self.texts()}")

    async def is_offered(self, label: str) -> None:
        for _ in range(600):
            if any(label == shown for _, buttons in await self.place.bubbles() for shown, _ in buttons):
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"no button {label!r}: {await self.place.bubbles()}")

    async def settles(self) -> None:
        """Wait until everything is answered, and shown."""
        left = select(OutboxRow.id).where(OutboxRow.person_id.is_not(None), OutboxRow.state.in_(("pending", "sending")))
        for _ in range(600):
            await self.lanes.idle()
            await self.place.bubbles()
            if self.house.record.read(lambda tx: tx.session.scalar(left.limit(1))) is None:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it does not come to rest")

    def written(self) -> list[str]:
        """What the record has of them, in order."""

        def read(tx: Tx) -> list[str]:
            rows = tx.session.scalars(select(InboxRow).where(InboxRow.kind == "text").order_by(InboxRow.seq))
            return [messages.body(tx, people.person(tx, row.person_id), row)["text"] for row in rows]

        return self.house.record.read(read)

    async def until_stored(self, count: int) -> None:
        await until(lambda: len(self.written()) >= count, 15, lambda: f"stored {self.written()}")

    def person(self) -> Person:
        return self.house.record.read(lambda tx: tx.session.scalars(select(Person)).one())

    def bot_says(self, text: str, buttons: tuple[tuple[str, str], ...] = ()) -> str:
        def write(tx: Tx) -> str:
            row = messages.say(tx, tx.session.scalars(select(Person)).one(), text, self.house.clock(), buttons=buttons)
            assert row is not None
            return row.id

        return self.house.record.write(write)

    def row(self, id: str) -> OutboxRow:
        return self.house.record.read(lambda tx: tx.session.scalars(select(OutboxRow).where(OutboxRow.id == id)).one())

    async def restarts(self, meanwhile: Callable[[], Any]) -> None:
        """The program stops, something happens, and it starts again."""
        await self.stack.aclose()
        await meanwhile()
        self.stack = AsyncExitStack()
        await self.stack.enter_async_context(self.connect())


@asynccontextmanager
async def sending(house: House, lanes: Lanes, channel: Channel) -> AsyncIterator[None]:
    """The channel and its outbox, running."""
    sender = Sender(house.record, channel, house.service, house.clock)
    if isinstance(channel, Reporting):
        channel.report = sender.report
    task = asyncio.create_task(sender.run())
    await channel.start()
    try:
        yield
    finally:
        await channel.stop()
        await lanes.idle()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@dataclass
class OnTelegram:
    api: BotApi
    user: TelegramUser
    app: App = TELEGRAM

    async def says(self, text: str) -> None:
        self.user.says(text)

    async def taps(self, label: str) -> None:
        self.user.taps(label)

    async def sends_photo(self) -> None:
        self.user.sends_photo()

    async def bubbles(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [(one.text, one.buttons) for one in self.user.bubbles]

    async def repeats(self) -> None:
        self.api.updates.append(self.last)

    @property
    def last(self) -> dict[str, Any]:
        return self._last

    def keep_last(self) -> None:
        self._last = dict(self.api.updates[-1])


@dataclass
class OnWhatsApp:
    api: CloudApi
    user: WhatsAppUser
    app: App = WHATSAPP

    async def says(self, text: str) -> None:
        self.user.says(text)

    async def taps(self, label: str) -> None:
        self.user.taps(label)

    async def sends_photo(self) -> None:
        self.user.sends_photo()

    async def bubbles(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [(one.text, one.buttons) for one in self.user.bubbles]

    async def repeats(self) -> None:
        self.api.calls.append(self._last)

    def keep_last(self) -> None:
        self._last = self.api.calls[-1]


@dataclass
class OnTheWebChat:
    browser: Browser
    app: App = WEB_CHAT
    last: tuple[str, str] = ("", "")

    async def says(self, text: str) -> None:
        if "Authorization" not in self.browser.http.headers:
            await self.browser.open()
        id = f"00000000-0000-4000-8000-{len(self.last[1]) + hash(text) % 10**11:012d}"
        self.last = (text, id)
        answer = await self.browser.says(text, id)
        assert answer.status_code == 202, answer.text

    async def taps(self, label: str) -> None:
        pairs = [pair for _, buttons in await self.bubbles() for pair in buttons]
        token = next(token for shown, token in reversed(pairs) if shown == label)
        assert (await self.browser.presses(token)).status_code == 202

    async def sends_photo(self) -> None:
        raise AssertionError("no photo can be sent here")

    async def bubbles(self) -> list[tuple[str, list[tuple[str, str]]]]:
        if "Authorization" not in self.browser.http.headers:
            return []
        items = (await self.browser.feed())["items"]
        return [(item["text"], [tuple(pair) for pair in item["buttons"]]) for item in items if item["speaker"] != "you"]

    async def repeats(self) -> None:
        text, id = self.last
        assert (await self.browser.says(text, id)).status_code == 202


class Lines(io.StringIO):
    """A keyboard: lines as they are typed."""

    def __init__(self) -> None:
        super().__init__()
        self.typed: queue.Queue[str | None] = queue.Queue()

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        while (line := self.typed.get()) is not None:
            yield line + "\n"


@dataclass
class AtTheTerminal:
    lines: Lines
    shown: list[tuple[str, list[tuple[str, str]]]]
    app: App = TERMINAL

    async def says(self, text: str) -> None:
        self.lines.typed.put(text)

    async def taps(self, label: str) -> None:
        labels = [shown for shown, _ in next(buttons for _, buttons in reversed(self.shown) if buttons)]
        self.lines.typed.put(str(labels.index(label) + 1))

    async def sends_photo(self) -> None:
        raise AssertionError("no photo can be sent here")

    async def bubbles(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return list(self.shown)

    async def repeats(self) -> None:
        raise AssertionError("a terminal says things once")


@asynccontextmanager
async def on_telegram(house: House, lanes: Lanes) -> AsyncIterator[Town]:
    api = BotApi().start()
    place = OnTelegram(api, TelegramUser(api, 880_777, "Mia", "mia_handle"))

    @asynccontextmanager
    async def connect() -> AsyncIterator[None]:
        reply = group_reply(house.service)
        async with sending(house, lanes, TelegramChannel(api.token, api.base_url, house.intake.take, group_reply=reply, patience=1)):
            yield

    async with running(house, place, lanes, connect) as town:
        yield town
    api.stop()


@asynccontextmanager
async def on_whatsapp(house: House, lanes: Lanes) -> AsyncIterator[Town]:
    api = CloudApi(house.clock).start()
    place = OnWhatsApp(api, WhatsAppUser(api))

    @asynccontextmanager
    async def connect() -> AsyncIterator[None]:
        channel = WhatsAppChannel(api.account, house.intake.take, house.service)
        async with sending(house, lanes, channel), serving(Starlette(routes=channel.routes)) as here:
            api.webhook = webhook_at(here)
            yield

    async with running(house, place, lanes, connect) as town:
        yield town
    api.stop()


@asynccontextmanager
async def on_the_web_chat(house: House, lanes: Lanes) -> AsyncIterator[Town]:
    app = Starlette(routes=chat_routes(WebChatPage(house.record, house.intake.take, house.service, house.clock)))
    place = OnTheWebChat(Browser(app))

    @asynccontextmanager
    async def connect() -> AsyncIterator[None]:
        yield
        await lanes.idle()

    async with running(house, place, lanes, connect) as town:
        yield town
    await place.browser.http.aclose()


@asynccontextmanager
async def at_the_terminal(house: House, lanes: Lanes) -> AsyncIterator[Town]:
    lines, shown = Lines(), []

    class Watched(TerminalChannel):
        async def deliver(self, address: str, outgoing: Any) -> str:
            shown.append((outgoing.text, list(outgoing.buttons)))
            return await super().deliver(address, outgoing)

    @asynccontextmanager
    async def connect() -> AsyncIterator[None]:
        console = Console(file=io.StringIO(), force_terminal=False, width=400)
        async with sending(house, lanes, Watched(house.intake.take, source=lines, console=console, quiet=0.3)):
            yield

    async with running(house, AtTheTerminal(lines, shown), lanes, connect) as town:
        yield town
    lines.typed.put(None)


@asynccontextmanager
async def running(house: House, place: Place, lanes: Lanes, connect: Callable[[], Any]) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(connect())
        town = Town(house, place, lanes, stack.pop_all(), connect)
        yield town
        await town.stack.aclose()


PLACES = {"telegram": on_telegram, "whatsapp": on_whatsapp, "webchat": on_the_web_chat, "terminal": at_the_terminal}
