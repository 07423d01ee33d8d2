"""Updates as Telegram sends them, and as nobody should: shapes of real ones with parts left out, doubled, and of the wrong kind."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable
from copy import deepcopy
from typing import Any

import httpx

from bot.channels.telegram import WEBHOOK_PATH
from tests.fuzz.damaging import answered, spoil
from tests.operations.conftest import WEBHOOK_SECRET

_CHAT = {"id": 5, "type": "private", "first_name": "M"}
_FROM = {"id": 5, "is_bot": False, "first_name": "M", "language_code": "en"}
_MESSAGE = {"message_id": 1, "date": 1, "chat": _CHAT, "from": _FROM, "text": "hi"}
_FILE = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "duration": 1, "file_size": 1}
SHAPES: tuple[dict[str, Any], ...] = (
    {"message": _MESSAGE},
    {"edited_message": {**_MESSAGE, "edit_date": 2}},
    {"message": {**_MESSAGE, "text": "/start abc", "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}},
    {"message": {**_MESSAGE, "photo": [_FILE], "caption": "look"}},
    {"message": {**_MESSAGE, "voice": _FILE}},
    {"message": {**_MESSAGE, "location": {"latitude": 50.1, "longitude": -5.1}}},
    {"message": {**_MESSAGE, "contact": {"phone_number": "1", "first_name": "x"}}},
    {"message": {**_MESSAGE, "reply_to_message": _MESSAGE}},
    {"callback_query": {"id": "9", "from": _FROM, "chat_instance": "c", "data": "0:do:carry_on", "message": _MESSAGE}},
    {"my_chat_member": {"chat": _CHAT, "from": _FROM, "date": 1, "old_chat_member": {"status": "member", "user": _FROM}}},
    {"message": {**_MESSAGE, "chat": {"id": -7, "type": "group", "title": "g"}}},
)


def update(dice: random.Random) -> dict[str, Any]:
    """One update, with up to four parts changed."""
    made: dict[str, Any] = {"update_id": dice.randint(1, 2**31), **deepcopy(dice.choice(SHAPES))}
    for _ in range(dice.randint(0, 4)):
        spoil(dice, made)
    return made


def trying(client: httpx.AsyncClient) -> Callable[[random.Random], Awaitable[None]]:
    """Send updates to the webhook of the whole program. Fails where one is not answered as stored or refused."""

    async def try_one(dice: random.Random) -> None:
        sent = update(dice)
        body = json.dumps(sent).encode() if dice.random() < 0.95 else json.dumps(sent).encode()[: dice.randint(0, 200)]
        headers = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET, "Content-Type": "application/json"}
        answer = await answered(lambda: client.post(WEBHOOK_PATH, content=body, headers=headers))
        assert answer.status_code in (200, 400, 413), f"{answer.status_code} for {json.dumps(sent)[:400]}"

    return try_one
