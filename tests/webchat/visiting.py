"""What stands behind the page in these tests, and a browser that speaks to it as the page does."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware

from bot.channels import Incoming, NotStored
from bot.channels.webchat import WebChatPage, chat_routes
from escalation.console.security import Guard
from escalation.context import Service
from escalation.record import messages, people
from escalation.record.store import Record, Tx
from escalation.record.tables import OutboxRow, Person

ORIGIN = "http://127.0.0.1:8080"
START = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


@dataclass
class Host:
    """What stands behind the page: a record, a clock, and a take that stores, unless the disk is full."""

    record: Record
    service: Service
    time: datetime = START
    disk_full: bool = False
    taken: list[Incoming] = field(default_factory=list)

    def now(self) -> datetime:
        self.time += timedelta(milliseconds=10)
        return self.time

    async def take(self, incoming: Incoming) -> None:
        if self.disk_full:
            raise NotStored
        now = self.now()

        def store(tx: Tx) -> None:
            someone, address = people.find_or_create(tx, incoming.channel, incoming.address, now)
            someone.last_seen_at = now
            messages.store(tx, address, someone, incoming.external_id, incoming.kind, {"text": incoming.text}, None, now)

        await self.record.awrite(store)
        self.taken.append(incoming)

    def say(self, text: str, *, buttons: tuple[tuple[str, str], ...] = (), **more: object) -> str:
        """The bot, or a worker, writes to the newest person."""

        def write(tx: Tx) -> str:
            someone = tx.session.query(Person).order_by(Person.id.desc()).first()
            assert someone is not None
            row = messages.say(tx, someone, text, self.now(), buttons=buttons, **more)  # type: ignore[arg-type]
            assert row is not None
            return row.id

        return self.record.write(write)

    def people(self) -> list[Person]:
        return self.record.read(lambda tx: list(tx.session.query(Person).order_by(Person.id)))

    def row(self, id: str) -> OutboxRow:
        return self.record.read(lambda tx: tx.session.query(OutboxRow).filter_by(id=id).one())


class Browser:
    """One page: a token of its own, and the headers that the page sends."""

    def __init__(self, app: Starlette, address: str = "127.0.0.1") -> None:
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 4242)), base_url=ORIGIN)
        self.after = "0.0"

    async def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        ours = {"Origin": ORIGIN, "X-Breakwater": "chat", **headers}
        return await self.http.post(path, json=body, headers=ours)

    def keeps(self, token: str) -> None:
        """Hold this token from now on."""
        self.http.headers["Authorization"] = f"Bearer {token}"

    async def open(self, resume: bool = False, ask: bool = False) -> httpx.Response:
        return self._opened(await self.post("/chat/open", {"id": new_id(), "resume": resume, "ask": ask}))

    def _opened(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == 200:
            self.keeps(answer.json()["session"])
        return answer

    async def says(self, text: str, id: str = "") -> httpx.Response:
        return await self.post("/chat/send", {"id": id or new_id(), "text": text})

    async def presses(self, token: str) -> httpx.Response:
        return await self.post("/chat/press", {"id": new_id(), "token": token})

    async def returns(self, code: str) -> httpx.Response:
        return self._opened(await self.post("/chat/return", {"id": new_id(), "code": code}))

    async def feed(self, after: str = "0.0") -> dict:  # type: ignore[type-arg]
        answer = await self.http.get("/chat/messages", params={"after": after})
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def reads(self) -> list[str]:
        """The words on the page, from the beginning."""
        return [item["text"] or item["token"] for item in (await self.feed())["items"]]


def new_id() -> str:
    return str(uuid.uuid4())


def web_app(host: Host) -> Starlette:
    """The chat with the guard that every web app has."""
    chat = WebChatPage(host.record, host.take, host.service, host.now)
    return Starlette(routes=chat_routes(chat), middleware=[Middleware(Guard, public_url=None, https=False)])
