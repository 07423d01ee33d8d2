"""The desk in the staff web app, on a whole service: Kit and Noa are editors, Jo and Mia leads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI

from bot.desk.drafting.publishing import Publishing
from bot.desk.editing.opened import Library
from bot.desk.room import room
from bot.desk.state import Desk
from bot.rehearsal.house import House
from content.editorial.edition import Texts
from content.editorial.problems import Problem
from escalation.console.app import ConsoleSettings, create
from tests.console.conftest import Open, browsers, can_sign_in, operator


@dataclass
class Checks:
    """The checks before a publish, as a test wants them: `found` is what they find; the real ones take many seconds."""

    found: tuple[Problem, ...] = ()
    asked: int = 0

    def __call__(self, texts: Texts) -> list[Problem]:
        self.asked += 1
        return list(self.found)


@pytest.fixture
def checks() -> Checks:
    return Checks()


@pytest.fixture
def desk(staffed: House, checks: Checks) -> Desk:
    publishing = Publishing(staffed.record, checks, staffed.clock, lambda: staffed.service, production=False)
    made = Desk(publishing, production=False, clock=staffed.clock)
    made.use(0)
    return made


@pytest.fixture
def app(staffed: House, desk: Desk, checks: Checks) -> FastAPI:
    for name, role in (("Kit", "editor"), ("Noa", "editor"), ("Mia", "lead"), ("Robin", "admin")):
        staffed.hire(name, role)
    for name in ("Sam", "Jo", "Kit", "Noa", "Mia", "Robin"):
        can_sign_in(staffed, name)
    operating = operator(staffed)
    return create(staffed.record, staffed.service, ConsoleSettings(), staffed.clock, check=checks, operating=operating, rooms=[room(desk)])


@pytest.fixture
async def browser(app: FastAPI, staffed: House) -> AsyncIterator[Open]:
    """`await browser("Kit")` is Kit, signed in; `await browser("")` is nobody."""
    async with browsers(app, staffed) as open_one:
        yield open_one


@pytest.fixture(scope="module")
def library() -> Library:
    """What drafts are checked against, read once for all tests of a file."""
    return Library()


@pytest.fixture
def read_once(desk: Desk, library: Library) -> None:
    """The desk has it already."""
    desk.library = library
