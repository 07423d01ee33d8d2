"""The whole program as it is served, with everything switched on: web chat, console, Telegram by webhook, health and metrics."""

from __future__ import annotations

import base64
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.outer_edge import OuterEdge
from bot.settings import Settings
from bot.web import web_app
from bot.wiring import Program, build
from tests.conftest import KEY

SITE = "https://chat.example.org"
WEBHOOK_SECRET = "a-webhook_secret"
TELEGRAM_TOKEN = "4242:planted-telegram-token"
NOBODY = "http://127.0.0.1:9"


def settings(database_url: str, **more: Any) -> Settings:
    """Everything on; what is outside (Telegram, the intent service) does not answer."""
    given: dict[str, Any] = {
        "database_url": database_url,
        "data_key": base64.b64encode(KEY).decode(),
        "public_url": SITE,
        "telegram_token": TELEGRAM_TOKEN,
        "telegram_base_url": f"{NOBODY}/bot",
        "telegram_webhook_url": f"{SITE}/telegram/webhook",
        "telegram_webhook_secret": WEBHOOK_SECRET,
        "nlu_url": NOBODY,
        "nlu_timeout": 0.2,
        "burst_seconds": 0.05,
    }
    return Settings(_env_file=None, **(given | more))


@pytest.fixture(scope="session")
def served(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One program for many tests that change nothing."""
    path = tmp_path_factory.mktemp("served") / "breakwater.db"
    shutil.copy(empty_database, path)
    program = build(settings(f"sqlite:///{path}"))
    yield program
    program.record.close()


@pytest.fixture
def program(database_url: str) -> Iterator[Program]:
    """A program of the test's own."""
    built = build(settings(database_url))
    yield built
    built.record.close()


@pytest.fixture
def edge(served: Program) -> OuterEdge:
    return web_app(served)


@pytest.fixture
async def visitor(edge: OuterEdge) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(edge) as client:
        yield client


def browsing(app: Any, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """A browser at this address, on a page of the site. An error that leaves the program fails the test."""
    transport = httpx.ASGITransport(app, client=(address, 40_000))
    return httpx.AsyncClient(transport=transport, base_url=SITE, headers={"sec-fetch-site": "same-origin", "x-breakwater": "chat"})
