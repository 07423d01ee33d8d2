"""Asking WhatsApp about our number, in seconds: is the token good, is the number ours, and do calls come through?"""

from __future__ import annotations

import asyncio

import httpx
from pywa_async.errors import WhatsAppError

from bot.channels.whatsapp import WEBHOOK_PATH, client
from bot.channels.whatsapp_account import Account, account_of
from bot.channels.whatsapp_sending import TOKEN_REFUSED
from bot.doctor.installation import PATIENCE, Installation
from bot.doctor.verdict import Verdict, attention, broken, ok

CHALLENGE = "breakwater"


def check_whatsapp(one: Installation) -> Verdict:
    """Whether the token is good for the number, and its messages come to us."""
    account = account_of(one.settings)
    if account is None:
        return ok("WhatsApp is off: young people come by the web chat.")
    try:
        number, told_to_call = asyncio.run(_ask(account))
    except WhatsAppError as error:
        return _refused(error.code)
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return broken(
            f"WhatsApp does not answer ({type(error).__name__}).", "Look at the network, the firewall, and BREAKWATER_WHATSAPP_BASE_URL."
        )
    wanted = f"{(one.settings.public_url or '').rstrip('/')}{WEBHOOK_PATH}"
    if told_to_call != wanted:
        return attention(
            f"{number} answers, but WhatsApp calls {'another address' if told_to_call else 'nobody'} with its messages.",
            f"At Meta, under Webhooks, set {wanted} with the word of BREAKWATER_WHATSAPP_VERIFY_TOKEN, and subscribe to messages.",
        )
    if not _shakes_hands(wanted, account.verify_token):
        return attention(
            f"{number} answers, but {wanted} was not reached from here.", "See that the program runs, and look at the reverse proxy."
        )
    return ok(f"{number} answers, and its messages come here.")


def _refused(code: int) -> Verdict:
    if code in TOKEN_REFUSED:
        return broken(
            f"WhatsApp refuses the token ({code}): it has expired, or may not use this number.",
            "Make a permanent token for a system user at Meta, and set BREAKWATER_WHATSAPP_TOKEN.",
        )
    return broken(
        f"WhatsApp knows no such number ({code}).", "Set BREAKWATER_WHATSAPP_PHONE_ID to the id that Meta shows beside the number."
    )


async def _ask(account: Account) -> tuple[str, str]:
    """The number, and where WhatsApp calls with its messages."""
    whatsapp, session = client(account, PATIENCE)
    try:
        found = await whatsapp.get_business_phone_number()
    finally:
        await session.aclose()
    hooks = found.webhook_configuration or {}
    calls = next((hooks[level] for level in ("phone_number", "whatsapp_business_account", "application") if hooks.get(level)), "")
    return found.display_phone_number or "The number", calls


def _shakes_hands(webhook: str, word: str) -> bool:
    asked = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": CHALLENGE}
    try:
        return httpx.get(webhook, params=asked, timeout=PATIENCE).text == CHALLENGE
    except httpx.HTTPError:
        return False
