"""The web chat over HTTP. Every answer is kind words or data; nothing here logs what was written.

What changes something needs JSON, the header `X-Breakwater: chat`, which no other site's page can send, and our own
origin (`escalation.console.security` sees to that for every web app). Who is asking stands in `Authorization`; there is no cookie.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path

from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.channels import Incoming, Kind, NotStored, Take
from bot.channels.webchat import embedding, feed, pace, reader, visits
from bot.channels.webchat.page import STATIC, pages
from bot.channels.webchat.requests import LONGEST_TEXT, Open, Press, Refused, Return, Send, body
from bot.channels.webchat.session import event_id, new_token, token_of
from content.editorial.interface import ENGLISH
from escalation import being_written
from escalation.context import Service
from escalation.record import people, tries
from escalation.record.store import Record, RecordUnavailable, Tx
from escalation.record.tries import Limit
from escalation.signals import parted, said
from escalation.words import message
from escalation.young_person import copies

HEARTBEAT_SECONDS = 15
EMBED_KEPT_SECONDS = 600
OWN_WORDS_AFTER = 3.0
"""Seconds after which their other pages hear of words of their own, unless an answer came and both were shown at once."""

DRAWING_ONLY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""The policy for a drawing: its own colours, and nothing else."""

Answer = Callable[..., Awaitable[Response]]


def utc_now() -> datetime:
    return datetime.now(UTC)


def chat_routes(chat: WebChatPage, *, embeddable: bool = False) -> list[Route]:
    """The young people's page at `/` and everything it calls. `embeddable`: some other site may show it in its own pages."""
    return [
        *(
            Route(f"/chat/{name}", chat.kindly(handler), methods=[method])
            for name, handler, method in (
                ("messages", chat.messages, "GET"),
                ("send", chat.send, "POST"),
                ("press", chat.press, "POST"),
                ("stream", chat.stream, "GET"),
                ("open", chat.open, "POST"),
                ("return", chat.return_, "POST"),
            )
        ),
        Route("/", chat.page),
        *([Route("/embed.js", chat.embed)] if embeddable else ()),
        Route("/chat/static/{name}", chat.static),
        Route("/chat/pictures/{name}", chat.picture),
        Route("/chat/copy/{key}", chat.copy),
    ]


