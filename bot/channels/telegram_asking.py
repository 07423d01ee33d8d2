"""Asking Telegram whether it took a bubble.

It has no call for that. But what a bot would change into what it says already, it refuses in words of their own; and all private chats of
one bot share one series of ids (https://github.com/LonamiWebs/Telethon/issues/1308), so that a bubble has one of the few ids after the
newest that was known when it went out. Where that should not hold, nothing is found, and the bubble goes out again.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import BadRequest, TelegramError

from bot.channels.pacing import Pace

BEYOND, TRIED = 12, 24
"""So many ids are tried beyond the newest that anybody knows by now, and in all: those of what came and went at the same moment."""
KEPT = 1000
"""So many of the ids that Telegram told last are kept in mind."""
EVERY = 1 / 20
"""Seconds between two tries. They are no messages, and stand in no line with them: what was cut off is the oldest that anybody waits for."""
_SAYS_SO_ALREADY = "not modified"


class Told:
    """The ids in private chats that Telegram told us, of bubbles and of what people wrote."""

    def __init__(self) -> None:
        self.newest = 0
        self._lately: deque[int] = deque(maxlen=KEPT)

    def learn(self, ids: Iterable[str]) -> None:
        """Telegram told these, too."""
        for id in map(_number, ids):
            self.newest = max(self.newest, id)
            self._lately.append(id)

    def others(self, after: str) -> Iterator[int]:
        """The first ids after that one of which it told nothing, up to the moment at which each is asked for. None where it is no id."""
        if first := _number(after):
            last = max(first, self.newest) + BEYOND
            yield from islice((id for id in range(first + 1, last + 1) if id not in self._lately), TRIED)


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


def _number(id: str) -> int:
    return int(id) if id.isdecimal() else 0
