"""Our side: `breakwater serve` as it is run for real, the trained intent service beside it, and people with the web chat open.

Who they are, and who talks to an adult, is made before the start by the product's own parts on the same record.
"""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import subprocess
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
from pydantic import SecretStr
from sqlalchemy import select

from bot import demo
from bot.channels.webchat.session import event_id, new_token
from bot.intent_service import SERVICE, NotPrepared
from bot.rehearsal.house import Clock, House, YoungPerson
from bot.service import load_service
from bot.settings import Settings
from escalation.record.store import Record
from escalation.record.tables import InboxRow
from nlu.noticing import Noticing
from tests.bench.load import words
from tests.bench.load.pressing import GIVES_UP, Kind, Turn
from tests.bench.load.web_people import WebPerson
from tests.bench.load.wire import Wire
from tests.browser.running import free_port
from tests.faults.chain_table import connect
from tests.faults.running import KEY, Program
from tests.faults.waiting import until
from tests.telegram.bot_api import BotApi
from tests.telegram.users import User

BURST = 1.5
"""Seconds, as settings have it where nobody says otherwise."""
ONLOOKER = 0.025
"""Seconds between two looks for live lines that were handled: the record is asked, as no page of an adult is open."""
DANGER = "i took loads of pills just now"
"""A life at risk by the phrases alone: an adult is alerted at once."""
STARTS_WITHIN = 300.0
SETTLES_WITHIN = 30.0
"""Seconds between two measurements in which what was too much is still answered."""
EACH_ADULT = 8
"""Live conversations of one adult."""


@dataclass(frozen=True)
class Crowd:
    """The tokens of the people who are there: who writes with the bot, who talks to an adult, and who will be in danger."""

    writers: tuple[str, ...]
    talking: tuple[str, ...]
    in_danger: tuple[str, ...]


@dataclass
class Served(Program):
    """`breakwater serve` with settings as they are where nobody says otherwise, and the intent service at `nlu_url`."""

    nlu_url: str = ""
    started_in: float = 0.0

    def settings(self) -> dict[str, str]:
        return super().settings() | {"BREAKWATER_BURST_SECONDS": str(BURST), "BREAKWATER_NLU_URL": self.nlu_url}

    async def start(self) -> None:
        begun = time.monotonic()
        self._launch()
        await until(self._stores, STARTS_WITHIN, lambda: self.log.read_text()[-2000:])
        self.started_in = time.monotonic() - begun

    def pids(self) -> dict[str, int]:
        """Its processes, by name."""
        assert self.process is not None
        return {"program": self.process.pid}

    def end(self) -> None:
        """End it as an operator does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
        self.kill()


@contextmanager
def intent_service() -> Iterator[IntentService]:
    """The trained one, in a process of its own. Raises `NotPrepared`."""
    if not (SERVICE / ".venv").is_dir() or not any((SERVICE / "models").glob("*.tar.gz")):
        raise NotPrepared("the intent service is not set up: run `make setup`")
    port, begun = free_port(), time.monotonic()
    nowhere, command = subprocess.DEVNULL, ["bash", str(SERVICE / "run.sh"), str(port)]
    process = subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/status", process)
        yield IntentService(f"http://127.0.0.1:{port}", process.pid, time.monotonic() - begun)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


@dataclass(frozen=True)
class IntentService:
    """Where it answers, its process, and how long it took to start."""

    url: str
    pid: int
    started_in: float


def wait_for(url: str, process: subprocess.Popen[bytes], within: float = 300.0) -> None:
    """Until something answers there. Raises `NotPrepared`."""
    end = time.monotonic() + within
    while time.monotonic() < end and process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        time.sleep(0.1)
    raise NotPrepared(f"nothing answers at {url}")


class Ours:
    """Young people in front of the running program, their adults' phones, and an onlooker of its record."""

    planned_wait = BURST

    def __init__(self, program: Served, intents: IntentService, crowd: Crowd, staff: dict[str, User], record: Record) -> None:
        self.program, self.intents, self.staff, self.record = program, intents, staff, record
        wire = Wire("127.0.0.1", program.port)
        people = [WebPerson(wire, token, number) for number, token in enumerate((*crowd.writers, *crowd.talking, *crowd.in_danger))]
        self.wire, self.people = wire, people
        self._writers = deque(people[: len(crowd.writers)])
        self._talking = deque(people[len(crowd.writers) : len(crowd.writers) + len(crowd.talking)])
        self._in_danger = people[len(crowd.writers) + len(crowd.talking) :]
        self._texts, self._said = count(), words.said()
        self._handled: dict[str, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def there(self) -> AsyncIterator[None]:
        """Everybody has the page open."""
        onlooker = asyncio.create_task(self._look_on())
        for start in range(0, len(self.people), 25):
            await asyncio.gather(*(person.begin() for person in self.people[start : start + 25]))
        try:
            yield
        finally:
            onlooker.cancel()
            await asyncio.gather(*(person.end() for person in self.people), onlooker, return_exceptions=True)
            self.wire.close()

    def pids(self) -> dict[str, int]:
        return {**self.program.pids(), "intent_service": self.intents.pid}

    def refused(self) -> Counter[int]:
        """How often a page was told to try again later, by status: 429 it was too fast, 503 the record did not take it in time."""
        return sum((person.refused for person in self.people), Counter())

    async def settled(self) -> None:
        """Until nothing is left to handle, or it takes too long."""
        left, end = select(InboxRow.id).where(InboxRow.handled_at.is_(None)).limit(1), time.monotonic() + SETTLES_WITHIN
        while await self.record.aread(lambda tx: tx.session.scalar(left)) and time.monotonic() < end:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.2)

    def free(self, kind: Kind) -> bool:
        return bool(self._talking if kind == "live_conversation" else self._writers)

    async def turn(self, kind: Kind, since: float) -> Turn:
        who = self._talking if kind == "live_conversation" else self._writers
        person = who.popleft()
        try:
            if kind == "live_conversation":
                return await self._line(person, since)
            return await person.presses(since) if kind == "button" else await person.writes(self._text(), since)
        finally:
            who.append(person)

    async def danger(self, number: int) -> tuple[str, float]:
        """Somebody's life is at risk; returns their token and when they wrote."""
        person, at = self._in_danger[number], time.time()
        await person.sends(DANGER, time.monotonic())
        return person.token, at

    async def _line(self, person: WebPerson, since: float) -> Turn:
        """A line to an adult, until it is handled: on their page with the next sign."""
        id, stored = await person.sends(f"ok so then {self._text()}", since)
        handled = self._handled[event_id(person.token, id)] = asyncio.get_running_loop().create_future()
        with suppress(TimeoutError):
            async with asyncio.timeout(since + GIVES_UP - time.monotonic()):
                await handled
        self._handled.pop(event_id(person.token, id), None)
        return Turn("live_conversation", time.monotonic() - since, stored, handled.done() and not handled.cancelled())

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(ONLOOKER)
            if waiting := list(self._handled):
                found = select(InboxRow.external_id).where(InboxRow.external_id.in_(waiting), InboxRow.handled_at.is_not(None))
                for id in await self.record.aread(lambda tx, found=found: list(tx.session.scalars(found))):  # type: ignore[misc]
                    if (handled := self._handled.get(id)) and not handled.done():
                        handled.set_result(None)

    def _text(self) -> str:
        return self._said[next(self._texts) % len(self._said)]


