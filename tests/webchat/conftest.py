"""A web chat on a real record, with a take that only stores."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from escalation.context import Service
from escalation.record.store import Record
from tests.webchat.visiting import Browser, Host, web_app


@pytest.fixture
def host(record: Record, service: Service) -> Host:
    return Host(record, service)


@pytest.fixture
def app(host: Host) -> Starlette:
    return web_app(host)


@pytest.fixture
async def browser(app: Starlette) -> AsyncIterator[Browser]:
    browser = Browser(app)
    yield browser
    await browser.http.aclose()
