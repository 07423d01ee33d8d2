"""What is served, as one web application: the web chat, the staff console with the editor's desk, and the addresses that apps call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route

from bot import observing
from bot.channels import Served
from bot.channels.webchat import WebChatPage, chat_routes
from bot.closed import closed
from bot.desk import room as desk_room
from bot.desk.state import Desk
from bot.editions import refused
from bot.inside import Inside
from bot.operating import Operator
from bot.outer_edge import OuterEdge
from bot.roles import Role
from bot.settings import Settings
from bot.wiring import Program, send_drill, utc_now
from escalation.console import app as console
from escalation.console.pages import STATIC
from escalation.console.security import Guard
from escalation.console.state import ConsoleSettings
from escalation.publishing import Check
from escalation.staff.first_run import FirstRun
from escalation.staff.provider import ProviderSettings


def web_app(program: Program, first_run: FirstRun | None = None) -> OuterEdge:
    """Web chat, console and webhook as one web application, inside its outer edge.

    `first_run`: the way in for the first administrator, where nobody can sign in yet.
    """
    settings, roles = program.settings, program.beside.roles

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with program.running():
            yield

    found: list[BaseRoute] = [*observing.routes(program.health, program.metrics, Inside(settings.metrics_token.get_secret_value()))]
    found.append(Mount("/static", console.Assets(directory=STATIC), name="static"))
    desk = _desk(program) if roles & {Role.CONSOLE, Role.CALENDAR} else None
    if desk is not None and Role.CONSOLE in roles:
        panel = desk_room.panel(program.record, program.editions, settings.public_url, https=_https(settings))
        found += [Route("/staff", _to_the_console), Mount("/staff", _console(program, desk, first_run)), Mount("/panel", panel)]
    if Role.RECEIVE in roles:
        found += [route for channel in program.channels if isinstance(channel, Served) for route in channel.routes]
        found.append(Mount("/", closed(program.service) if program.setting_up else _web_chat(program)))
    return OuterEdge(Starlette(routes=found, lifespan=lifespan), https=_https(settings))


async def _to_the_console(_: Request) -> RedirectResponse:
    return RedirectResponse("/staff/")


def _desk(program: Program) -> Desk:
    """The editor's desk; what is published there is put in force by whoever has the calendar."""
    settings = program.settings
    production = settings.mode == "production"
    desk = desk_room.build(program.record, program.editions, _check(program), utc_now, production=production, reader=program.client)
    desk.training = desk_room.trainings(settings.training_folder, settings.nlu_url, settings.training_command)
    program.ticking.each_second(desk.publishing.look)
    program.ticking.each_minute(lambda: desk.rehearsals.sweep(utc_now()), everywhere=True)
    return desk


def _check(program: Program) -> Check:
    settings = program.settings
    return partial(refused, production=settings.mode == "production" and not program.setting_up, area=settings.area)


def _console(program: Program, desk: Desk, first_run: FirstRun | None) -> FastAPI:
    settings, check = program.settings, _check(program)
    drill = partial(send_drill, program, utc_now)
    operator = Operator(settings, utc_now, drill, setting_up=program.setting_up, in_force=lambda: program.service)
    known = _console_settings(settings)
    rooms = [desk_room.room(desk)]
    app = console.create(program.record, program.service, known, check=check, operating=operator, first_run=first_run, rooms=rooms)
    program.editions.tell(lambda edition: app.state.console.use(edition.service))
    return app


def _web_chat(program: Program) -> Starlette:
    sites = program.settings.embed_on.split()
    chat = WebChatPage(program.record, program.intake.take, program.service)
    program.editions.tell(lambda edition: chat.use(edition.service))
    shown_on = " ".join(sites) or "'none'"
    guard = Middleware(Guard, public_url=program.settings.public_url, https=_https(program.settings), frame_ancestors=shown_on)
    return Starlette(routes=chat_routes(chat, embeddable=bool(sites)), middleware=[guard])


def _https(settings: Settings) -> bool:
    return bool(settings.public_url and settings.public_url.startswith("https://"))


def _console_settings(settings: Settings) -> ConsoleSettings:
    return ConsoleSettings(
        public_url=settings.public_url,
        secure_cookies=_https(settings),
        idle_minutes=settings.session_idle_minutes,
        session_hours=settings.session_hours,
        demo=settings.mode == "demo",
        provider=_provider(settings),
    )


def _provider(settings: Settings) -> ProviderSettings | None:
    secret = settings.oidc_client_secret
    if not (settings.oidc_issuer and settings.oidc_client_id and secret):
        return None
    return ProviderSettings(settings.oidc_issuer, settings.oidc_client_id, secret.get_secret_value(), settings.oidc_name)