@asynccontextmanager
async def running(
    folder: Path,
    intents: IntentService,
    database: str = "",
    size: tuple[int, int, int] = (300, 48, 40),
    served: Callable[..., Served] = Served,
) -> AsyncIterator[Ours]:
    """The program with people in front of it, on a new record: a SQLite file in the folder, or the database that is given."""
    api = BotApi().start()
    program = served(folder, api.base_url, api.token, database=database, nlu_url=intents.url)
    staff = {name: User(api, 700_000 + number, name, f"staff_{name}") for number, name in enumerate(("Sam", "Alex", "Jo"))}
    crowd = await prepare(program, staff, size)
    record = Record(program.database, KEY)
    try:
        await program.start()
        ours = Ours(program, intents, crowd, staff, record)
        async with ours.there():
            yield ours
    finally:
        program.end()
        record.close()
        api.stop()


async def prepare(program: Program, staff: dict[str, User], size: tuple[int, int, int]) -> Crowd:
    """People who have met the bot, and some who talk to an adult now."""
    now = datetime.now(UTC)
    settings = Settings(_env_file=None, database_url=program.database, data_key=SecretStr(base64.b64encode(KEY).decode()))
    demo.prepare(settings, now)
    record = Record(program.database, KEY)
    house = House(record, load_service(settings), Noticing.load(), Clock())
    crowd = Crowd(*(tuple(new_token() for _ in range(many)) for many in size))
    for token in (*crowd.writers, *crowd.in_danger):
        house.clock.at = now - timedelta(minutes=1)
        await YoungPerson(house, "webchat", token).starts()
    for number, token in enumerate(crowd.talking):
        house.clock.at = now - timedelta(minutes=1)
        await _talks(house, token, _adult(house, number))
    # Their phones are connected last: what was before would still have to go out.
    record.write(lambda tx: connect(tx, staff))
    record.close()
    return crowd


def _adult(house: House, number: int) -> str:
    name = f"Worker {number // EACH_ADULT}"
    if number % EACH_ADULT == 0:
        house.hire(name)
    return name


async def _talks(house: House, token: str, adult: str) -> None:
    young = YoungPerson(house, "webchat", token)
    await young.says(DANGER)
    case = young.case()
    assert case is not None
    house.pick_up(adult, case.id)
    house.worker_says(adult, case.id, "I'm here. Take your time.")
