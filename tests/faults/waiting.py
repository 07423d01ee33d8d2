"""Waiting for something to be so, with patience for a busy machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE = 30.0


async def until(
    condition: Callable[[], bool], within: float = PATIENCE, otherwise: Callable[[], str] = lambda: "it never happened"
) -> None:
    """Wait until `condition` holds. Raises `AssertionError` with what `otherwise` says."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, otherwise()
        await asyncio.sleep(0.02)
