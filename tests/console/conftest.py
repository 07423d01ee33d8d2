"""The console on a whole service, and members of staff with a browser each."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import select

from bot.operating import Operator
from bot.rehearsal.house import House
from bot.settings import Settings
from escalation import cases, drills, relay
from escalation.agreements import Wording
from escalation.cases import Noticed
from escalation.consent import Scope
from escalation.console.app import ConsoleSettings, create
from escalation.record import messages, people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, InboxRow, Person
from escalation.staff import accounts
from nlu.understanding import Level
from tests.conftest import KEY
from tests.published import CHECK

PASSWORD = "seven quiet herons dance"
SITE = "http://127.0.0.1:8080"
NOBODY = "http://127.0.0.1:9"


@cache
def hashed() -> str:
    """A hash that is quick to check; how slow the real one is, is the library's matter."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


class Browser:
    """One member of staff's browser: it keeps cookies, and sends a form as a page of ours would."""

    def __init__(self, app: FastAPI, house: House, address: str = "127.0.0.1") -> None:
        self.house = house
        transport = httpx.ASGITransport(app=app, client=(address, 40_000), root_path="/staff")
        self.client = httpx.AsyncClient(transport=transport, base_url=SITE, headers={"sec-fetch-site": "same-origin"})
        self.csrf = ""

    async def get(self, path: str, **more: str) -> httpx.Response:
        return await self.client.get(f"/staff{path}", headers=more)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.client.post(f"/staff{path}", data={"csrf": self.csrf, **fields})

    async def gives_password(self, name: str, password: str = PASSWORD) -> httpx.Response:
        answer = await self.post("/sign-in", name=name, password=password)
        if answer.status_code == 303:
            self.csrf = token_in(await self.get("/code"))
        return answer

    async def signs_in(self, name: str) -> Browser:
        await self.gives_password(name)
        answer = await self.post("/code", code=code_of(self.house, name))
        assert answer.status_code == 303, answer.text
        self.csrf = token_in(await self.get("/account"))
        return self


def token_in(answer: httpx.Response) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found.group(1)


def code_of(house: House, name: str) -> str:
    """What this person's code app shows; the clock is moved on, so that it was not used before."""
    house.clock.move(seconds=30)
    row = house.staff(name)
    secret = house.record.read(lambda tx: tx.vault.open_own("staff.totp", row.id, row.totp_sealed or b""))
    return pyotp.TOTP(secret).at(house.clock())


def can_sign_in(house: House, name: str) -> None:
    """Give an account its password and code app."""

    def enrol(tx: Tx) -> None:
        row = accounts.named(tx, name)
        assert row is not None
        row.password_hash, row.totp_sealed = hashed(), tx.vault.seal_own("staff.totp", row.id, pyotp.random_base32())

    house.record.write(enrol)


def operator(house: House, **given: Any) -> Operator:
    """The program around the console, with what is outside (Telegram, the intent service) away, and settings kept beside the record."""
    path = Path(house.record.url.removeprefix("sqlite:///"))
    away = {"nlu_url": NOBODY, "listen": "127.0.0.1:9", "telegram_base_url": f"{NOBODY}/bot"}
    key = base64.b64encode(KEY).decode()
    settings = Settings(_env_file=None, **{"database_url": house.record.url, "data_key": key, **away, **given})

    async def send_drill() -> None:
        house.woken.add(await house.record.awrite(lambda tx: drills.send(tx, house.service, house.clock())))

    return Operator(settings, house.clock, send_drill, env_file=path.with_name(".env"))


def started(house: House) -> FastAPI:
    """The console on the record of a house, as a program that has just started serves it."""
    return create(house.record, house.service, ConsoleSettings(), house.clock, check=CHECK, operating=operator(house))


@pytest.fixture
def app(staffed: House) -> FastAPI:
    """The console of a staffed service: Sam and Alex are workers, Jo the lead, Kit an editor, Robin the administrator."""
    for name, role in (("Kit", "editor"), ("Robin", "admin")):
        staffed.hire(name, role)
    for name in ("Sam", "Alex", "Jo", "Kit", "Robin"):
        can_sign_in(staffed, name)
    return started(staffed)


Open = Callable[[str], Awaitable[Browser]]


