"""The Telegram channel: polling or webhook in, messages out.

python-telegram-bot's own `Updater` is not used: it reads a whole batch or nothing, so that one odd update stops everyone
behind it; while one message cannot be stored it looks at no other; and it gives up for good on a refused token.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
from collections import Counter
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.channels import Outgoing, Take
from bot.channels.apps import TELEGRAM
from bot.channels.quiet_logs import tame
from bot.channels.telegram_arrivals import LOOKED_AT_EVERY, Arrivals, Webhook, is_theft, longer, pause_after
from bot.channels.telegram_sending import Sender
from bot.channels.telegram_storing import Storing
from bot.channels.telegram_updates import ALLOWED, NAME, Read, is_id, kind_of, read
from bot.channels.webhooks import bounded, stored
from bot.leasing import Alone, Lease
from escalation.context import Service

WEBHOOK_PATH = "/telegram/webhook"
LARGEST_UPDATE = 1_000_000
"""Bytes in one webhook call."""

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_GROUPS_REMEMBERED = 10_000
_STANDING_BY = 0.3
"""Seconds between two looks whether to ask for updates here."""
_NOT_STORED_PAUSE = 0.5
"""Seconds until updates that were not stored are fetched again: somebody's first words behind them may be an emergency."""
_log = logging.getLogger(__name__)


class _RawBot(Bot):
    """A bot that hands out updates as they came, so that each can be read by itself."""

    async def pending(self, offset: int, patience: float) -> list[Any]:
        """The updates from `offset` on, waiting up to `patience` seconds for the first; those before it are confirmed."""
        asked = {"offset": offset, "timeout": patience, "allowed_updates": list(ALLOWED)}
        found = await self._post("getUpdates", asked, read_timeout=patience + 10)
        return found if isinstance(found, list) else []


