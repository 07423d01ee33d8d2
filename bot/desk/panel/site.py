"""The panel's own pages at `/panel`: no account, no script needed, and one cookie, which only says which device it is.

Every link that does not work gets one page. Nothing here logs what was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Form, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException as NotThere

from bot.channels.webchat.pace import OPENING, Pace, Rule, Rules
from bot.channels.webchat.page import EXIT_TO
from bot.desk.panel import voices
from bot.desk.panel.rounds import KINDS, VALUES, Item, Round
from bot.desk.panel.sign_off import Asked, read
from bot.desk.panel.voices import LONGEST_COMMENT, Voice
from bot.desk.panel.words import line, paragraphs
from escalation.case import NotPossible
from escalation.console.security import Guard
from escalation.context import Service
from escalation.record.store import Record, RecordUnavailable
from escalation.words import message
from nlu.noticing import Noticing
from nlu.understanding import Level

HERE = Path(__file__).parent
BASE, COOKIE = "/panel", "panel"

TAPPING: Rules = (Rule(90, 60),)
COMMENTING: Rules = (Rule(6, 60),)
"""For each device."""

Field = Annotated[str, Form()]


class Gone(Exception):
    """A link that lets nobody in, whatever the reason."""


class Outside(Exception):
    """A device that has not come in yet; the link's secret."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where a request is: the round of its link, and the device, where it has come in."""

    token: str
    round: Round
    voice: Voice | None

    def item(self, item_id: str) -> Item:
        """A draft of this round. Raises `Gone`."""
        found = next((one for one in self.round.items if one.id == item_id), None)
        if found is None:
            raise Gone
        return found


