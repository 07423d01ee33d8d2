"""The rules of the Cloud API that do not depend on its state, and how it says no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

FaultKind = Literal["429", "too_fast", "500", "190", "garbage", "drop_before", "drop_after"]


class Refusal(Exception):
    """The Cloud API says no: HTTP status, code, words."""

    def __init__(self, status: int, code: int, words: str = "no") -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words

    @property
    def body(self) -> dict[str, Any]:
        error = {"message": f"(#{self.code}) {self.words}", "type": "OAuthException", "code": self.code, "fbtrace_id": "A1"}
        return {"error": error | {"error_data": {"messaging_product": "whatsapp", "details": self.words}}}


class Dropped(Exception):
    """The connection breaks before an answer."""


@dataclass
class Fault:
    """What goes wrong with the next `times` messages, to one number or to all."""

    kind: FaultKind
    times: int = 1
    to: str | None = None


def goes_wrong(fault: Fault) -> bool:
    """Let a call go wrong; returns whether the connection is to break after the work is done."""
    if fault.kind == "429":
        raise Refusal(429, 130429, "Rate limit hit")
    if fault.kind == "too_fast":
        raise Refusal(400, 131056, "(Business Account, Consumer Account) pair rate limit hit")
    if fault.kind == "500":
        raise Refusal(500, 131000, "Something went wrong")
    if fault.kind == "190":
        raise Refusal(401, 190, "Error validating access token: Session has expired")
    if fault.kind == "garbage":
        raise ValueError
    if fault.kind == "drop_before":
        raise Dropped
    return True


def check(data: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """The words of a message and its buttons as (label, token). Raises `Refusal` for what WhatsApp does not take."""
    if data.get("messaging_product") != "whatsapp":
        raise Refusal(400, 100, "The parameter messaging_product is required")
    kind = data.get("type")
    if kind == "text":
        return _bounded(data["text"]["body"], 4096, "body"), []
    if kind != "interactive":
        raise Refusal(400, 100, f"Unexpected type {kind}")
    part = data["interactive"]
    if part["type"] == "button":
        return _bounded(part["body"]["text"], 1024, "body"), _replies(part["action"]["buttons"])
    return _bounded(part["body"]["text"], 4096, "body"), _rows(part["action"])


def _replies(buttons: list[dict[str, Any]]) -> list[tuple[str, str]]:
    pairs = [(_bounded(one["reply"]["title"], 20, "title"), _bounded(one["reply"]["id"], 256, "id")) for one in buttons]
    if not 1 <= len(pairs) <= 3:
        raise Refusal(400, 131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    if len({title for title, _ in pairs}) < len(pairs) or len({id for _, id in pairs}) < len(pairs):
        raise Refusal(400, 131009, "Duplicated title or id")
    return pairs


def _rows(action: dict[str, Any]) -> list[tuple[str, str]]:
    _bounded(action["button"], 20, "button")
    rows = [row for section in action["sections"] for row in section["rows"] if _bounded(section["title"], 24, "section")]
    if not 1 <= len(rows) <= 10 or len({row["id"] for row in rows}) < len(rows):
        raise Refusal(400, 131009, "Invalid rows: at most 10, each with an id of its own")
    for row in rows:
        _bounded(row["title"], 24, "row")
        _bounded(row.get("description", "-"), 72, "description")
    return [(row.get("description") or row["title"], _bounded(row["id"], 200, "id")) for row in rows]


def _bounded(text: str, most: int, what: str) -> str:
    if not text.strip() or len(text) > most:
        raise Refusal(400, 131009, f"{what}: 1 to {most} characters")
    return text
