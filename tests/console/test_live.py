"""Live pages over real HTTP: what changes reaches whoever may see it, at once, as ids and without words."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from bot.rehearsal.house import House
from escalation import cases
from escalation.consent import Scope
from escalation.console.routes import events
from escalation.record.tables import CaseRow
from tests.console.conftest import Arrivals, Open, later

SOON = 5


@pytest.fixture
async def site(app: FastAPI) -> AsyncIterator[str]:
    """The console on a free port of its own."""
    root = FastAPI()
    root.mount("/staff", app)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(root, log_level="error", lifespan="off"))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        async with asyncio.timeout(SOON):
            while not server.started:  # noqa: ASYNC110 - uvicorn says so in no other way
                await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/staff"
        server.should_exit = True
        server.force_exit = True
        await running


class Stream:
    """The events of one open page, as they come."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()
        self.raw: list[str] = []

    async def next(self) -> tuple[str, str]:
        """The next event and its data."""
        event = data = ""
        while True:
            line = await asyncio.wait_for(anext(self._lines), SOON)
            self.raw.append(line)
            if line.startswith("event:"):
                event = line.partition(":")[2].strip()
            elif line.startswith("data:"):
                data = line.partition(":")[2].strip()
            elif not line and event:
                return event, data

    async def until(self, event: str, data: str = "") -> None:
        """Wait for this event."""
        while await self.next() != (event, data):
            pass


@asynccontextmanager
async def watching(site: str, cookies: httpx.Cookies, case: str = "") -> AsyncIterator[Stream]:
    """An open page that watches."""
    async with (
        httpx.AsyncClient(cookies=dict(cookies), timeout=SOON) as client,
        client.stream("GET", f"{site}/events?case={case}") as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        page = Stream(answer)
        assert await page.next() == ("open", "")
        yield page


async def test_a_new_case_reaches_an_open_page_and_carries_no_words(browser: Open, arrivals: Arrivals, site: str) -> None:
    sam = await browser("Sam")
    async with watching(site, sam.client.cookies) as page:
        arrivals.agreed(Scope.CHAT, "he hits me at home")
        await page.until("queue")
        assert "hits" not in "".join(page.raw)


async def test_what_a_young_person_writes_reaches_the_open_conversation(browser: Open, arrivals: Arrivals, site: str) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    sam = await browser("Sam")
    await sam.post(f"/cases/{case_id}/pick-up")
    async with watching(site, sam.client.cookies, case_id) as page:
        arrivals.young_person_writes(case_id, "are you there")
        await page.until("case", case_id)
        assert "are you there" not in "".join(page.raw)


async def test_a_page_hears_nothing_of_a_case_it_may_not_see(browser: Open, arrivals: Arrivals, site: str, staffed: House) -> None:
    hidden, seen = arrivals.agreed(Scope.CHAT), arrivals.agreed(Scope.CHAT)
    sam = staffed.staff("Sam")
    staffed.record.write(lambda tx: cases.not_this_person(tx, tx.session.get_one(CaseRow, hidden), sam.id, staffed.clock()))
    someone = await browser("Sam")
    async with watching(site, someone.client.cookies, hidden) as page:
        arrivals.young_person_writes(hidden, "one")
        arrivals.young_person_writes(seen, "two")
        await page.until("case", seen)
        assert hidden not in "".join(page.raw)


async def test_signing_out_everywhere_ends_the_stream(browser: Open, site: str) -> None:
    sam, elsewhere = await browser("Sam"), await browser("Sam")
    async with watching(site, sam.client.cookies) as page:
        await elsewhere.post("/sign-out-everywhere")
        await page.until("ended")


async def test_a_session_that_ran_out_ends_the_stream(browser: Open, site: str, staffed: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.1)
    sam = await browser("Sam")
    async with watching(site, sam.client.cookies) as page:
        later(staffed, minutes=31)
        await page.until("ended")


async def test_nobody_gets_a_stream_without_a_session(site: str) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{site}/events")).status_code == 401


async def test_each_message_reaches_the_workers_page_without_a_reload(browser: Open, arrivals: Arrivals, site: str) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    sam = await browser("Sam")
    await sam.post(f"/cases/{case_id}/pick-up")
    async with watching(site, sam.client.cookies, case_id) as page:
        for number in range(9):
            await asyncio.to_thread(arrivals.young_person_writes, case_id, f"message {number}")
            await page.until("case", case_id)
            assert f"message {number}" in (await sam.get(f"/cases/{case_id}")).text
