"""A Bot API server for tests, on loopback: it keeps to Telegram's rules, and breaks down when it is told to.

It runs in a thread of its own, so that tests talk to it over real HTTP. What people do in the app is in `users.py`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import threading
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.telegram.bot_api_rules import (
    Dropped,
    Fault,
    FaultKind,
    Refusal,
    chat_id,
    chat_of,
    check_markup,
    check_text,
    goes_wrong,
    parameters,
)

TOKEN = "4242:test-token-of-nobody"
BOT = {"id": 4242, "is_bot": True, "first_name": "Breakwater", "username": "breakwater_test_bot"}


@dataclass
class Sent:
    """A message of the bot, as the app shows it."""

    chat: int
    id: int
    text: str
    buttons: list[tuple[str, str]]
    data: dict[str, Any]
    deleted: bool = False
    at: float = field(default_factory=time.time)


@dataclass
class BotApi:
    """The state of one bot on the server."""

    token: str = TOKEN
    updates: list[dict[str, Any]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    typing: list[tuple[int, str]] = field(default_factory=list)
    queries: set[str] = field(default_factory=set)
    known: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    webhook: dict[str, str] = field(default_factory=dict)
    webhook_answers: list[int] = field(default_factory=list)
    last_error: dict[str, Any] = field(default_factory=dict)
    files_asked_for: int = 0
    flood_limits: bool = True
    url: str = ""

    def __post_init__(self) -> None:
        self.ids = itertools.count(1000)
        self.update_ids = itertools.count(700_000)
        self._polls = 0
        self._allowed: list[str] = []
        self._times: dict[int, deque[float]] = defaultdict(deque)
        self._posting: asyncio.Task[None] | None = None
        self._server: uvicorn.Server | None = None

    @property
    def base_url(self) -> str:
        """As python-telegram-bot's `base_url`."""
        return f"{self.url}/bot"

    def start(self) -> BotApi:
        both = ["GET", "POST"]
        routes = [Route("/bot{token}/{method}", self._serve, methods=both), Route("/file/{rest:path}", self._file, methods=both)]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="critical", access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        return self

    def stop(self) -> None:
        assert self._server
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(5)

    def fail(self, method: str, kind: FaultKind, times: int = 1, chat: int | None = None, seconds: float = 1) -> None:
        """Let the next calls of `method` go wrong."""
        self.faults.append(Fault(method, kind, times, chat, seconds))

    def happens(self, **update: Any) -> int:
        """Something happens in the app: it becomes an update for the bot."""
        raw = {"update_id": next(self.update_ids), **update}
        self.updates.append(raw)
        return int(raw["update_id"])

    def to(self, chat: int) -> list[Sent]:
        """What the bot has said in a chat, in order, without what it has deleted."""
        return [message for message in self.sent if message.chat == chat and not message.deleted]

    # --- over HTTP ---------------------------------------------------------------------------------------------

    async def _serve(self, request: Request) -> Response:
        method = request.path_params["method"]
        self.calls[method] += 1
        try:
            if request.path_params["token"] != self.token:
                raise Refusal(401, "Unauthorized")
            data = await parameters(request)
            after = await self._break(method, data)
            action = _METHODS.get(method.lower())
            if action is None:
                raise Refusal(404, "Not Found")
            result = await action(self, data)
            if after:
                raise Dropped
            # Telegram escapes everything beyond ASCII, halves of surrogate pairs included.
            return Response(json.dumps({"ok": True, "result": result}), media_type="application/json")
        except Refusal as no:
            answer: dict[str, Any] = {"ok": False, "error_code": no.status, "description": no.description}
            return JSONResponse(answer | ({"parameters": no.parameters} if no.parameters else {}), no.status)
        except Dropped:
            # Fewer bytes than announced: the server has to close the connection.
            return Response(b"", headers={"content-length": "100"})
        except ValueError:
            return Response(b'{"ok": tru', media_type="application/json")

    async def _file(self, request: Request) -> Response:
        self.files_asked_for += 1
        return Response(b"bytes nobody should have asked for")

    async def _break(self, method: str, data: dict[str, Any]) -> bool:
        """Let the call go wrong if that was asked for; returns whether the connection is to break after the work is done."""
        for fault in self.faults:
            if fault.times and fault.method.lower() == method.lower() and fault.chat in (None, chat_id(data)):
                fault.times -= 1
                return await goes_wrong(fault)
        return False

    # --- methods -----------------------------------------------------------------------------------------------

    async def get_me(self, data: dict[str, Any]) -> Any:
        return BOT

    async def get_updates(self, data: dict[str, Any]) -> Any:
        if self.webhook:
            raise Refusal(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        self._polls += 1
        mine, until = self._polls, time.monotonic() + float(data.get("timeout", 0))
        offset, limit = int(data.get("offset", 0)), int(data.get("limit", 100))
        self._allowed = data.get("allowed_updates", self._allowed)
        if offset:
            self.updates[:] = [raw for raw in self.updates if raw["update_id"] >= offset]
        while True:
            if mine != self._polls:
                raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
            if found := [raw for raw in self.updates if raw["update_id"] >= offset and self._wanted(raw)][:limit]:
                return found
            if time.monotonic() >= until:
                return []
            await asyncio.sleep(0.005)

    def _wanted(self, raw: dict[str, Any]) -> bool:
        return not self._allowed or any(kind in raw for kind in self._allowed)

    async def send_message(self, data: dict[str, Any]) -> Any:
        chat, text = self._chat(data), str(data.get("text", ""))
        check_text(text)
        buttons = check_markup(data.get("reply_markup"))
        self._check_flood(chat)
        message = Sent(chat, next(self.ids), text, buttons, data)
        self.sent.append(message)
        return _shown(message)

    async def send_chat_action(self, data: dict[str, Any]) -> Any:
        self.typing.append((self._chat(data), str(data.get("action", ""))))
        return True

    async def edit_message_caption(self, data: dict[str, Any]) -> Any:
        self._check_flood(self._chat(data))
        self._own(data, "edit")
        raise Refusal(400, "Bad Request: there is no caption in the message to edit")

    async def edit_message_text(self, data: dict[str, Any]) -> Any:
        self._check_flood(self._chat(data))
        message = self._own(data, "edit")
        text = str(data.get("text", ""))
        check_text(text)
        buttons = check_markup(data.get("reply_markup"))
        if (text, buttons) == (message.text, message.buttons):
            said = (
                "specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
            )
            raise Refusal(400, f"Bad Request: message is not modified: {said}")
        message.text, message.buttons = text, buttons
        return _shown(message)

    async def delete_message(self, data: dict[str, Any]) -> Any:
        self._own(data, "delete").deleted = True
        return True

    async def answer_callback_query(self, data: dict[str, Any]) -> Any:
        if data.get("callback_query_id") not in self.queries:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.answered.append(data["callback_query_id"])
        return True

    async def leave_chat(self, data: dict[str, Any]) -> Any:
        self.left.add(self._chat(data))
        return True

    async def get_file(self, data: dict[str, Any]) -> Any:
        self.files_asked_for += 1
        raise Refusal(400, "Bad Request: invalid file_id")

    async def set_webhook(self, data: dict[str, Any]) -> Any:
        secret = str(data.get("secret_token", ""))
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = {"url": data["url"], "secret": secret}
        if self._posting is not None:
            self._posting.cancel()
        self._posting = asyncio.create_task(self._post_updates())
        return True

    async def delete_webhook(self, data: dict[str, Any]) -> Any:
        self.webhook = {}
        return True

    async def get_webhook_info(self, data: dict[str, Any]) -> Any:
        waiting = {"url": self.webhook.get("url", ""), "has_custom_certificate": False, "pending_update_count": len(self.updates)}
        return waiting | self.last_error

    def _chat(self, data: dict[str, Any]) -> int:
        chat: int = chat_id(data)
        if chat not in self.known:
            raise Refusal(400, "Bad Request: chat not found")
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat in self.left:
            raise Refusal(403, "Forbidden: bot is not a member of the channel chat")
        return chat

    def _own(self, data: dict[str, Any], verb: str) -> Sent:
        chat, id = self._chat(data), int(data.get("message_id", 0))
        found = next((message for message in self.to(chat) if message.id == id), None)
        if found is None:
            raise Refusal(400, f"Bad Request: message to {verb} not found")
        return found

    def _check_flood(self, chat: int) -> None:
        """Thirty messages a second in all; twenty in ten seconds in one chat."""
        now = time.monotonic()
        for key, most, span in ((0, 30, 1.0), (chat, 20, 10.0)):
            times = self._times[key]
            while times and times[0] < now - span:
                times.popleft()
            if self.flood_limits and len(times) >= most:
                raise Refusal(429, "Too Many Requests: retry after 1", retry_after=1)
            times.append(now)

    async def _post_updates(self) -> None:
        """Send updates to the webhook: one at a time for each chat, again until it says 200."""
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            while self.webhook:
                for raw in self._first_of_each_chat():
                    headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret"]}
                    answer = await client.post(self.webhook["url"], json=raw, headers=headers)
                    self.webhook_answers.append(answer.status_code)
                    if answer.is_success:
                        self.updates.remove(raw)
                await asyncio.sleep(0.02)

    def _first_of_each_chat(self) -> list[dict[str, Any]]:
        first: dict[int, dict[str, Any]] = {}
        for raw in self.updates:
            first.setdefault(chat_of(raw), raw)
        return list(first.values())


def _shown(message: Sent) -> dict[str, Any]:
    chat = {"id": message.chat, "type": "private" if message.chat > 0 else "group"}
    return {"message_id": message.id, "date": int(time.time()), "chat": chat, "from": BOT, "text": message.text}


_OFFERED = "get_me get_updates send_message send_chat_action edit_message_text delete_message answer_callback_query leave_chat get_file"
_OFFERED += " edit_message_caption set_webhook delete_webhook get_webhook_info"
_METHODS = {name.replace("_", ""): getattr(BotApi, name) for name in _OFFERED.split()}
