"""Asking Telegram whether it took a bubble.

It has no call for that. But what a bot would change into what it says already, it refuses in words of their own, and so it does where a
text is to get a caption; and all private chats of one bot share one series of ids (https://github.com/LonamiWebs/Telethon/issues/1308), so
that a bubble has one of the few ids after the newest that was known when it went out. Where that should not hold, nothing is found, and the
bubble goes out again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import islice

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.channels.pacing import Turns

BEYOND, TRIED = 8, 16
"""So many ids are tried beyond the newest that anybody knows by now, and in all: those of what came and went at the same moment."""
KEPT = 1000
"""So many of the ids that Telegram told last are kept in mind."""
Change = Callable[[int], Awaitable[object]]
"""Changes what stands under this id into the bubble that is asked about."""
_IS_TEXT, _SAYS_SO_ALREADY = "no caption", "not modified"


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
            yield from islice((id for id in range(first + 1, last + 1) if not self.lately(id)), TRIED)

    def lately(self, id: int) -> bool:
        """Whether it told this one, not long ago."""
        return id in self._lately


async def asked(bot: Bot, turns: Turns, address: str, told: Told, after: str, change: Change) -> str | None:
    """Under which id after that one a private chat shows what `change` would make of it. Never raises."""
    try:
        for id in told.others(after):
            await turns.aside(address)
            # Told of meanwhile: then it is another bubble, that went out only now.
            if await _is_there(bot, address, id) and not told.lately(id):
                await turns.aside(address)
                if await _says(change, id):
                    return str(id)
    except TelegramError:
        pass
    return None


async def _is_there(bot: Bot, address: str, id: int) -> bool:
    """Whether the bot has a text under this id. It changes none: an id that is still to come may be another bubble's by the time at which
    Telegram reads the question."""
    try:
        await bot.edit_message_caption(address, id)
    except BadRequest as error:
        return _IS_TEXT in error.message.lower()
    return False


async def _says(change: Change, id: int) -> bool:
    """Whether it says this, from now on at least."""
    try:
        await change(id)
    except BadRequest as error:
        return _SAYS_SO_ALREADY in error.message.lower()
    return True


def _number(id: str) -> int:
    return int(id) if id.isdecimal() else 0
