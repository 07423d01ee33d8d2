"""What stands in the place of the chat while the service is being set up."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router

from escalation.context import Service
from escalation.words import message

SENTENCES = ("danger", "danger_silent", "talk_line")
"""What the chat page says at any time, of group `web_chat`."""


def closed(service: Service) -> Router:
    """Nothing but where help is; nobody reads here yet."""
    text = "\n\n".join(" ".join(message(service.library, f"web_chat.{name}")) for name in SENTENCES)

    async def told(_: Request) -> PlainTextResponse:
        return PlainTextResponse(text, 503)

    return Router([Route("/{path:path}", told)])
