"""Bubbles that were cut off on their way to an app, which is asked whether it took them: nobody should read a line twice."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress

from bot.channels import Asking, Outgoing

ASKED_WITHIN = 3.0
"""Seconds for all of them together; what is not known by then goes out again."""


class CutOff:
    """What was cut off on its way to one app, at one moment. One question at a time."""

    def __init__(self, app: Asking) -> None:
        self._app = app
        self._until = asyncio.get_running_loop().time() + ASKED_WITHIN
        self._asking = asyncio.Lock()

    async def arrived(self, address: str, outgoing: Outgoing, after: str, known: Collection[str]) -> str | None:
        """The app's id of this bubble, where it says that it has it. `after` and `known` as in `Asking`."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._until), self._asking:
                return await self._app.taken(address, outgoing, after, known)
        return None
