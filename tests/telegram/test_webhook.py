"""Telegram's webhook: known by its secret, and answered with 200 only once the update is stored."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels import Incoming, NotStored
from bot.channels.telegram import LARGEST_UPDATE, WEBHOOK_PATH, TelegramChannel
from bot.channels.telegram_arrivals import Webhook
from tests.channels.serving import serving
from tests.telegram.bot_api import BotApi
from tests.telegram.users import User, until

SECRET = "a-secret_token"
UPDATE = {
    "update_id": 7,
    "message": {
        "message_id": 1,
        "date": 1,
        "chat": {"id": 5, "type": "private"},
        "from": {"id": 5, "is_bot": False, "first_name": "M"},
        "text": "hi",
    },
}


class Store:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.away = False

    async def take(self, incoming: Incoming) -> None:
        if self.away:
            raise NotStored
        self.texts.append(incoming.text)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    webhook = Webhook("https://chat.example.org" + WEBHOOK_PATH, SECRET)
    app = Starlette(routes=TelegramChannel("1:x", "http://127.0.0.1:9/bot", store.take, webhook=webhook, group_reply="Hi.").routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        yield client


async def post(client: httpx.AsyncClient, body: Any = UPDATE, secret: str | None = SECRET) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (await client.post(WEBHOOK_PATH, content=content, headers=headers)).status_code


async def test_an_update_with_the_secret_is_stored(client: httpx.AsyncClient, store: Store) -> None:
    assert await post(client) == 200
    assert store.texts == ["hi"]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "é"])
async def test_without_the_secret_nothing_is_taken(client: httpx.AsyncClient, store: Store, secret: str | None) -> None:
    headers = {b"X-Telegram-Bot-Api-Secret-Token": secret.encode()} if secret is not None else {}
    answer = await client.post(WEBHOOK_PATH, json=UPDATE, headers=headers)
    assert answer.status_code == 403
    assert not store.texts


async def test_an_update_that_cannot_be_stored_is_to_be_sent_again(client: httpx.AsyncClient, store: Store) -> None:
    store.away = True
    assert await post(client) == 503
    store.away = False
    assert await post(client) == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"message": {}}', b'{"update_id": "x"}', b"[" * 100_000, b"\xff\xfe"])
async def test_a_body_that_is_no_update_is_refused(client: httpx.AsyncClient, store: Store, body: bytes) -> None:
    assert await post(client, body) == 400
    assert not store.texts


async def test_a_body_without_end_is_refused(client: httpx.AsyncClient, store: Store) -> None:
    assert await post(client, b" " * (LARGEST_UPDATE + 1)) == 413


async def test_an_update_that_cannot_be_read_is_acknowledged_and_its_words_are_kept(client: httpx.AsyncClient, store: Store) -> None:
    odd = {**UPDATE, "message": {**UPDATE["message"], "entities": [{"type": "bold"}]}}  # type: ignore[dict-item]
    assert await post(client, odd) == 200
    assert store.texts == ["hi"]


async def test_where_updates_are_fetched_the_route_takes_nothing(store: Store) -> None:
    app = Starlette(routes=TelegramChannel("1:x", "http://127.0.0.1:9/bot", store.take, group_reply="Hi.").routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        assert await post(client, secret="") == 403


async def test_telegram_calls_the_webhook_until_it_is_stored(api: BotApi, user: Callable[[str], User], store: Store) -> None:
    app, mia = Starlette(), user("Mia")
    store.away = True
    async with serving(app) as here:
        channel = TelegramChannel(api.token, api.base_url, store.take, webhook=Webhook(here + WEBHOOK_PATH, SECRET), group_reply="Hi.")
        app.router.routes.extend(channel.routes)
        await channel.start()
        await until(lambda: bool(api.webhook))
        for text in ("one", "two", "three"):
            mia.says(text)
        await until(lambda: 503 in api.webhook_answers)
        store.away = False
        await until(lambda: store.texts == ["one", "two", "three"])
        await until(lambda: not api.updates)
        assert api.calls["getUpdates"] == 0
        api.webhook = {}
        await channel.stop()


@asynccontextmanager
async def looked_after(api: BotApi, store: Store, *, by_webhook: bool = True) -> AsyncIterator[tuple[TelegramChannel, str]]:
    """A channel that looks all the time whether Telegram brings updates to it, and its address."""
    app = Starlette()
    async with serving(app) as here:
        webhook = Webhook(here + WEBHOOK_PATH, SECRET) if by_webhook else None
        channel = TelegramChannel(
            api.token, api.base_url, store.take, webhook=webhook, group_reply="Hi.", patience=0.1, looked_at_every=0.1
        )
        app.router.routes.extend(channel.routes)
        await channel.start()
        await until(lambda: bool(api.webhook) if by_webhook else api.calls["getUpdates"] > 0)
        await until(lambda: channel.in_touch(1))
        yield channel, here + WEBHOOK_PATH
        api.webhook = {}
        await channel.stop()


@pytest.mark.parametrize("other", [{}, {"url": "http://127.0.0.1:9/elsewhere", "secret": "theirs"}], ids=["removed", "set elsewhere"])
async def test_a_webhook_that_somebody_takes_away_is_set_again_and_told(
    api: BotApi, user: Callable[[str], User], store: Store, other: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async with looked_after(api, store) as (channel, ours):
        assert list(channel.troubles()) == []
        api.webhook = other
        await until(lambda: api.webhook.get("url") == ours)
        user("Mia").says("hello")
        await until(lambda: store.texts == ["hello"])
        assert "somebody else" in " ".join(channel.troubles())
        assert "somebody else changed" in caplog.text


async def test_a_secret_that_somebody_changed_is_told_again(api: BotApi, user: Callable[[str], User], store: Store) -> None:
    async with looked_after(api, store) as (channel, ours):
        await asyncio.sleep(1.1)  # Telegram counts in whole seconds
        api.webhook = {"url": ours, "secret": "theirs"}
        user("Mia").says("hello")
        api.last_error = {"last_error_date": int(time.time()), "last_error_message": "Wrong response from the webhook: 403 Forbidden"}
        await until(lambda: any("403 Forbidden; 1 wait" in told for told in channel.troubles()))
        await until(lambda: store.texts == ["hello"])
        await until(lambda: not list(channel.troubles()))


async def test_while_messages_go_elsewhere_telegram_does_not_count_as_heard(api: BotApi, store: Store) -> None:
    async with looked_after(api, store) as (channel, _):
        await until(lambda: channel.in_touch(0.5))
        api.fail("getWebhookInfo", "500", times=1000)
        await until(lambda: not channel.in_touch(0.5))


async def test_a_webhook_that_somebody_sets_where_updates_are_fetched_is_removed(
    api: BotApi, user: Callable[[str], User], store: Store
) -> None:
    async with looked_after(api, store, by_webhook=False) as (channel, _):
        api.webhook = {"url": "http://127.0.0.1:9/elsewhere", "secret": "theirs"}
        await until(lambda: not api.webhook)
        user("Mia").says("hello")
        await until(lambda: store.texts == ["hello"])
        assert "somebody else" in " ".join(channel.troubles())