class WebChatPage:
    """What the routes do."""

    def __init__(self, record: Record, take: Take, service: Service, now: Callable[[], datetime] = utc_now) -> None:
        self._record = record
        self._take = take
        self._now = now
        self._pace = pace.Pace()
        self.use(service)
        # Kept, for each page asks for all of them, and to read one from the disk passes through several threads.
        self._files = {path.name: _kept(path) for path in STATIC.iterdir() if path.suffix in (".css", ".js")}

    def use(self, service: Service) -> None:
        """Go on with another edition of the words; a page that is open keeps those it has until it is loaded again."""
        self._service = service
        self._pages = pages(service, self._now())

    def kindly(self, handler: Answer) -> Answer:
        """Turn every refusal into an answer with words for the page to show."""

        @wraps(handler)
        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except Refused as refused:
                return refused.answer(self._words_for(request))
            except (NotStored, RecordUnavailable):
                return Refused(503, "not_sent").answer(self._words_for(request))

        return answer

    async def page(self, request: Request) -> HTMLResponse:
        """The page, without anything that was said; in English where it is not there in this language (`lang`)."""
        return HTMLResponse(self._pages[self._shown(request.query_params.get("lang", ENGLISH))].html)

    async def embed(self, _: Request) -> Response:
        """The script that another site loads to have the chat on its page."""
        headers = {"Cache-Control": f"public, max-age={EMBED_KEPT_SECONDS}", "Cross-Origin-Resource-Policy": "cross-origin"}
        return Response(embedding.script(self._pages), media_type="text/javascript", headers=headers)

    async def static(self, request: Request) -> Response:
        """A style sheet or script of the page."""
        name = request.path_params["name"]
        if name not in self._files:
            raise HTTPException(404)
        content, headers = self._files[name]
        return Response(content, headers=headers)

    async def picture(self, request: Request) -> Response:
        """A drawing that goes with words. Opened by itself, it can run nothing and load nothing."""
        name = request.path_params["name"]
        if name not in self._service.library.pictures:
            raise HTTPException(404)
        return Response(self._service.library.pictures[name], media_type="image/svg+xml", headers={"Content-Security-Policy": DRAWING_ONLY})

    async def open(self, request: Request) -> Response:
        """Start a chat; or, with `resume`, come back to the one that this page had. Tells the token to keep."""
        asked = await body(request, Open)
        self._slow(pace.OPENING, _client(request))
        token = token_of(request)
        asks = await self._come_back(token, asked.ask) if asked.resume and token else None
        if token is None or asks is None:
            await self._allow(((pace.NEW_PEOPLE, _client(request)),), "slow_down")
            token = new_token()
            if asked.easy:
                await self._tell(token, asked.easy, "button", "0:do:easy_on")
            await self._tell(token, asked.id, "started", self._shown(asked.language))
        elif asks:
            await self._tell(token, asked.id, "started")
        return JSONResponse({"session": token})

    async def send(self, request: Request) -> Response:
        """Take one message. 202 only once it is stored."""
        token = self._session(request)
        self._slow(pace.SENDING, token)
        sent = await body(request, Send)
        if not sent.text.strip():
            raise Refused(422, "empty")
        if len(sent.text) > LONGEST_TEXT:
            raise Refused(413, "too_long")
        await self._tell(token, sent.id, "text", sent.text)
        return Response(status_code=202)

    async def press(self, request: Request) -> Response:
        """Take one button."""
        token = self._session(request)
        self._slow(pace.SENDING, token)
        pressed = await body(request, Press)
        await self._tell(token, pressed.id, "button", pressed.token)
        return Response(status_code=202)

    async def return_(self, request: Request) -> Response:
        """Come back with a code. The answer to a wrong one is always the same."""
        tried = await body(request, Return)
        here = _client(request)
        limits = ((pace.CODE_BY_SESSION, token_of(request) or here), (pace.CODE_BY_ADDRESS, here), (pace.CODE_BY_ALL, ""))
        await self._allow(limits, "code_wait")
        token = new_token()
        if not await self._record.awrite(lambda tx: visits.return_with(tx, self._service, tried.code, token, self._now())):
            raise Refused(404, "code_wrong")
        await self._tell(token, tried.id, "started")
        return JSONResponse({"session": token})

    async def messages(self, request: Request) -> Response:
        """What is new since `after`. What is fetched counts as delivered."""
        token, now = self._session(request), self._now()
        after = feed.Cursor.parse(request.query_params.get("after", ""))
        found = await self._record.aread(lambda tx: feed.read(tx, token, after, now))
        if found.unfetched:
            await self._record.awrite(lambda tx: feed.mark_fetched(tx, found.unfetched, now))
        return JSONResponse(found.as_json() | {"language": self._shown(found.language)})

    async def copy(self, request: Request) -> Response:
        """The copy that was asked for, as a file, once. For anything else the same plain page."""
        token, key, now = token_of(request), request.path_params["key"], self._now()
        with suppress(RecordUnavailable):
            if text := token and await self._record.awrite(lambda tx: self._take_copy(tx, token, key, now)):
                headers = {"Content-Disposition": 'attachment; filename="chat.txt"', "Cache-Control": "no-store"}
                return PlainTextResponse(text, headers=headers)
        return PlainTextResponse(message(self._service.library, "own_view.copy_gone")[0], 404)

    def _take_copy(self, tx: Tx, token: str, key: str, now: datetime) -> str | None:
        found = people.find(tx, "webchat", token)
        return copies.take(tx, self._service, found[0], key, now, reader.shown_since(found[0])) if found else None

    async def stream(self, request: Request) -> Response:
        """Server-sent events that say only that something is new."""
        token = self._session(request)
        found = await self._record.aread(lambda tx: people.whose(tx, "webchat", token))
        if found is None:
            raise Refused(409, "lost_page")
        return EventSourceResponse(self._events(token, found), ping=HEARTBEAT_SECONDS)

    async def _events(self, token: str, person_id: str) -> AsyncIterator[dict[str, str]]:
        """`ready` once nothing can be missed any more, then one `new` for each change, or for several at once, and `typing` with
        the words that say who is writing. It ends where this browser is somebody else's from now on: the page then asks for a new one."""
        loop, heard = asyncio.get_running_loop(), asyncio.Queue[str]()
        new, own, typing, gone = f"person:{person_id}", said(person_id), being_written.topic(person_id), parted(person_id)
        with self._record.signals.listening(new, own, typing, gone, to=lambda topic: loop.call_soon_threadsafe(heard.put_nowait, topic)):
            if await self._record.aread(lambda tx: people.whose(tx, "webchat", token)) != person_id:
                return
            yield {"event": "ready", "data": "1"}
            later: float | None = None
            while True:
                signals = await _next(heard, later)
                if new in signals or not signals or (later is not None and loop.time() >= later):
                    later = None
                    yield {"event": "new", "data": "1"}
                elif own in signals and later is None:
                    later = loop.time() + OWN_WORDS_AFTER
                if gone in signals:
                    return
                if typing in signals:
                    with suppress(RecordUnavailable, KeyError):  # away, or gone meanwhile
                        yield {"event": "typing", "data": await self._record.aread(lambda tx: self._writing(tx, person_id))}

    def _writing(self, tx: Tx, person_id: str) -> str:
        """Who is writing to this person, in words."""
        return being_written.words(tx, self._service, people.person(tx, person_id), self._now())

    def _shown(self, language: str) -> str:
        return language if language in self._pages else ENGLISH

    def _words_for(self, request: Request) -> dict[str, str]:
        return self._pages[self._shown(request.headers.get("x-breakwater-language", ENGLISH))].words

    async def _come_back(self, token: str, ask: bool) -> bool | None:
        return await self._record.awrite(lambda tx: visits.come_back(tx, self._service, token, self._now(), ask=ask))

    def _session(self, request: Request) -> str:
        token = token_of(request)
        if token is None:
            raise Refused(401, "lost_page")
        return token

    def _slow(self, rules: pace.Rules, *who: str, words: str = "slow_down") -> None:
        if seconds := self._pace.wait(rules, *who):
            raise Refused(429, words, seconds)

    async def _allow(self, limits: tuple[tuple[Limit, str], ...], words: str) -> None:
        if seconds := await self._record.awrite(lambda tx: tries.take(tx, limits, self._now())):
            raise Refused(429, words, seconds)

    async def _tell(self, token: str, id: str, kind: Kind, text: str = "") -> None:
        await self._take(Incoming("webchat", token, event_id(token, id), kind, text))


async def _next(heard: asyncio.Queue[str], later: float | None) -> set[str]:
    """What was heard, once something was; nothing where it is `later` before."""
    signals = set()
    with suppress(TimeoutError):
        async with asyncio.timeout_at(later):
            signals.add(await heard.get())
    while not heard.empty():
        signals.add(heard.get_nowait())
    return signals


def _kept(path: Path) -> tuple[bytes, dict[str, str]]:
    """A file as it is now, and the headers that go with it. It is small, so no part of it is given by itself."""
    headers = FileResponse(path, headers={"Cache-Control": "no-cache"}, stat_result=path.stat()).headers
    return path.read_bytes(), {name: value for name, value in headers.items() if name != "accept-ranges"}


def _client(request: Request) -> str:
    return request.client.host if request.client else ""
