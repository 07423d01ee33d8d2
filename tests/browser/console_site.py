"""The console alone, served from this process on a record of a test's own, with its staff signed in."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext
from starlette.types import ASGIApp

from bot.rehearsal.house import House
from escalation.console.app import ConsoleSettings, create
from escalation.console.rooms import Room
from escalation.staff import sign_in
from tests.console.conftest import PASSWORD, code_of, operator
from tests.published import CHECK

CHROMIUM = "Chrome on Linux"
"""What kind of browser the tests drive."""


@dataclass(frozen=True)
class Site:
    """Where the console is, and the sessions of its staff by name."""

    url: str
    app: FastAPI
    sessions: dict[str, str]

    def browser_of(self, chromium: Browser, name: str) -> BrowserContext:
        """A browser of this member of staff, signed in; of nobody where the name is empty."""
        context = chromium.new_context(locale="en-GB")
        if name:
            context.add_cookies([{"name": "breakwater", "value": self.sessions[name], "url": self.url}])
        return context


@contextmanager
def served(
    house: House,
    names: Iterable[str],
    settings: ConsoleSettings = ConsoleSettings(),
    rooms: Sequence[Room] = (),
    beside: Mapping[str, ASGIApp] = MappingProxyType({}),
) -> Iterator[Site]:
    """Serve the console of a house in which these members of staff can sign in. To be called before a browser is started.

    `beside`: other web apps, by the address that each is mounted at.
    """
    sessions = {name: asyncio.run(_signs_in(house, name)) for name in names}
    app = create(house.record, house.service, settings, house.clock, check=CHECK, operating=operator(house), rooms=rooms)
    root = FastAPI()
    root.mount("/staff", app)
    for address, other in beside.items():
        root.mount(address, other)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(root, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}/staff", app, sessions)
        server.should_exit = server.force_exit = True
        thread.join()


async def _signs_in(house: House, name: str) -> str:
    half = await sign_in.check_password(house.record, name, PASSWORD, CHROMIUM, house.clock())
    assert half is not None
    token = await house.record.awrite(lambda tx: sign_in.enter_code(tx, half, code_of(house, name), house.clock()))
    assert token is not None
    return token
