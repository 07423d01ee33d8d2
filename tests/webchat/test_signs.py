"""The signs that an open page hears: that something is new, and that this browser is somebody else's from now on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette

from bot.channels.webchat import routes
from escalation.record import people
from escalation.young_person import erasing
from tests.faults.waiting import until
from tests.webchat.visiting import Browser, Host


class Signs:
    """What the stream has said so far; `over` once it has ended."""

    def __init__(self) -> None:
        self.said = ""
        self.over = False

    def heard(self, event: str) -> int:
        return self.said.count(f"event: {event}\r\n")


@asynccontextmanager
async def listening(app: Starlette, browser: Browser) -> AsyncIterator[Signs]:
    """The page's stream, which has said that nothing can be missed any more."""
    signs = Signs()
    headers = [(b"authorization", browser.http.headers["Authorization"].encode())]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": "/chat/stream", "raw_path": b""}
    scope |= {"query_string": b"", "headers": headers, "client": ("127.0.0.1", 4242), "server": ("127.0.0.1", 8080), "scheme": "http"}

    async def stays() -> dict[str, str]:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def hears(message: MutableMapping[str, Any]) -> None:
        signs.said += message.get("body", b"").decode()

    async def follow() -> None:
        await app(scope, stays, hears)
        signs.over = True

    following = asyncio.create_task(follow())
    try:
        await until(lambda: signs.heard("ready") == 1)
        yield signs
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_an_open_page_hears_that_something_is_new(host: Host, browser: Browser, app: Starlette) -> None:
    await browser.open()
    async with listening(app, browser) as signs:
        host.say("Hello again.")
        await until(lambda: signs.heard("new") == 1)
        assert not signs.over


async def test_other_pages_of_theirs_hear_of_their_own_words_too(
    host: Host, browser: Browser, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "OWN_WORDS_AFTER", 0.2)
    await browser.open()
    async with listening(app, browser) as signs:
        await browser.says("hi")
        await until(lambda: signs.heard("new") == 1)


async def test_words_and_the_answer_to_them_are_one_sign(
    host: Host, browser: Browser, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "OWN_WORDS_AFTER", 1.2)
    await browser.open()
    async with listening(app, browser) as signs:
        await browser.says("hi")
        host.say("Hello again.")
        await until(lambda: signs.heard("new") == 1)
        await asyncio.sleep(1.5)
        assert signs.heard("new") == 1, "each sign has the page ask for what is new"


async def test_the_stream_ends_where_the_person_begins_afresh(host: Host, browser: Browser, app: Starlette) -> None:
    await browser.open()
    [someone] = host.people()
    async with listening(app, browser) as signs:
        host.record.write(lambda tx: people.part(tx, people.person(tx, someone.id), [], host.now()))
        await until(lambda: signs.over)
    async with listening(app, browser) as signs:
        host.say("Who are you?")
        await until(lambda: signs.heard("new") == 1)


async def test_the_stream_ends_where_everything_of_the_person_was_erased(host: Host, browser: Browser, app: Starlette) -> None:
    await browser.open()
    code = host.people()[0].code
    assert code is not None
    async with listening(app, browser) as signs:
        erasing.erase(host.record, host.service, code, "they asked", host.now())
        await until(lambda: signs.over)
    assert (await browser.http.get("/chat/stream")).status_code == 409
