"""Sending to Telegram: long texts in parts, the app's speed limits, and what its refusals mean."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels import Outgoing, TryLater, Undeliverable

LONGEST = 4096
"""UTF-16 units in one message."""

CHAT_BURST, CHAT_EVERY = 8, 1.0
ALL_BURST, ALL_EVERY = 3, 1 / 25
LONGEST_WAIT = 2.0
"""Seconds that a message waits here for its turn; beyond that it is given back."""

_REMEMBERED = 10_000
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_ENDS = (r"\n\s*\n", r"\n", r"(?<=[.!?…])[\"'”’)]*\s", r"\s")


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int = LONGEST) -> list[str]:
    """Cut a text into parts of at most `limit` UTF-16 units: at a paragraph, a line, a sentence or a word, in this order."""
    parts = []
    rest = text.strip()
    while units(rest) > limit:
        head = _fitting(rest, limit)
        cut = _cut(head)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _fitting(text: str, limit: int) -> str:
    return text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def _cut(head: str) -> int:
    for end in _ENDS:
        places = [found.end() for found in re.finditer(end, head)]
        if places and places[-1] > len(head) // 2:
            return places[-1]
    return len(head)


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


@dataclass
class Sender:
    """Sends bubbles through one bot.

    One chat that Telegram slows down never holds up another: only that chat's messages wait.
    """

    bot: Bot
    _all: Pace = field(default_factory=lambda: Pace(ALL_EVERY, ALL_BURST))
    _chats: dict[str, Pace] = field(default_factory=dict)
    _held_until: dict[str, float] = field(default_factory=dict)
    _waiting: int = 0
    _queue: asyncio.Lock = field(default_factory=asyncio.Lock)
    _begun: dict[int, tuple[str, ...]] = field(default_factory=dict)

    async def send(self, address: str, outgoing: Outgoing) -> str:
        """Send one bubble, in parts if it is long; returns their ids with commas between. Raises `Undeliverable` or `TryLater`.

        Which parts have gone is remembered, so that a retry goes on where it stopped.
        """
        parts, key = split(outgoing.text), hash((address, outgoing))
        if not parts:
            raise Undeliverable("empty")
        gone = self._begun.pop(key, ())
        for part in parts[len(gone) :]:
            last = len(gone) == len(parts) - 1
            try:
                gone = (*gone, await self._part(address, part, outgoing.buttons if last else (), outgoing.protected))
            except TryLater:
                self._remember(key, gone)
                raise
        return ",".join(gone)

    async def typing(self, address: str) -> None:
        """Show that somebody is writing, unless messages wait for their turn: a sign never holds up a message. Never raises."""
        now = time.monotonic()
        if self._held_until.get(address, 0.0) > now or self._all.wait(now) > 0:
            return
        self._all.took(now)
        try:
            await self.bot.send_chat_action(address, ChatAction.TYPING)
        except RetryAfter as error:
            self._held_until[address] = now + asked_to_wait(error)
        except TelegramError:
            return

    async def delete(self, address: str, ids: str) -> None:
        """Delete a bubble by what `send` returned. One that is gone already counts. Raises `Undeliverable` or `TryLater`."""
        for id in ids.split(","):
            try:
                await self.bot.delete_message(address, int(id))
            except BadRequest as error:
                if "not found" not in error.message.lower():
                    raise Undeliverable("refused") from None
            except TelegramError as error:
                raise meaning(error) from None

    async def _part(self, address: str, text: str, buttons: tuple[tuple[str, str], ...], protected: bool) -> str:
        await self._turn(address)
        try:
            return await self._post(address, text, buttons, protected)
        except BadRequest as error:
            if buttons and _about_buttons(error):
                # Words without their buttons are better than no words.
                return await self._part(address, text, (), protected)
            raise Undeliverable("refused") from None
        except RetryAfter as error:
            seconds = asked_to_wait(error)
            self._held_until[address] = time.monotonic() + seconds
            raise TryLater(seconds) from None
        except TelegramError as error:
            raise meaning(error) from None

    async def _post(self, address: str, text: str, buttons: tuple[tuple[str, str], ...], protected: bool) -> str:
        rows = [[InlineKeyboardButton(label, callback_data=token)] for label, token in buttons]
        sent = await self.bot.send_message(
            address,
            text,
            reply_markup=InlineKeyboardMarkup(rows) if rows else None,
            link_preview_options=_NO_PREVIEW,
            protect_content=protected or None,
        )
        return str(sent.message_id)

    async def _turn(self, address: str) -> None:
        """Wait for this message's turn, in its chat and among all. Raises `TryLater` where that is far off."""
        now = time.monotonic()
        self._forget(now)
        chat = self._chats.setdefault(address, Pace(CHAT_EVERY, CHAT_BURST))
        alone = max(self._held_until.get(address, 0.0) - now, chat.wait(now))
        wait = max(alone, self._all.wait(now) + self._waiting * ALL_EVERY)
        if wait > LONGEST_WAIT:
            raise TryLater(wait)
        chat.took(now)
        await asyncio.sleep(max(0.0, alone))
        await self._leave()

    async def _leave(self) -> None:
        """Leave in the order of arrival, a real distance apart: after a moment in which nothing ran, nobody catches up in one burst."""
        self._waiting += 1
        try:
            async with self._queue:
                await asyncio.sleep(self._all.wait(time.monotonic()))
                self._all.took(time.monotonic())
        finally:
            self._waiting -= 1

    def _remember(self, key: int, gone: tuple[str, ...]) -> None:
        if gone:
            self._begun[key] = gone
        if len(self._begun) > _REMEMBERED:
            self._begun.pop(next(iter(self._begun)))

    def _forget(self, now: float) -> None:
        if len(self._chats) > _REMEMBERED:
            self._chats = {address: pace for address, pace in self._chats.items() if not pace.idle(now)}
            self._held_until = {address: until for address, until in self._held_until.items() if until > now}


def meaning(error: TelegramError) -> Undeliverable | TryLater:
    """What an error of the Bot API means for one message."""
    if isinstance(error, Forbidden | ChatMigrated):
        return Undeliverable("gone")
    if isinstance(error, BadRequest):
        return Undeliverable("refused")
    if isinstance(error, RetryAfter):
        return TryLater(asked_to_wait(error))
    return TryLater(60 if isinstance(error, InvalidToken) else 5)


def _about_buttons(error: BadRequest) -> bool:
    return any(word in error.message.lower() for word in ("button", "keyboard", "markup"))


def asked_to_wait(error: RetryAfter) -> float:
    """The seconds that Telegram asks to wait."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
