"""The outermost layer of the web server: headers on every answer, and an end to errors that nobody foresaw."""

from __future__ import annotations

import logging

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.lanes import place_of
from escalation.console.security import headers, raw, with_headers

log = logging.getLogger(__name__)

BROKEN = "Something went wrong on our side. Go back and try again. In danger, call 999: it works without us."


class OuterEdge:
    """ASGI application around everything that is served.

    The web server writes an error's message and lines of code to its log, and a message may hold words (S72). So errors end here:
    kind and place are logged, and the answer is 500 where none had begun.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.headers = raw(headers(https=https))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def noticing(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        sending = with_headers(noticing, self.headers)
        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            log.error("a web request failed: %s at %s", type(error).__name__, place_of(error))
            if not begun:
                await PlainTextResponse(BROKEN, 500)(scope, receive, sending)