@asynccontextmanager
async def browsers(app: FastAPI, house: House) -> AsyncIterator[Open]:
    """Members of staff, each in a browser of their own, signed in; "" is nobody."""
    opened: list[Browser] = []

    async def open_one(name: str) -> Browser:
        made = Browser(app, house)
        opened.append(made)
        return await made.signs_in(name) if name else made

    yield open_one
    for made in opened:
        await made.client.aclose()


@pytest.fixture
async def browser(app: FastAPI, staffed: House) -> AsyncIterator[Open]:
    """`await browser("Sam")` is Sam, signed in; `await browser("")` is nobody."""
    async with browsers(app, staffed) as open_one:
        yield open_one


@dataclass(frozen=True)
class First:
    """The message that raised a case: its words, the signs seen in them (part: why), and the flags they set."""

    text: str
    level: Level = Level.CONCERN
    signs: dict[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()


class Arrivals:
    """Cases that came in, without the dialogue before them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._number = 0

    def agreed(self, scope: Scope, text: str = "he hits me at home", *, summary: str = "", **more: Any) -> str:
        """Somebody agreed to an adult; returns the case's id."""

        def agree(tx: Tx) -> str:
            noticed, person = self._noticed(tx, First(text, **more))
            case = cases.offer(tx, person, noticed, self.house.clock())
            words = Wording("consent.confirm", "1", "Sam will see what you chose.")
            cases.agree(tx, self.house.service, case, scope, words, summary or None, self.house.clock())
            return case.id

        return self.house.record.write(agree)

    def refused(self, level: Level = Level.URGENT) -> str:
        """Somebody said no."""

        def say_no(tx: Tx) -> str:
            noticed, person = self._noticed(tx, First("they have my pictures", level))
            case = cases.offer(tx, person, noticed, self.house.clock())
            cases.refuse(
                tx, self.house.service, case, Wording("consent.offer", "1", "Would you like to talk to an adult?"), self.house.clock()
            )
            return case.id

        return self.house.record.write(say_no)

    def immediate(self, text: str = "i took all the tablets") -> str:
        """A life may be at risk; nobody was asked."""

        def raise_it(tx: Tx) -> str:
            noticed, person = self._noticed(tx, First(text, Level.IMMEDIATE))
            return cases.raise_immediate(tx, self.house.service, person, noticed, self.house.clock()).id

        return self.house.record.write(raise_it)

    def young_person_writes(self, case_id: str, text: str) -> None:
        """The young person of this case writes one more message."""

        def store(tx: Tx) -> None:
            case = tx.session.get_one(CaseRow, case_id)
            someone = people.person(tx, case.person_id)
            address = people.last_address(tx, someone.id)
            assert address is not None
            self._number += 1
            messages.store(tx, address, someone, f"more-{self._number}", "text", {"text": text}, None, self.house.clock())
            relay.hear(tx, self.house.service, case, text, self.house.clock())

        self.house.clock.move(seconds=1)
        self.house.record.write(store)

    def _noticed(self, tx: Tx, first: First) -> tuple[Noticed, Person]:
        self._number += 1
        now = self.house.clock()
        person, address = people.find_or_create(tx, "web", f"young-{self._number}", now)
        person.last_seen_at = now
        row_id = messages.store(tx, address, person, f"first-{self._number}", "text", {"text": first.text}, None, now)
        starts = {part: first.text.index(part) for part in first.signs}
        evidence = [{"why": why, "start": starts[part], "end": starts[part] + len(part)} for part, why in first.signs.items()]
        row = tx.session.scalars(select(InboxRow).where(InboxRow.id == row_id)).one()
        messages.note_handled(tx, person, [row], [(first.level, {"evidence": evidence})], now)
        return Noticed(first.level, ("home_abuse",), "self", first.flags, row.id), person


@pytest.fixture
def arrivals(staffed: House) -> Arrivals:
    return Arrivals(staffed)


@pytest.fixture
async def sam_has(browser: Open, arrivals: Arrivals) -> tuple[Browser, str]:
    """Sam, with a conversation that was picked up a moment ago."""
    case_id = arrivals.agreed(Scope.CHAT, "he hits me at home")
    sam = await browser("Sam")
    await sam.post(f"/cases/{case_id}/pick-up")
    later(arrivals.house, seconds=1)
    return sam, case_id


def later(house: House, **by: float) -> None:
    """Time passes, and nothing that is due is done."""
    house.clock.move(**by)
