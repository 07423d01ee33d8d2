"""The sign of life that the organisation watches: a file that is touched, or an address that is called, while nothing is overdue."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path

import httpx

log = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds between two beats at least."""


class Heartbeat:
    """`target` is a path, or an address that begins with http."""

    def __init__(self, target: str, every: float = EVERY) -> None:
        self._target = target
        self._every = every
        self.given_at: float | None = None
        """When the sign was last given, by the monotonic clock."""

    async def beat(self) -> None:
        """Give the sign, unless it was given a moment ago. That it cannot be given is logged, without the address."""
        if self.given_at is not None and time.monotonic() - self.given_at < self._every:
            return
        try:
            if self._target.startswith(("http://", "https://")):
                await _call(self._target)
            else:
                await asyncio.to_thread(Path(self._target).touch)
        except (httpx.HTTPError, OSError) as error:
            log.warning("the heartbeat could not be given (%s)", type(error).__name__)
        else:
            self.given_at = time.monotonic()


async def _call(address: str) -> None:
    async with httpx.AsyncClient(timeout=5) as client:
        (await client.get(address)).raise_for_status()