class PanelSite:
    """The pages, with the words and phrases in force."""

    def __init__(
        self,
        record: Record,
        service: Service,
        noticing: Noticing,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        https: bool = False,
    ) -> None:
        self._record, self._now, self._https = record, now, https
        self._pace = Pace()
        self._files = {path.name: path for path in (HERE / "static").iterdir()}
        folder = FileSystemLoader(HERE / "templates")
        self._pages = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        self.use(service, noticing)

    def use(self, service: Service, noticing: Noticing) -> None:
        """Go on with another edition of words and phrases."""
        self._service, self._noticing = service, noticing

    async def static(self, name: str) -> Response:
        """A style sheet or script of the pages."""
        if name not in self._files:
            raise HTTPException(404)
        return FileResponse(self._files[name], headers={"cache-control": "no-cache"})

    async def begin(self, request: Request, token: str) -> Response:
        """What it is about; for a device that has come in, what there is to read."""
        here = await self._here(request, token)
        return self._page("start.html" if here.voice is None else "list.html", here)

    async def join(self, request: Request, token: str, nickname: Field = "") -> Response:
        """Come in, with a nickname or none."""
        here = await self._here(request, token)
        answer = _to(here)
        if here.voice is not None:
            return answer
        if self._pace.wait(OPENING, _client(request)):
            return self._page("told.html", here, 429, said=("slow_down",))
        try:
            cookie = await self._record.awrite(lambda tx: voices.join(tx, here.round.id, nickname, self._now()))
        except NotPossible:
            return self._page("told.html", here, 409, said=("full",))
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="lax", secure=self._https, path=BASE)
        return answer

    async def part(self, request: Request, token: str, item_id: str, number: int) -> Response:
        """One turn of a draft, as a young person would see it."""
        here = await self._inside(request, token)
        thanks = request.query_params.get("thanks", "")
        return self._part(here, here.item(item_id), number, said=(thanks,) if thanks in ("kept", "care") else ())

    async def react(self, request: Request, token: str, item_id: str, number: int) -> Response:
        """A tap on one answer."""
        here = await self._inside(request, token)
        item, form = here.item(item_id), await request.form()
        if wait := self._wait(TAPPING, here):
            return self._part(here, item, number, 429, said=("slow_down",), wait=wait)
        for kind in KINDS:
            if kind in form and item.turns and 1 <= number <= len(item.turns):
                await self._tap(here, item, item.turns[number - 1].step, kind, str(form[kind]))
        if request.headers.get("x-panel") == "tap":
            return Response(status_code=204)
        return _to(here, f"/{item.id}/{number}#think")

    async def comment(self, request: Request, token: str, item_id: str, number: int, words: Field = "") -> Response:
        """Words on a turn. What cannot be kept comes back, with the reason."""
        here = await self._inside(request, token)
        item, words = here.item(item_id), words.strip()
        if problem := "empty" if not words else "too_long" if len(words) > LONGEST_COMMENT else "":
            return self._part(here, item, number, 422, said=(problem,), words=words)
        if wait := self._wait(COMMENTING, here):
            return self._part(here, item, number, 429, said=("slow_down",), words=words, wait=wait)
        level = self._level(words)
        step = item.turns[number - 1].step if 1 <= number <= len(item.turns) else voices.WHOLE
        await self._keep(here, item, step, words, level)
        thanks = "care" if level > Level.NONE else "kept"
        return _to(here, f"/{item.id}/{number}?thanks={thanks}#say")

    async def finish(self, request: Request, token: str) -> Response:
        """The form with which one device signs off for the group."""
        return self._page("finish.html", await self._inside(request, token), asked=Asked())

    async def sign_off(self, request: Request, token: str) -> Response:
        """Asks once more whether they are sure, and then takes the group's word."""
        here = await self._inside(request, token)
        form = await request.form()
        asked = read(here.round, {name: str(value) for name, value in form.items()})
        if asked.missing:
            return self._page("finish.html", here, 422, asked=asked, said=("missing",))
        if "sure" not in form:
            return self._page("sure.html", here, asked=asked)
        given, level = asked.given(), self._level(asked.words)
        try:
            changed = await self._record.awrite(
                lambda tx: voices.sign_off(tx, self._service, here.round, _in(here), given, level, self._now())
            )
        except NotPossible:
            return self._page("told.html", here, 409, said=("signed_before" if here.round.signed_off_at else "nothing_left",))
        return self._page("told.html", here, said=("signed", *(("care",) if level > Level.NONE else ())), changed=changed)

    async def outside(self, _: Request, error: Exception) -> Response:
        """A device that has not come in yet goes to the door."""
        return RedirectResponse(f"{BASE}/{error}", 303)

    async def unavailable(self, request: Request, _: Exception) -> Response:
        """The record is away: whatever was written comes back, to be sent again."""
        form = await request.form() if request.method == "POST" else {}
        fields = {name: str(value) for name, value in form.items()}
        return self._page("again.html", None, 503, said=("not_kept",), fields=fields, address=request.url.path)

    async def gone(self, request: Request, _: Exception) -> Response:
        return self._page("gone.html", None, 404)

    async def _tap(self, here: Here, item: Item, step: str, kind: str, value: str) -> None:
        try:
            await self._record.awrite(lambda tx: voices.react(tx, _in(here), item, step, kind, value, self._now()))
        except NotPossible:
            raise Gone from None

    async def _keep(self, here: Here, item: Item, step: str, words: str, level: Level) -> None:
        await self._record.awrite(lambda tx: voices.comment(tx, self._service, _in(here), item, step, words, level, self._now()))

    def _level(self, words: str) -> Level:
        """How words read, as a message of a young person's would."""
        return self._noticing.check(words).level if words else Level.NONE

    async def _here(self, request: Request, token: str) -> Here:
        found = await self._record.aread(lambda tx: voices.by_link(tx, token, self._now()))
        if found is None:
            raise Gone
        cookie = request.cookies.get(COOKIE, "")
        voice = await self._record.aread(lambda tx: voices.voice_of(tx, found.id, cookie)) if cookie else None
        return Here(token, found, voice)

    async def _inside(self, request: Request, token: str) -> Here:
        here = await self._here(request, token)
        if here.voice is None:
            raise Outside(token)
        return here

    def _wait(self, rules: Rules, here: Here) -> int:
        return self._pace.wait(rules, _in(here).id)

    def _part(self, here: Here, item: Item, number: int, status: int = 200, **named: Any) -> Response:
        all = len(item.turns)
        if all and not 1 <= number <= all:
            raise Gone
        turn = item.turns[number - 1] if all else None
        page = self._page("part.html", here, status, item=item, turn=turn, number=number, all=all, **({"words": "", "said": ()} | named))
        if named.get("wait"):
            page.headers["retry-after"] = str(named["wait"])
        return page

    def _page(self, template: str, here: Here | None, status: int = 200, **named: Any) -> HTMLResponse:
        service = self._service
        common = {
            "here": here,
            "base": BASE,
            "home": _home(here) if here else "",
            "say": lambda name, **fields: line(service, name, **fields),
            "paragraphs": lambda name, **fields: paragraphs(service, name, **fields),
            "danger": " ".join(message(service.library, "web_chat.danger")),
            "talk_line": " ".join(message(service.library, "web_chat.talk_line")),
            "leave": service.library.label("leave"),
            "organisation": service.organisation,
            "chat": service.web_chat,
            "kinds": KINDS,
            "values": VALUES,
            "exit_to": EXIT_TO,
            "said": (),
        }
        return HTMLResponse(self._pages.get_template(template).render(common | named), status)


def create(site: PanelSite, *, public_url: str | None, https: bool) -> FastAPI:
    """The web app around the pages, to be mounted at `/panel`."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_api_route("/static/{name}", site.static, methods=["GET"])
    app.add_api_route("/{token}", site.begin, methods=["GET", "HEAD"])
    app.add_api_route("/{token}/join", site.join, methods=["POST"])
    app.add_api_route("/{token}/finish", site.finish, methods=["GET"])
    app.add_api_route("/{token}/finish", site.sign_off, methods=["POST"])
    app.add_api_route("/{token}/{item_id}/{number:int}", site.part, methods=["GET"])
    app.add_api_route("/{token}/{item_id}/{number:int}/react", site.react, methods=["POST"])
    app.add_api_route("/{token}/{item_id}/{number:int}/comment", site.comment, methods=["POST"])
    for kind in (Gone, NotThere, RequestValidationError):
        app.add_exception_handler(kind, site.gone)
    app.add_exception_handler(Outside, site.outside)
    app.add_exception_handler(RecordUnavailable, site.unavailable)
    app.add_middleware(Guard, public_url=public_url, https=https)
    return app


def _home(here: Here) -> str:
    return f"{BASE}/{here.token}"


def _to(here: Here, place: str = "") -> RedirectResponse:
    return RedirectResponse(_home(here) + place, 303)


def _in(here: Here) -> Voice:
    if here.voice is None:
        raise Outside(here.token)
    return here.voice


def _client(request: Request) -> str:
    return request.client.host if request.client else ""
