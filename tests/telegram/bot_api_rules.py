"""The rules of the Bot API that do not depend on its state, and what can go wrong on the way."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request

FaultKind = Literal["429", "403", "500", "garbage", "drop_before", "drop_after", "slow"]


class Refusal(Exception):
    """The Bot API says no: HTTP status, description, parameters."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


class Dropped(Exception):
    """The connection breaks before an answer."""


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of `method`, of one chat or of all."""

    method: str
    kind: FaultKind
    times: int = 1
    chat: int | None = None
    seconds: float = 1


async def goes_wrong(fault: Fault) -> bool:
    if fault.kind == "429":
        raise Refusal(429, f"Too Many Requests: retry after {int(fault.seconds)}", retry_after=int(fault.seconds))
    if fault.kind == "403":
        raise Refusal(403, "Forbidden: user is deactivated")
    if fault.kind == "500":
        raise Refusal(500, "Internal Server Error")
    if fault.kind == "garbage":
        raise ValueError
    if fault.kind == "drop_before":
        raise Dropped
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    return fault.kind == "drop_after"


async def parameters(request: Request) -> dict[str, Any]:
    """What a call was given: query, form or JSON; lists and objects in a form are JSON texts."""
    if "json" in request.headers.get("content-type", ""):
        return dict(await request.json())
    form = dict(request.query_params) | {name: str(value) for name, value in (await request.form()).items()}
    return {name: _opened(value) if name in ("reply_markup", "allowed_updates") else value for name, value in form.items()}


def _opened(value: str) -> Any:
    return json.loads(value)


def chat_id(data: dict[str, Any]) -> int:
    """The chat that a call names; 0 where it names none that can exist."""
    given = str(data.get("chat_id", 0))
    return int(given) if given.lstrip("-").isdigit() else 0


def check_text(text: str) -> None:
    if not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > 4096:
        raise Refusal(400, "Bad Request: message is too long")


def check_markup(markup: Any) -> list[tuple[str, str]]:
    rows = (markup or {}).get("inline_keyboard", [])
    buttons = [(button.get("text", ""), button.get("callback_data", "")) for row in rows for button in row]
    for label, token in buttons:
        if not label.strip():
            raise Refusal(400, "Bad Request: can't parse inline keyboard button: field text must not be empty")
        if not 1 <= len(token.encode()) <= 64:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return buttons


def chat_of(raw: dict[str, Any]) -> int:
    """The chat that an update is about."""
    for part in raw.values():
        if isinstance(part, dict):
            return int((part.get("chat") or part.get("message", {}).get("chat") or {}).get("id", 0))
    return 0
