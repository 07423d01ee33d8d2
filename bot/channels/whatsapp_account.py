"""The organisation's number at WhatsApp, as the settings have it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Account:
    """Our number at WhatsApp: its id there, the token that speaks for it, the secret that signs calls, and the word of the handshake."""

    phone_id: str
    token: str
    app_secret: str
    verify_token: str
    base_url: str


def account_of(settings: Settings) -> Account | None:
    """The account as it is set; `None` where WhatsApp is off."""
    token, secret, word = settings.whatsapp_token, settings.whatsapp_app_secret, settings.whatsapp_verify_token
    if not (token and settings.whatsapp_phone_id and secret and word):
        return None
    words = (token.get_secret_value(), secret.get_secret_value(), word.get_secret_value())
    return Account(settings.whatsapp_phone_id, *words, settings.whatsapp_base_url)