class TelegramChannel:
    """Telegram as a `Channel`. `group_reply` is the sentence that a group hears once, before the bot falls silent there.

    `ignored` counts by kind what was acknowledged without being stored. `patience` is the seconds of one long poll.
    """

    name, app = NAME, TELEGRAM

    def __init__(
        self,
        token: str,
        base_url: str,
        take: Take,
        *,
        webhook: Webhook | None = None,
        group_reply: str,
        patience: float = 25,
        polling: Lease | None = None,
        looked_at_every: float = LOOKED_AT_EVERY,
    ) -> None:
        """`polling`: the right to ask for updates, where other processes might. `looked_at_every`: seconds between two looks whether
        the webhook is still ours."""
        tame(token, "telegram")
        self.ignored: Counter[str] = Counter()
        self.heard_at: float | None = None
        """When Telegram last answered or called, by the monotonic clock; with a webhook, when it last called or said that it is ours."""
        self._requests = (_request(2), _request(32))
        self._bot = _RawBot(token, base_url=base_url, get_updates_request=self._requests[0], request=self._requests[1])
        self._sender = Sender(self._bot)
        self._arrivals = Arrivals(self._bot, webhook, self._heard, every=looked_at_every)
        self._take, self._webhook, self._group_reply, self._patience = take, webhook, group_reply, patience
        self._lease = polling or Alone()
        self._groups_told: set[int] = set()
        self._storing = Storing(self._noted, self._act)
        self._polling: asyncio.Task[None] | None = None
        self._beside: set[asyncio.Task[None]] = set()

    def use(self, service: Service) -> None:
        """Go on with another edition of the words."""
        self._group_reply = group_reply(service)

    @property
    def routes(self) -> list[Route]:
        """The route that Telegram calls. It has a check of its own, the secret, in place of cookies and origin."""
        return [Route(WEBHOOK_PATH, self.webhook, methods=["POST"])]

    async def start(self) -> None:
        """Begin, in the background: Telegram being away does not stop the web chat from starting."""
        self._polling = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop. What was stored but not yet confirmed will come once more, and be recognised."""
        tasks = [task for task in (self._polling, *self._beside) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for request in self._requests:
            await request.shutdown()

    def in_touch(self, seconds: float) -> bool:
        """Whether Telegram was heard of in the last so many seconds. With a webhook it is asked about that each minute: it may be silent
        because nobody writes, or because it brings elsewhere what they write."""
        return self.heard_at is not None and time.monotonic() - self.heard_at < seconds

    def troubles(self) -> Iterator[str]:
        """What keeps updates from coming, in words for whoever runs the program."""
        return self._arrivals.troubles()

    async def turn(self, address: str, *, urgent: bool = False) -> None:
        await self._sender.turn(address, urgent=urgent)

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        """Send one bubble and return Telegram's id of it. Raises `Undeliverable` or `TryLater`."""
        sent = await self._sender.send(address, outgoing)
        if self._webhook is None:  # what goes out does not say that anything comes in
            self._heard()
        return sent

    def newest(self) -> str:
        """The newest message's id in private chats that is known here."""
        return str(self._sender.told.newest)

    def learn(self, ids: Iterable[str]) -> None:
        """These were known before this process began."""
        self._sender.told.learn(ids)

    async def taken(self, address: str, outgoing: Outgoing, after: str) -> str | None:
        """Telegram's id of a bubble that was cut off on its way, where it has it. Never raises."""
        return await self._sender.taken(address, outgoing, after)

    async def typing(self, address: str) -> None:
        """Show that somebody is writing, for five seconds at most. Never raises."""
        await self._sender.typing(address)

    async def delete(self, address: str, external_id: str) -> None:
        """Delete a bubble, all its parts. Raises `Undeliverable` or `TryLater`."""
        await self._sender.delete(address, external_id)

    async def webhook(self, request: Request) -> Response:
        """One update from Telegram: 200 only once it is stored, 503 to have it sent again."""
        given = request.headers.get(_SECRET_HEADER, "")
        if self._webhook is None or not hmac.compare_digest(given.encode(), self._webhook.secret.encode()):
            return Response(status_code=403)
        self._heard()
        self._arrivals.brought()
        body = await bounded(request, LARGEST_UPDATE)
        if body is None:
            return Response(status_code=413)
        raw = _decode(body)
        if raw is None:
            return Response(status_code=400)
        return Response(status_code=200 if await self._handle(raw) else 503)

    async def _run(self) -> None:
        await self._arrivals.insist()
        if self._webhook is not None:
            await self._arrivals.keep()
        offset, pause = 0, 0.0
        while True:
            if not self._lease.term:
                # What was not confirmed comes again from the beginning, and is recognised.
                offset = 0
                self._heard()  # another process asks, so there is nothing to hear
                await asyncio.sleep(_STANDING_BY)
                continue
            try:
                raws = await self._bot.pending(offset, self._patience)
                self._heard()
                offset, whole = await self._storing.all_of(raws)
                pause = 0.0 if whole else _NOT_STORED_PAUSE
            except TelegramError as error:
                if is_theft(error):
                    pause = longer(pause)
                    with suppress(TelegramError):  # tried again with the next fetching
                        await self._arrivals.back_to_polling()
                else:
                    pause = pause_after(error, pause)
            except Exception as error:
                _log.error("polling stumbled (%s) and goes on", type(error).__name__)
                pause = longer(pause)
            await asyncio.sleep(pause)

    def _heard(self) -> None:
        self.heard_at = time.monotonic()

    async def _handle(self, raw: Mapping[str, Any]) -> bool:
        return await self._act(self._noted(raw))

    def _noted(self, raw: Mapping[str, Any]) -> Read:
        one = read(raw)
        if one.unreadable:
            _log.warning("an update of kind %s was not understood (%s)", kind_of(raw), one.unreadable)
        return one

    async def _act(self, one: Read) -> bool:
        """Do what an update asks for; returns whether it may be acknowledged."""
        if one.tap:
            self._aside(self._bot.answer_callback_query(one.tap))
        if one.group is not None:
            self._tell_group(one.group)
        if one.leave is not None:
            self._aside(self._bot.leave_chat(one.leave))
        if one.ignored:
            self.ignored[one.ignored] += 1
        if one.incoming is None:
            return True
        self.learn(filter(None, [one.incoming.message_ref]))
        return await stored(self._take, one.incoming)

    def _tell_group(self, chat: int) -> None:
        if chat in self._groups_told:
            return
        if len(self._groups_told) >= _GROUPS_REMEMBERED:
            self._groups_told.clear()
        self._groups_told.add(chat)
        self._aside(self._bot.send_message(chat, self._group_reply))

    def _aside(self, call: Coroutine[Any, Any, object]) -> None:
        """Do something that nothing depends on."""
        task = asyncio.create_task(_quietly(call))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


def group_reply(service: Service) -> str:
    """What a group hears."""
    return " ".join(service.library.message("conversation.group_chat").say)


def _request(connections: int) -> HTTPXRequest:
    return HTTPXRequest(connection_pool_size=connections, connect_timeout=5, read_timeout=10, write_timeout=10, pool_timeout=5)


async def _quietly(call: Coroutine[Any, Any, object]) -> None:
    try:
        await call
    except TelegramError as error:
        _log.info("a call that nothing depends on failed (%s)", type(error).__name__)


def _decode(body: bytes) -> dict[str, Any] | None:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return None
    ok = isinstance(raw, dict) and is_id(raw.get("update_id"))
    return cast(dict[str, Any], raw) if ok else None
