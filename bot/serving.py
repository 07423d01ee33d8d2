"""Running the program: the web server with everything behind it, or a chat in the terminal."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import Any

import uvicorn

from bot.channels.terminal import TerminalChannel
from bot.demo import VAR
from bot.garbage import leave_words_alone, loading
from bot.intent_service import NotPrepared, running
from bot.roles import ALL, Role
from bot.sending import Sender
from bot.settings import Settings
from bot.web import web_app
from bot.wiring import build, utc_now
from escalation.staff.first_run import FirstRun

Announce = Callable[[bool], None]


async def serve(
    settings: Settings,
    with_intents: bool,
    announce: Announce,
    *,
    setting_up: bool = False,
    first_run: FirstRun | None = None,
    roles: frozenset[Role] = ALL,
) -> None:
    """Serve until stopped, with `setting_up` for staff alone. `announce(ready)` is called once the web server takes requests."""
    with loading():
        program = build(settings, setting_up=setting_up, roles=roles)
        app = web_app(program, first_run)
    program.editions.tell(lambda _: leave_words_alone())
    host, port = settings.host_and_port
    quiet: dict[str, Any] = {"log_config": None, "log_level": "warning", "access_log": False, "server_header": False}
    config = uvicorn.Config(app, host=host, port=port, forwarded_allow_ips=settings.trusted_proxies, **quiet)

    async def up() -> None:
        announce(await program.client.ready())

    server = _Server(config, up)
    async with AsyncExitStack() as stack:
        if with_intents:
            with suppress(NotPrepared):
                VAR.mkdir(exist_ok=True, mode=0o700)
                await stack.enter_async_context(running(settings.nlu_url, wait=False, log_to=VAR / "intent-service.log"))
        await server.serve()


async def chat(settings: Settings, with_intents: bool) -> None:
    """One person at the terminal, until they leave."""
    with loading():
        program = build(settings)
    terminal = TerminalChannel(program.intake.take)
    program.channels.append(terminal)
    program.senders.append(Sender(program.record, terminal, program.service, utc_now))
    async with AsyncExitStack() as stack:
        if with_intents:
            with suppress(NotPrepared):
                await stack.enter_async_context(running(settings.nlu_url))
        await stack.enter_async_context(program.running())
        await terminal.until_left()


class _Server(uvicorn.Server):
    """A web server that says when it takes requests."""

    def __init__(self, config: uvicorn.Config, up: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._up = up

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but without raising the signal again afterwards: that would end the process before the rest is stopped."""
        with super().capture_signals():
            try:
                yield
            finally:
                self._captured_signals.clear()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            await self._up()
