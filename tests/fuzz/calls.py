"""Calls as WhatsApp makes them, signed, and as nobody should: shapes of real ones with parts spoilt."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Awaitable, Callable
from copy import deepcopy
from typing import Any

import httpx

from bot.channels.whatsapp import WEBHOOK_PATH
from tests.fuzz.damaging import answered, spoil

_SECRET = "a-secret-of-the-app"
_PHONE = "106540352242922"
ACCOUNT = {
    "whatsapp_token": "a-token",
    "whatsapp_phone_id": _PHONE,
    "whatsapp_app_secret": _SECRET,
    "whatsapp_verify_token": "a-word",
    "whatsapp_base_url": "http://127.0.0.1:9",
}
_OF = {"from": "447700900001", "id": "wamid.1", "timestamp": "1795330800"}
MESSAGES: tuple[dict[str, Any], ...] = (
    {**_OF, "type": "text", "text": {"body": "hi"}},
    {**_OF, "type": "image", "image": {"id": "1", "caption": "look"}},
    {**_OF, "type": "audio", "audio": {"id": "1", "voice": True}},
    {**_OF, "type": "edit", "edit": {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "hi"}}}},
    {**_OF, "type": "revoke", "revoke": {"original_message_id": "wamid.0"}},
    {**_OF, "type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "0:do:carry_on", "title": "x"}}},
    {**_OF, "type": "text", "text": {"body": "yes"}, "context": {"id": "wamid.0"}},
    {**_OF, "type": "unsupported", "errors": [{"code": 131051}]},
)
STATUSES: tuple[dict[str, Any], ...] = (
    {"id": "wamid.2", "status": "delivered", "recipient_id": "447700900001"},
    {"id": "wamid.2", "status": "failed", "errors": [{"code": 131047, "title": "x"}]},
)


def call(dice: random.Random) -> dict[str, Any]:
    """One call, with up to four parts changed."""
    value: dict[str, Any] = {"metadata": {"phone_number_id": _PHONE}, "contacts": [{"wa_id": "447700900001"}]}
    if dice.random() < 0.8:
        value["messages"] = [
            {**deepcopy(dice.choice(MESSAGES)), "id": f"wamid.{dice.randint(3, 2**31)}"} for _ in range(dice.randint(1, 3))
        ]
    else:
        value["statuses"] = [deepcopy(dice.choice(STATUSES))]
    made: dict[str, Any] = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }
    for _ in range(dice.randint(0, 4)):
        spoil(dice, value if dice.random() < 0.8 else made)
    return made


def trying(client: httpx.AsyncClient) -> Callable[[random.Random], Awaitable[None]]:
    """Call the webhook of the whole program, rightly signed. Fails where one is not answered as stored or refused."""

    async def try_one(dice: random.Random) -> None:
        body = json.dumps(call(dice)).encode()
        if dice.random() < 0.05:
            body = body[: dice.randint(0, 200)]
        signed = "sha256=" + hmac.new(_SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": signed, "Content-Type": "application/json"}
        answer = await answered(lambda: client.post(WEBHOOK_PATH, content=body, headers=headers))
        assert answer.status_code in (200, 400, 413), f"{answer.status_code} for {body[:600]!r}"

    return try_one
