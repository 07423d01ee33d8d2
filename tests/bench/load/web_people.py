"""Young people with our web chat open: what the page does (`bot/channels/webchat/static`), without a browser around it.

The load generator stands where the reverse proxy stands, and says for each request from which address it comes, so that every limit of
the web chat is on: each session's, each network address's.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from tests.bench.load.pressing import GIVES_UP, Kind, Turn
from tests.bench.load.wire import Wire

LOOK_ANYWAY, AGAIN_AFTER = 60.0, 2.0
"""Seconds, as in `incoming.js` and `stream.js`: a look while all is quiet; the stream after it broke off."""
MENU = "0:do:menu"
AT_ONE_ADDRESS = 20
"""So many people come by one network address, as from a school."""


def leads_on(token: str) -> bool:
    """Whether a button goes on within guidance: it neither asks for a human nor changes how the person is spoken to."""
    return ":go:" in token or ":do:theme_" in token


@dataclass
class WebPerson:
    """Somebody with the page open. `begin` comes first."""

    wire: Wire
    token: str
    number: int
    refused: Counter[int] = field(default_factory=Counter)
    _after: str = "0.0"
    _since: int = 0
    _known: set[str] = field(default_factory=set)
    _buttons: list[str] = field(default_factory=list)
    _again: asyncio.Event = field(default_factory=asyncio.Event)
    _hears: bool = False
    _answer: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def begin(self) -> None:
        """Open the page: see what was said, and hear of what is new."""
        self._headers = {
            "Authorization": f"Bearer {self.token}",
            "X-Forwarded-For": f"192.0.2.{1 + self.number // AT_ONE_ADDRESS % 250}",
        }
        await self._look()
        self._tasks = [asyncio.create_task(self._stream()), asyncio.create_task(self._looking())]

    async def end(self) -> None:
        """Close the page."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def writes(self, text: str, since: float) -> Turn:
        """Free text, until the bot has answered."""
        return await self._waits("free_text", await self._sends("send", since, text=text), since)

    async def presses(self, since: float) -> Turn:
        """One of the buttons that lead on, or else the menu."""
        token = random.choice(self._buttons or [MENU])
        return await self._waits("button", await self._sends("press", since, token=token), since)

    async def sends(self, text: str, since: float) -> tuple[str, float]:
        """Words that nobody answers here; returns the event's id and the seconds until they were stored (-1: they were not)."""
        id = str(uuid.uuid4())
        return id, await self._sends("send", since, id=id, text=text)

    async def _sends(self, what: str, since: float, **body: str) -> float:
        """Send until it is taken: a page that is too fast waits as long as it is told. Seconds until then."""
        self._answer.clear()
        headers = {**self._headers, "Origin": f"http://{self.wire.host}:{self.wire.port}", "X-Breakwater": "chat"}
        body.setdefault("id", str(uuid.uuid4()))
        while time.monotonic() < since + GIVES_UP:
            with suppress(OSError, asyncio.IncompleteReadError):
                answer = await self.wire.ask("POST", f"/chat/{what}", headers, body)
                if answer.status == 202:
                    if not self._hears:
                        self._again.set()
                    return time.monotonic() - since
                self.refused[answer.status] += 1
                await asyncio.sleep(max(0.2, answer.wait))
        return -1.0

    async def _waits(self, kind: Kind, stored: float, since: float) -> Turn:
        with suppress(TimeoutError):
            async with asyncio.timeout(since + GIVES_UP - time.monotonic()):
                await self._answer.wait()
        return Turn(kind, time.monotonic() - since, stored, self._answer.is_set())

    async def _stream(self) -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                async for line in self.wire.lines("/chat/stream", self._headers):
                    if line.startswith((b"event: new", b"event: ready")):
                        self._hears = True
                        self._again.set()
            self._hears = False
            await asyncio.sleep(AGAIN_AFTER)

    async def _looking(self) -> None:
        """Signs that come while it looks make it look once more."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_ANYWAY):
                    await self._again.wait()
            self._again.clear()
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._look()

    async def _look(self) -> None:
        answer = await self.wire.ask("GET", f"/chat/messages?after={self._after}", self._headers)
        if answer.status != 200:
            return
        feed = answer.json()
        self._after = feed["after"]
        fresh = [item for item in feed["items"] if item["id"] not in self._known and item["speaker"] != "you"]
        self._known.update(item["id"] for item in fresh)
        for item in fresh:
            self._buttons = [token for _, token in item["buttons"] if leads_on(token)] or self._buttons
        if fresh:
            self._answer.set()
        if feed["more"]:
            self._again.set()
