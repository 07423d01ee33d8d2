"""Asking Telegram about the bot, in seconds: is the token good, and do messages come through?"""

from __future__ import annotations

import asyncio
from datetime import datetime

from telegram import Bot, User, WebhookInfo
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.quiet_logs import tame
from bot.doctor.installation import PATIENCE, Installation
from bot.doctor.verdict import Verdict, attention, broken, ok

BACKLOG = 100
"""More messages than this waiting at Telegram are too many for a program that runs."""


class TokenRefused(Exception):
    """Telegram does not know this token."""


class TelegramAway(Exception):
    """Telegram does not answer; the message says how."""


def bot_name(token: str, base_url: str) -> str:
    """The name of the bot that this token belongs to, such as `@harbour_bot`. Raises `TokenRefused` or `TelegramAway`."""
    return f"@{asyncio.run(_ask(token, base_url))[0].username}"


def check_telegram(one: Installation) -> Verdict:
    """Whether the token is good, and updates come to us."""
    if one.settings.telegram_token is None:
        return ok("Telegram is off: young people come by the web chat.")
    try:
        who, hook = asyncio.run(_ask(one.settings.telegram_token.get_secret_value(), one.settings.telegram_base_url))
    except TokenRefused:
        return broken("Telegram refuses the bot's token.", "Ask @BotFather for the token and set BREAKWATER_TELEGRAM_TOKEN.")
    except TelegramAway as error:
        return broken(f"Telegram does not answer ({error}).", "Look at the network, the firewall, and BREAKWATER_TELEGRAM_BASE_URL.")
    return _updates(one, f"@{who.username}", hook)


def _updates(one: Installation, name: str, hook: WebhookInfo) -> Verdict:
    wanted = one.settings.telegram_webhook_url or ""
    if hook.url != wanted:
        kind = "to another address than BREAKWATER_TELEGRAM_WEBHOOK_URL" if wanted else "to a webhook, and this program asks for them"
        return attention(
            f"{name} answers, but Telegram sends its messages {kind}.",
            "A program that runs tells Telegram within minutes where it is. If this comes again, another program has this token: "
            "stop it, or ask @BotFather for a new one.",
        )
    if hook.last_error_date and _lately(hook.last_error_date, one.now):
        return attention(
            f"{name} answers, but Telegram could not bring messages: {hook.last_error_message}.", "Look at proxy and certificate."
        )
    if hook.pending_update_count > BACKLOG:
        return attention(
            f"{hook.pending_update_count} messages wait at Telegram for {name}.", "See that the program runs, and only once for this bot."
        )
    return ok(f"{name} answers, by {'webhook' if wanted else 'polling'}; {hook.pending_update_count} messages wait at Telegram.")


def _lately(at: datetime, now: datetime) -> bool:
    return (now - at).total_seconds() < 3600


async def _ask(token: str, base_url: str) -> tuple[User, WebhookInfo]:
    tame(token, "telegram")
    request = HTTPXRequest(connect_timeout=PATIENCE, read_timeout=PATIENCE, write_timeout=PATIENCE, pool_timeout=PATIENCE)
    try:
        bot = Bot(token, base_url=base_url, request=request)
        return await bot.get_me(), await bot.get_webhook_info()
    except InvalidToken:
        raise TokenRefused from None
    except TelegramError as error:
        raise TelegramAway(type(error).__name__) from None
    finally:
        await request.shutdown()
