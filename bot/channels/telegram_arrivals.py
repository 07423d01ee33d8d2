"""How updates come from Telegram: told at the start, and looked at again, since whoever else holds the token can change it unseen."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from telegram import Bot, WebhookInfo
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram_sending import asked_to_wait
from bot.channels.telegram_updates import ALLOWED

LOOKED_AT_EVERY = 60.0
"""Seconds between two looks where Telegram is to send updates."""
TOLD_FOR = 3600.0
"""Seconds for which it is told that somebody else had changed it."""
LATELY = timedelta(minutes=5)
"""So long ago a call that failed may be why messages wait."""
_LONGEST_PAUSE = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram is to send updates, and the secret by which its calls are known."""

    url: str
    secret: str


class Arrivals:
    """Sees to it that updates come to this program. `heard` is called whenever Telegram says that they do."""

    def __init__(self, bot: Bot, webhook: Webhook | None, heard: Callable[[], None], *, every: float = LOOKED_AT_EVERY) -> None:
        self._bot, self._webhook, self._heard, self._every = bot, webhook, heard, every
        self._brought_at = datetime.min.replace(tzinfo=UTC)
        self._changed_at: float | None = None
        self._cannot = ""

    def brought(self) -> None:
        """An update has come by the webhook."""
        self._brought_at = datetime.now(UTC)

    def troubles(self) -> Iterator[str]:
        """What is the matter with it, in words for whoever runs the program."""
        if self._cannot:
            yield (
                f"Telegram cannot bring messages here ({self._cannot}): look at the proxy, the certificate and "
                "BREAKWATER_TELEGRAM_WEBHOOK_SECRET. They wait there for a day."
            )
        if self._changed_at is not None and time.monotonic() - self._changed_at < TOLD_FOR:
            yield (
                "In the last hour somebody else had told Telegram to send this bot's messages elsewhere; it was told again where they "
                "belong. Is there another program with this token? If you know of none, ask @BotFather for a new one."
            )

    async def insist(self) -> None:
        """Tell Telegram how updates are to come, until it has heard."""
        pause = 0.0
        while True:
            try:
                await self._tell()
            except TelegramError as error:
                pause = pause_after(error, pause)
                await asyncio.sleep(pause)
            else:
                self._heard()
                return

    async def keep(self) -> None:
        """Look again and again whether Telegram sends updates where they belong. Never ends by itself."""
        while True:
            await asyncio.sleep(self._every)
            try:
                await self._look()
            except TelegramError as error:
                await asyncio.sleep(pause_after(error, 0.0))
            except Exception as error:
                _log.error("looking after the webhook stumbled (%s) and goes on", type(error).__name__)

    async def back_to_polling(self) -> None:
        """Somebody has set a webhook, while which nothing can be fetched. Raises `TelegramError`."""
        self._changed()
        await self._tell()

    async def _look(self) -> None:
        found = await self._bot.get_webhook_info()
        elsewhere = found.url != (self._webhook.url if self._webhook else "")
        self._cannot = "" if elsewhere else self._hindered(found)
        if elsewhere:
            self._changed()
        if elsewhere or self._cannot:
            # A secret that was changed shows in refused calls only, so that it is told again too.
            await self._tell()
        else:
            self._heard()

    def _hindered(self, found: WebhookInfo) -> str:
        """Why what waits does not come through; empty where it does, or has since."""
        failed = found.last_error_date
        if not found.pending_update_count or failed is None:
            return ""
        lately = datetime.now(UTC) - failed < LATELY
        if not lately or failed < self._brought_at.replace(microsecond=0):
            return ""
        return f"{found.last_error_message}; {found.pending_update_count} wait"

    def _changed(self) -> None:
        self._changed_at = time.monotonic()
        _log.error("somebody else changed where Telegram sends this bot's messages; it is told again where they belong")

    async def _tell(self) -> None:
        if self._webhook is None:
            await self._bot.delete_webhook(drop_pending_updates=False)
        else:
            await self._bot.set_webhook(self._webhook.url, secret_token=self._webhook.secret, allowed_updates=ALLOWED)


def is_theft(error: TelegramError) -> bool:
    """Whether this says that a webhook is set, so that nothing can be fetched."""
    return isinstance(error, Conflict) and "webhook" in error.message.lower()


def longer(pause: float) -> float:
    """The next pause, in seconds."""
    return min(_LONGEST_PAUSE, max(0.5, pause * 2))


def pause_after(error: TelegramError, pause: float) -> float:
    """Log what went wrong, without words or token, and return the seconds to wait."""
    if isinstance(error, RetryAfter):
        return asked_to_wait(error)
    if isinstance(error, InvalidToken):
        _log.error("Telegram refuses the bot's token: check BREAKWATER_TELEGRAM_TOKEN")
    elif isinstance(error, Conflict):
        _log.error("another program fetches this bot's updates: stop it, or use another bot")
    else:
        _log.warning("Telegram cannot be reached (%s)", type(error).__name__)
    return longer(pause)
