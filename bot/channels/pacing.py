"""Keeping to an app's speed limits: in each chat, and among all.

One chat that is slowed down never holds up another, and what may not wait goes ahead of all that may.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field

from bot.channels import TryLater

LONGEST_WAIT = 2.0
"""Seconds that a message waits here for its turn; beyond that it is given back."""

_REMEMBERED = 10_000


@dataclass
class Pace:
    """At most one in `every` seconds, after a burst of `burst` (generic cell rate)."""

    every: float
    burst: int
    _next: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until one more may go."""
        return max(0.0, self._next - (self.burst - 1) * self.every - now)

    def took(self, now: float) -> None:
        self._next = max(self._next, now) + self.every

    def idle(self, now: float) -> bool:
        return self._next <= now


class Line:
    """First come, first served; but before what is urgent stands at most one that is not."""

    def __init__(self) -> None:
        self._front = asyncio.Lock()
        self._can_wait = asyncio.Lock()

    @asynccontextmanager
    async def front(self, *, urgent: bool) -> AsyncIterator[None]:
        """Stand in the line, be at its front for a while, and leave it."""
        async with nullcontext() if urgent else self._can_wait, self._front:
            yield


@dataclass
class Turns:
    """Whose message may leave when. `chat` and `all`: seconds between two, and how many may go in a burst."""

    chat: tuple[float, int]
    all: tuple[float, int]
    _chats: dict[str, Pace] = field(default_factory=dict)
    _held_until: dict[str, float] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _waiting: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    _line: Line = field(default_factory=Line)
    _aside: asyncio.Lock = field(default_factory=asyncio.Lock)
    _none_aside: asyncio.Event = field(default_factory=asyncio.Event)
    _asides: int = 0

    def __post_init__(self) -> None:
        self._all = Pace(*self.all)
        self._none_aside.set()

    async def take(self, address: str, *, urgent: bool = False) -> None:
        """Wait for a message's turn ahead of it: its `wait` is over at once then. Raises `TryLater` where the turn is far off.

        `urgent`: ahead of all that are not.
        """
        await self._come_to(address, urgent)
        self._taken.add(address)

    async def wait(self, address: str) -> None:
        """Wait for this message's turn, in its chat and among all. Raises `TryLater` where that is far off."""
        if address in self._taken:
            self._taken.remove(address)
        else:
            await self._come_to(address, urgent=False)

    async def _come_to(self, address: str, urgent: bool) -> None:
        now = time.monotonic()
        self._forget(now)
        chat = self._chats.setdefault(address, Pace(*self.chat))
        alone = max(self._held_until.get(address, 0.0) - now, chat.wait(now))
        ahead = self._waiting[True] if urgent else sum(self._waiting.values())
        wait = max(alone, self._all.wait(now) + ahead * self._all.every)
        if wait > LONGEST_WAIT:
            raise TryLater(wait)
        chat.took(now)
        await asyncio.sleep(max(0.0, alone))
        await self._leave(urgent)

    def takes_at_once(self, address: str) -> bool:
        """Take a turn for something that must never hold up a message; `False`, and nothing taken, where messages wait."""
        now = time.monotonic()
        if self._held_until.get(address, 0.0) > now or self._all.wait(now) > 0:
            return False
        self._all.took(now)
        return True

    async def aside(self, address: str) -> None:
        """Take a turn for what is no message, and what somebody's messages wait for: ahead of whoever stands in line."""
        await asyncio.sleep(max(0.0, self._held_until.get(address, 0.0) - time.monotonic()))
        self._asides += 1
        self._none_aside.clear()
        try:
            async with self._aside:
                await asyncio.sleep(self._all.wait(time.monotonic()))
                self._all.took(time.monotonic())
        finally:
            self._asides -= 1
            if not self._asides:
                self._none_aside.set()

    def hold(self, address: str, seconds: float) -> None:
        """The app asked to leave this chat alone for so long."""
        self._held_until[address] = time.monotonic() + seconds

    async def _leave(self, urgent: bool) -> None:
        """Leave in the order of arrival, a real distance apart: after a moment in which nothing ran, nobody catches up in one burst."""
        self._waiting[urgent] += 1
        try:
            async with self._line.front(urgent=urgent):
                await self._none_aside.wait()
                await asyncio.sleep(self._all.wait(time.monotonic()))
                self._all.took(time.monotonic())
        finally:
            self._waiting[urgent] -= 1

    def _forget(self, now: float) -> None:
        if len(self._chats) > _REMEMBERED:
            self._chats = {address: pace for address, pace in self._chats.items() if not pace.idle(now)}
            self._held_until = {address: until for address, until in self._held_until.items() if until > now}


class Few:
    """At most so many at once. One that takes longer than `patience` seconds stops counting, so that it holds nobody up."""

    def __init__(self, most: int, patience: float) -> None:
        self._free = asyncio.Semaphore(most)
        self._line = Line()
        self._patience = patience

    @asynccontextmanager
    async def one(self, *, urgent: bool) -> AsyncIterator[Callable[[], None]]:
        """Be one of them. What it gives is called once it counts until its end, however long that takes."""
        async with self._line.front(urgent=urgent):
            await self._free.acquire()
        given_back = False

        def give_back() -> None:
            nonlocal given_back
            if not given_back:
                given_back = True
                self._free.release()

        slow = asyncio.get_running_loop().call_later(self._patience, give_back)
        try:
            yield slow.cancel
        finally:
            slow.cancel()
            give_back()


@dataclass
class Begun:
    """Which parts of a long bubble have gone, so that a retry goes on where it stopped."""

    _gone: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def take(self, bubble: object) -> tuple[str, ...]:
        """The ids of the parts that have gone; they are forgotten here."""
        return self._gone.pop(hash(bubble), ())

    def keep(self, bubble: object, gone: tuple[str, ...]) -> None:
        """Remember them until the next try."""
        if gone:
            self._gone[hash(bubble)] = gone
        if len(self._gone) > _REMEMBERED:
            self._gone.pop(next(iter(self._gone)))
