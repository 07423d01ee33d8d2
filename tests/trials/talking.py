"""Young people who play the written conversations, on Telegram and in the web chat, with a marker in everything they type."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from typing import Any, Protocol

import httpx
import yaml

from bot.rehearsal.conversation import FOLDER
from tests.telegram.users import User
from tests.trials.markers import Markers

ANSWERED_WITHIN, QUIET_FOR = 5.0, 0.6
"""Seconds."""


def conversations() -> list[dict[str, Any]]:
    """Every written conversation."""
    files = sorted(FOLDER.glob("*.yml"))
    return [one for path in files for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one and "steps" in one]


class Phone(Protocol):
    """How one young person sees and does things in an app."""

    async def heard(self) -> int:
        """How many lines were said to them so far."""

    async def tells(self, text: str) -> None: ...

    async def presses(self, label: str) -> None:
        """Press the newest button of that name, if there is one."""


class Talker:
    """Plays one conversation as far as it goes: steps of staff and of time are left out."""

    def __init__(self, phone: Phone, markers: Markers, where: str) -> None:
        self.phone, self.markers, self.where = phone, markers, where
        self._typed: dict[str, str] = {}

    async def plays(self, steps: list[dict[str, Any]]) -> None:
        for step in steps:
            before = await self.phone.heard()
            for text in _words_of(step):
                await self.phone.tells(self.marked(text))
            if label := step.get("taps") or step.get("taps_again"):
                await self.phone.presses(label)
            await self._answer(before)

    def marked(self, text: str) -> str:
        """The words with a marker, the same one for the same words. A single word stays as it is, or nobody would get past a menu."""
        if len(text.split()) < 2:
            return text
        if text.casefold() not in self._typed:
            self._typed[text.casefold()] = f"{text} {self.markers.new(self.where)}"
        return self._typed[text.casefold()]

    async def _answer(self, before: int) -> None:
        end, known, still = time.monotonic() + ANSWERED_WITHIN, before, 0.0
        while time.monotonic() < end and (known == before or still < QUIET_FOR):
            await asyncio.sleep(0.2)
            now = await self.phone.heard()
            still, known = (still + 0.2 if now == known else 0.0), now


def _words_of(step: dict[str, Any]) -> list[str]:
    return [str(text) for text in (step.get("says"), step.get("edits"), *step.get("says_at_once", ())) if text]


class TelegramPhone:
    """Telegram, by the Bot API server of the tests. The account's names are markers too."""

    def __init__(self, user: User) -> None:
        self.user = user

    async def heard(self) -> int:
        return len(self.user.bubbles)

    async def tells(self, text: str) -> None:
        self.user.says(text)

    async def presses(self, label: str) -> None:
        tokens = [token for sent in self.user.bubbles for shown, token in sent.buttons if shown == label]
        if tokens:
            self.user.taps_token(tokens[-1])

    def sends_things(self, new: Callable[[], str]) -> None:
        """Everything that is no plain message and can carry words."""
        user = self.user
        user.sends_photo(f"look at this {new()}")
        user.sends(document={"file_id": "1", "file_unique_id": "1", "file_name": f"{new()}.pdf"}, caption=f"my file {new()}")
        user.sends(contact={"phone_number": f"+44 {new()}", "first_name": new()})
        user.sends(venue={"location": {"latitude": 50.1, "longitude": -5.1}, "title": new(), "address": new()})
        user.sends(text=f"he wrote {new()}", forward_origin={"type": "hidden_user", "date": 1, "sender_user_name": new()})
        user.sends(text=f"about that {new()}", quote={"text": new(), "position": 0})
        user.edits(user.says(f"i mean {new()}"), text=f"no, i mean {new()}")
        user.says(f"/{new()} is a command")
        user.api.happens(message={"chat": user.chat, "text": new(), "from": {"id": "no number", "first_name": new()}})
        user.taps_token(new())


class WebPhone:
    """The web chat of the running program, over HTTP."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self.url, self.client, self.token = url, client, ""

    async def opens(self) -> None:
        answer = await self._post("open", resume=False, ask=False)
        self.token = answer.json().get("session", "")

    async def heard(self) -> int:
        return len(await self._items())

    async def tells(self, text: str) -> None:
        await self._post("send", text=text)

    async def presses(self, label: str) -> None:
        buttons = [button for item in await self._items() for button in item.get("buttons", ()) if label in button]
        if buttons:
            await self._post("press", token=buttons[-1][1])

    async def _items(self) -> list[dict[str, Any]]:
        answer = await self.client.get(f"{self.url}/chat/messages", params={"after": "0.0"}, headers=self._headers())
        return list(answer.json().get("items", ())) if answer.status_code == 200 else []

    async def _post(self, what: str, **body: object) -> httpx.Response:
        headers = {**self._headers(), "Origin": self.url, "X-Breakwater": "chat"}
        return await self.client.post(f"{self.url}/chat/{what}", json={"id": str(uuid.uuid4()), **body}, headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}
