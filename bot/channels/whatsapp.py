"""The WhatsApp channel: Meta's Cloud API calls our webhook, and messages go out through it.

pywa's client and types send; its server is not used. That one says 200 before anything is stored, reads the first message of a call and
no other, and hands media to whoever asks; here a call is known by its signature, over the body as it came, and is acknowledged only
once everything in it is stored. Media is never asked for (S40).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from pywa_async.client import WhatsApp
from pywa_async.utils import Version
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels import Fate, Incoming, Outgoing, Take
from bot.channels.apps import WHATSAPP
from bot.channels.quiet_logs import tame
from bot.channels.webhooks import bounded, stored
from bot.channels.whatsapp_account import Account
from bot.channels.whatsapp_sending import Sender, meaning
from bot.channels.whatsapp_updates import Call, read
from escalation.context import Service
from escalation.words import message

WEBHOOK_PATH = "/whatsapp/webhook"
LARGEST_CALL = 3_500_000
"""Bytes in one call; WhatsApp sends 3 MB at most."""

_SIGNATURE = "X-Hub-Signature-256"
_REMEMBERED = 10_000
_log = logging.getLogger(__name__)


def client(account: Account, patience: float = 10) -> tuple[WhatsApp, httpx.AsyncClient]:
    """pywa's client, and the connections that it uses, to be closed at the end. `patience`: seconds to wait for an answer."""
    tame(account.token, "pywa", "pywa_async")
    session = httpx.AsyncClient(timeout=httpx.Timeout(patience, connect=5), trust_env=False)
    made = WhatsApp(account.phone_id, account.token, session=session)
    session.base_url = httpx.URL(f"{account.base_url.rstrip('/')}/v{Version.GRAPH_API.value}")
    return made, session


class WhatsAppChannel:
    """WhatsApp as a `Channel`. `ignored` counts by kind what was acknowledged without being stored."""

    name, app = WHATSAPP.name, WHATSAPP

    def __init__(self, account: Account, take: Take, service: Service) -> None:
        self.ignored: Counter[str] = Counter()
        self.heard_at: float | None = None
        """When WhatsApp last took a message or called, by the monotonic clock."""
        self.report: Callable[[Mapping[str, Fate | None]], Awaitable[None]] = _nobody_asks
        self._account, self._take = account, take
        self._client, self._session = client(account)
        self._sender = Sender(self._client, self._opener)
        self._last_from: OrderedDict[str, str] = OrderedDict()
        self.use(service)

    @property
    def routes(self) -> list[Route]:
        """The routes that WhatsApp calls: the handshake, known by its word, and calls, known by their signature."""
        return [Route(WEBHOOK_PATH, self.handshake), Route(WEBHOOK_PATH, self.webhook, methods=["POST"])]

    def use(self, service: Service) -> None:
        """Go on with another edition of the words."""
        self._service = service

    async def start(self) -> None:
        """Nothing to connect to: WhatsApp calls us."""

    async def stop(self) -> None:
        """Disconnect."""
        await self._session.aclose()

    def in_touch(self, seconds: float) -> bool:
        """Whether WhatsApp takes our token; it is quiet when nobody writes."""
        return not self._sender.token_refused

    async def turn(self, address: str, *, urgent: bool = False) -> None:
        await self._sender.turn(address, urgent=urgent)

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        """Send one bubble and return an id of it. Raises `Undeliverable`, `TryLater`, `OnlyApproved` or `NotApproved`."""
        sent = await self._sender.send(address, outgoing)
        self.heard_at = time.monotonic()
        return sent

    async def typing(self, address: str) -> None:
        """Show that somebody is writing, below what they wrote last. Never raises."""
        if (message_id := self._last_from.get(address)) is not None:
            await self._sender.typing(address, message_id)

    async def handshake(self, request: Request) -> Response:
        """WhatsApp asks whether this is us: its challenge comes back to who knows the word."""
        asked = request.query_params
        word = asked.get("hub.verify_token", "").encode()
        if asked.get("hub.mode") != "subscribe" or not hmac.compare_digest(word, self._account.verify_token.encode()):
            return Response(status_code=403)
        return Response(asked.get("hub.challenge", ""), media_type="text/plain")

    async def webhook(self, request: Request) -> Response:
        """One call from WhatsApp: 200 only once all of it is stored, 503 to have it sent again."""
        body = await bounded(request, LARGEST_CALL)
        if body is None:
            return Response(status_code=413)
        if not self._signed(body, request.headers.get(_SIGNATURE, "")):
            _log.warning("a call that WhatsApp did not sign was refused")
            return Response(status_code=403)
        self.heard_at = time.monotonic()
        raw = _decode(body)
        if raw is None:
            return Response(status_code=400)
        return Response(status_code=200 if await self._store(raw) else 503)

    def _signed(self, body: bytes, given: str) -> bool:
        expected = "sha256=" + hmac.new(self._account.app_secret.encode(), body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), given.encode())

    async def _store(self, raw: dict[str, Any]) -> bool:
        """Store a whole call; returns whether all of it was. Somebody whose words cannot be stored does not hold up the others."""
        call = read(raw, self._account.phone_id)
        self.ignored += call.ignored
        if call.unreadable:
            _log.warning("%d messages in a call from WhatsApp were not understood", call.unreadable)
        if call.ignored["other_number"]:
            _log.warning("WhatsApp called with messages of another number: check BREAKWATER_WHATSAPP_PHONE_ID")
        lanes: dict[str, list[Incoming]] = defaultdict(list)
        for incoming in call.incoming:
            lanes[incoming.address].append(incoming)
            self._remember(incoming)
        whole = await asyncio.gather(*map(self._lane, lanes.values()))
        return all((*whole, await self._report(call)))

    async def _lane(self, incoming: Iterable[Incoming]) -> bool:
        """Hand on what one person did, in order."""
        return all([await stored(self._take, one) for one in incoming])

    async def _report(self, call: Call) -> bool:
        fates: dict[str, Fate | None] = {**dict.fromkeys(call.arrived), **{one.external_id: meaning(one.codes) for one in call.failed}}
        try:
            if fates:
                await self.report(fates)
        except Exception as error:
            _log.error("what became of messages could not be noted (%s); it will be told again", type(error).__name__)
            return False
        return True

    def _remember(self, incoming: Incoming) -> None:
        """WhatsApp shows a sign of writing only below a message: the last of each person, in memory."""
        if incoming.kind in ("text", "media") and incoming.message_ref:
            self._last_from[incoming.address] = incoming.message_ref
            self._last_from.move_to_end(incoming.address)
        if len(self._last_from) > _REMEMBERED:
            self._last_from.popitem(last=False)

    def _opener(self, language: str) -> str:
        return message(self._service.speaking(language, datetime.now(UTC)).library, "apps.opener")[0]


async def _nobody_asks(fates: Mapping[str, Fate | None]) -> None:
    """What becomes of messages that no outbox knows."""


def _decode(body: bytes) -> dict[str, Any] | None:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) and raw.get("object") == "whatsapp_business_account" else None
