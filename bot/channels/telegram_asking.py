"""Asking Telegram whether it took a bubble.

It has no call for that. But what a bot would change into what it says already, it refuses in words of their own; and all private chats of
one bot share one series of ids (https://github.com/LonamiWebs/Telethon/issues/1308), so that a bubble has one of the few ids after the
newest that was known when it went out. Where that should not hold, nothing is found, and the bubble goes out again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import BadRequest, TelegramError

from bot.channels.pacing import Pace

BEYOND, TRIED = 12, 24
"""So many ids are tried beyond the newest that anybody knows by now, and in all: those of what came and went at the same moment."""
EVERY = 1 / 20
"""Seconds between two tries. They are no messages, and stand in no line with them: what was cut off is the oldest that anybody waits for."""
_SAYS_SO_ALREADY = "not modified"


class Newest:
    """The newest id in private chats that Telegram told us."""

    def __init__(self) -> None:
        self.id = 0

    def learn(self, ids: Iterable[str]) -> None:
        """Telegram told these, too."""
        self.id = max(self.id, *map(_number, ids), 0)


async def asked(
    bot: Bot, pace: Pace, address: str, text: str, markup: InlineKeyboardMarkup | None, preview: LinkPreviewOptions, ids: Iterable[int]
) -> str | None:
    """Under which of these ids a private chat shows this text with these buttons. Never raises."""
    for id in ids:
        now = time.monotonic()
        wait = pace.wait(now)
        pace.took(now)
        await asyncio.sleep(wait)
        try:
            await bot.edit_message_text(text, address, id, reply_markup=markup, link_preview_options=preview)
        except BadRequest as error:
            if _SAYS_SO_ALREADY in error.message.lower():
                return str(id)
        except TelegramError:
            return None
        else:
            return str(id)
    return None


def nobodys(after: str, known: Collection[str]) -> Iterator[int]:
    """The first ids after that one which nobody knows. None where it is no id."""
    if first := _number(after):
        last = max((first, *map(_number, known))) + BEYOND
        yield from islice((id for id in range(first + 1, last + 1) if str(id) not in known), TRIED)


def _number(id: str) -> int:
    return int(id) if id.isdecimal() else 0
