"""Every answer of every app carries the security headers, and an error nobody foresaw leaves no words in the log."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Message, Receive, Scope, Send

from bot.outer_edge import OuterEdge
from escalation.console.security import headers
from tests.operations.conftest import browsing

PLANTED = "planted-words-that-nobody-may-read"
ALWAYS = {"content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy", "strict-transport-security"}
PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def routes(found: Iterable[BaseRoute], base: str = "") -> Iterator[tuple[str, str]]:
    """Every (method, path) below these routes, those of mounted apps and included routers too."""
    for route in found:
        if isinstance(route, Mount):
            yield from routes(route.routes, base + route.path)
            yield "GET", f"{base}{route.path}/nothing-here"
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from routes(included.routes, base)
        else:
            for method in getattr(route, "methods", None) or ():
                yield method, base + re.sub(r"\{\w+\}", "x", route.path)  # type: ignore[attr-defined]


def every_route(edge: OuterEdge) -> list[tuple[str, str]]:
    assert isinstance(edge.app, Starlette)
    return sorted(set(routes(edge.app.routes)))


def test_the_list_of_routes_reaches_every_app(edge: OuterEdge) -> None:
    found = {path for _, path in every_route(edge)}
    assert {"/livez", "/readyz", "/telegram/webhook", "/", "/chat/send", "/staff/sign-in", "/staff/cases/x"} <= found
    assert len(found) > 60


async def test_every_route_of_every_app_answers_with_the_security_headers(edge: OuterEdge, visitor: httpx.AsyncClient) -> None:
    without = {}
    for method, path in [*every_route(edge), ("GET", "/static/console.css"), ("GET", "/chat/static/chat.css"), ("PUT", "/livez")]:
        sent = (await visitor.request(method, path)).headers
        missing = [name for name, value in headers(https=True).items() if sent.get(name) != value]
        if missing or "cache-control" not in sent:
            without[f"{method} {path}"] = missing
    assert not without


async def test_a_drawing_keeps_its_own_stricter_policy(edge: OuterEdge, visitor: httpx.AsyncClient, words: object) -> None:
    name = sorted(words.pictures)[0]  # type: ignore[attr-defined]
    answer = await visitor.get(f"/chat/pictures/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == PICTURE
    assert set(answer.headers) >= ALWAYS


async def broken(_: Request) -> None:
    raise ValueError(PLANTED)


async def broken_after_its_beginning(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ValueError(PLANTED)


@pytest.mark.rule("S72")
async def test_an_unforeseen_error_is_logged_by_kind_and_place_and_answered_in_words(caplog: pytest.LogCaptureFixture) -> None:
    inner = Starlette(routes=[Route("/broken", broken)])
    async with browsing(OuterEdge(inner, https=True)) as client:
        with caplog.at_level(logging.DEBUG):
            answer = await client.get("/broken")
    assert answer.status_code == 500
    assert set(answer.headers) >= ALWAYS
    assert PLANTED not in answer.text
    assert PLANTED not in caplog.text
    assert "a web request failed: ValueError at test_outer_edge.py" in caplog.text


@pytest.mark.rule("S72")
async def test_an_error_in_the_middle_of_an_answer_breaks_it_off_and_quotes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    with caplog.at_level(logging.DEBUG):
        await OuterEdge(broken_after_its_beginning, https=False)(
            {"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send
        )
    assert [message["type"] for message in sent] == ["http.response.start"], "no second answer, and no end that looks like a whole one"
    assert PLANTED not in caplog.text
    assert "a web request failed: ValueError" in caplog.text
