"""The staff console as one web app, to be mounted at `/staff`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from escalation.console import security
from escalation.console.pages import STATIC, furnish, page
from escalation.console.permissions import GatedRoute, Refused, gated_routes
from escalation.console.problems import Problem
from escalation.console.rooms import Room
from escalation.console.routes import (
    account,
    audit,
    begin,
    call_backs,
    case_list,
    case_work,
    cases,
    choices,
    concerns,
    endings,
    events,
    first_run,
    flags,
    health,
    insight,
    invite,
    passkeys,
    proof,
    reads,
    referral,
    release,
    rota,
    rota_own,
    settings,
    settings_helplines,
    sharing,
    sign_in,
    single_sign_on,
    supervisor,
    team,
    transfer,
    waiting,
    writing,
)
from escalation.console.state import Console, ConsoleSettings, utc_now
from escalation.context import Service
from escalation.operating import Operating
from escalation.publishing import Check, Publisher
from escalation.record.store import Record, RecordUnavailable
from escalation.staff.first_run import FirstRun

__all__ = ["ConsoleSettings", "create"]

ROUTERS = (
    sign_in,
    invite,
    account,
    passkeys,
    proof,
    single_sign_on,
    waiting,
    choices,
    case_list,
    cases,
    writing,
    endings,
    call_backs,
    case_work,
    sharing,
    referral,
    reads,
    release,
    transfer,
    flags,
    concerns,
    supervisor,
    insight,
    rota,
    rota_own,
    settings,
    settings_helplines,
    team,
    health,
    audit,
    begin,
    first_run,
    events,
)
_TITLES = {
    401: "Sign in",
    403: "Not open to you",
    404: "Not found",
    405: "That cannot be done here",
    409: "That has changed meanwhile",
    422: "Something is missing",
    503: "The record cannot be reached",
}


class Assets(StaticFiles):
    """Style, script and pictures; their address changes with their content, so a browser may keep them."""

    def file_response(self, *args: Any, **named: Any) -> Response:
        response = super().file_response(*args, **named)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def create(
    record: Record,
    service: Service,
    settings: ConsoleSettings,
    clock: Callable[[], datetime] = utc_now,
    *,
    check: Check,
    operating: Operating | None = None,
    first_run: FirstRun | None = None,
    rooms: Sequence[Room] = (),
) -> FastAPI:
    """Build the console. Every route but the static files is gated; a router with an ungated one is refused here.

    `check` says what is wrong with content that is to be published; `operating` is the program around the console;
    `first_run` the way in for a first administrator; `rooms` are parts of the console that stand elsewhere.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.console = Console(record, service, settings, Publisher(record, check, clock), clock, operating=operating, first_run=first_run)
    for module in (*ROUTERS, *(module for room in rooms for module in room.routers)):
        if len(list(gated_routes(list(module.router.routes)))) != len(module.router.routes):
            raise TypeError(f"{module.__name__}: every route must be a {GatedRoute.__name__}")
        app.include_router(module.router)
    for room in rooms:
        furnish(room)
        setattr(app.state, room.name, room.state)
        app.router.routes.append(Mount(f"/static/{room.name}", Assets(directory=room.static), name=room.name))
    app.router.routes.append(Mount("/static", Assets(directory=STATIC), name="static"))
    app.add_middleware(security.Guard, public_url=settings.public_url, https=settings.secure_cookies)
    _explain_errors(app)
    return app


def _explain_errors(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return sign_in.sign_in_page(request, 401) if error.status == 401 else _error(request, error.status, error.why)

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> Response:
        return _error(request, error.status, error.why)

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        return _error(request, error.status_code, "There is no such page. It may have moved, or the address has a typing mistake.")

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, _: RequestValidationError) -> Response:
        return _error(request, 422, "A part of the form did not arrive. Go back, check it, and send it again.")

    @app.exception_handler(RecordUnavailable)
    async def away(request: Request, _: RecordUnavailable) -> Response:
        return _error(request, 503, "Nothing was stored just now. Go back and try again in a moment. In danger, 999 works without us.")

    @app.exception_handler(Exception)
    async def broken(request: Request, _: Exception) -> Response:
        # Errors of this kind are answered outside the middleware, so the headers are set here.
        response = _error(request, 500, "Something went wrong on our side. Go back and try again; if it stays, tell your administrator.")
        response.headers.update({**security.headers(https=settings_of(request).secure_cookies), "cache-control": "no-store"})
        return response


def settings_of(request: Request) -> ConsoleSettings:
    """The settings of the console that serves this request."""
    console: Console = request.app.state.console
    return console.settings


def _error(request: Request, status: int, why: str) -> Response:
    return page(request, "error.html", None, status, title=_TITLES.get(status, "Something went wrong"), why=why)
