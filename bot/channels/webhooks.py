"""What channels that are called by their app have in common: a body of a bounded size, and storing before acknowledging."""

from __future__ import annotations

import logging

from starlette.requests import Request

from bot.channels import Incoming, NotStored, Take

_log = logging.getLogger(__name__)


async def bounded(request: Request, most: int) -> bytes | None:
    """The body of a call; `None` where it has more than `most` bytes, which are not read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


async def stored(take: Take, incoming: Incoming) -> bool:
    """Hand on an event; returns whether it may be acknowledged. Never raises."""
    try:
        await take(incoming)
    except NotStored:
        _log.error("an update could not be stored; it will be taken again")
        return False
    except Exception as error:
        _log.error("taking an update failed (%s); it will be taken again", type(error).__name__)
        return False
    return True
