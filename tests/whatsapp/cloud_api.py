"""A Cloud API server for tests, on loopback: it keeps to WhatsApp's rules, and breaks down when it is told to.

It runs in a thread of its own, calls the webhook over real HTTP, signed, and calls again until it hears 200. What people do in the app
is in `users.py`.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.whatsapp import WEBHOOK_PATH, Account
from tests.whatsapp.cloud_api_rules import Dropped, Fault, FaultKind, Refusal, check, goes_wrong

PHONE_ID, NUMBER = "106540352242922", "15550783881"
TOKEN, SECRET, WORD = "EAAtest-token-of-nobody", "app-secret", "our-word"
WINDOW = timedelta(hours=24)


@dataclass
class Sent:
    """A message of ours, as the app shows it."""

    to: str
    id: str
    seq: int
    text: str
    buttons: list[tuple[str, str]]
    data: dict[str, Any]


@dataclass
class Template:
    """A template at Meta: its words, the labels of its quick replies, and whether it is approved."""

    text: str
    buttons: tuple[str, ...] = ()
    status: str = "APPROVED"


@dataclass
class CloudApi:
    """The state of one number on the server. `now` is WhatsApp's clock, by which the 24 hours count."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    token: str = TOKEN
    calls: list[bytes] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    templates: dict[tuple[str, str], Template] = field(default_factory=dict)
    heard: dict[str, datetime] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    typing: list[str] = field(default_factory=list)
    webhook: str = ""
    webhook_answers: list[int] = field(default_factory=list)
    files_asked_for: int = 0
    url: str = ""

    def __post_init__(self) -> None:
        self.ids = itertools.count(1)

    @property
    def account(self) -> Account:
        return Account(PHONE_ID, TOKEN, SECRET, WORD, self.url)

    def start(self) -> CloudApi:
        routes = [
            Route("/{version}/{phone_id}/messages", self._serve, methods=["POST"]),
            Route("/{version}/{id}", self._look_up, methods=["GET"]),
            Route("/{rest:path}", self._file, methods=["GET", "POST"]),
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="critical", access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        return self

    def stop(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(5)

    def fail(self, kind: FaultKind, times: int = 1, to: str | None = None) -> None:
        """Let the next messages go wrong."""
        self.faults.append(Fault(kind, times, to))

    def new_id(self, number: str) -> str:
        """An id of a message; as WhatsApp's own it holds the number of whom it is about."""
        return "wamid." + base64.b64encode(f"{number}\x02{next(self.ids):09d}{'x' * 30}".encode()).decode()

    def happens(self, **value: Any) -> bytes:
        """Something happens in the app: it becomes a call of the webhook. Returns its body."""
        body = json.dumps(call(value)).encode()
        self.calls.append(body)
        return body

    def to(self, number: str) -> list[Sent]:
        """What we have said to a number, in order."""
        return [message for message in self.sent if message.to == number]

    # --- over HTTP ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        async def both() -> None:
            posting = asyncio.create_task(self._post_calls())
            await self._server.serve()
            posting.cancel()

        asyncio.run(both())

    async def _serve(self, request: Request) -> Response:
        try:
            self._check_token(request)
            if request.path_params["phone_id"] != PHONE_ID:
                raise Refusal(400, 100, "Object with this ID does not exist")
            data = dict(await request.json())
            if data.get("status") == "read":
                self.typing.append(data["message_id"])
                return JSONResponse({"success": True})
            self.asked["messages"] += 1
            breaks = self._break(str(data.get("to")))
            sent = self._take(data)
            if breaks:
                raise Dropped
            return JSONResponse(
                {
                    "messaging_product": "whatsapp",
                    "contacts": [{"input": sent.to, "wa_id": sent.to}],
                    "messages": [{"id": sent.id}],
                }
            )
        except Refusal as no:
            return JSONResponse(no.body, no.status)
        except Dropped:
            # Fewer bytes than announced: the server has to close the connection.
            return Response(b"", headers={"content-length": "100"})
        except ValueError:
            return Response(b'{"messages": [', media_type="application/json")

    async def _look_up(self, request: Request) -> Response:
        try:
            self._check_token(request)
        except Refusal as no:
            return JSONResponse(no.body, no.status)
        if request.path_params["id"] != PHONE_ID:
            self.files_asked_for += 1
            return JSONResponse(Refusal(400, 100, "Object with this ID does not exist").body, 400)
        hooks = {"application": self.webhook} if self.webhook else {}
        return JSONResponse({"id": PHONE_ID, "display_phone_number": NUMBER, "verified_name": "Harbour", "webhook_configuration": hooks})

    async def _file(self, request: Request) -> Response:
        self.files_asked_for += 1
        return Response(b"bytes nobody should have asked for")

    def _check_token(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise Refusal(401, 190, "Invalid OAuth access token")

    def _break(self, to: str) -> bool:
        for fault in self.faults:
            if fault.times and fault.to in (None, to):
                fault.times -= 1
                return goes_wrong(fault)
        return False

    def _take(self, data: dict[str, Any]) -> Sent:
        to = str(data.get("to") or data.get("recipient"))
        template = data.get("type") == "template"
        text, buttons = self._template(data["template"]) if template else check(data)
        sent = Sent(to, self.new_id(to), next(self.ids), text, buttons, data)
        if to in self.blocked or to not in self.heard:
            self._tell_failed(sent, 131026)
        elif not template and self.now() - self.heard[to] >= WINDOW:
            self._tell_failed(sent, 131047)
        else:
            self.sent.append(sent)
            self.tell(sent, "delivered")
        return sent

    def _template(self, asked: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
        found = self.templates.get((asked["name"], asked["language"]["code"]))
        if found is None or found.status != "APPROVED":
            code = 132015 if found and found.status == "PAUSED" else 132001
            raise Refusal(404 if found is None else 400, code, "Template name does not exist in the translation")
        payloads = [one["parameters"][0]["payload"] for one in asked.get("components", ()) if one["type"] == "button"]
        if len(payloads) != len(found.buttons):
            raise Refusal(400, 132000, "Number of parameters does not match the expected number of params")
        return found.text, list(zip(found.buttons, payloads, strict=True))

    def tell(self, sent: Sent, status: str, **more: Any) -> None:
        """Tell what became of a message."""
        stamp = str(int(self.now().timestamp()))
        self.happens(statuses=[{"id": sent.id, "status": status, "timestamp": stamp, "recipient_id": sent.to, **more}])

    def _tell_failed(self, sent: Sent, code: int) -> None:
        self.tell(sent, "failed", errors=[{"code": code, "title": "no", "message": "no"}])

    async def _post_calls(self) -> None:
        """Call the webhook with what happened, in order, again until it says 200."""
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            while True:
                await asyncio.sleep(0.01)
                for body in list(self.calls) if self.webhook else ():
                    with_signature = {"X-Hub-Signature-256": sign(body), "content-type": "application/json"}
                    try:
                        answer = await client.post(self.webhook, content=body, headers=with_signature)
                    except httpx.HTTPError:
                        continue
                    self.webhook_answers.append(answer.status_code)
                    if answer.is_success:
                        self.calls.remove(body)


def sign(body: bytes, secret: str = SECRET) -> str:
    """The signature of a call."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def call(*values: dict[str, Any], phone_id: str = PHONE_ID) -> dict[str, Any]:
    """One call with these changes."""
    metadata = {"display_phone_number": NUMBER, "phone_number_id": phone_id}
    changes = [{"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}} for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}


def webhook_at(here: str) -> str:
    """The webhook of a program that listens at `here`."""
    return here + WEBHOOK_PATH
