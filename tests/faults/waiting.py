"""Waiting for something to be so, with patience for a busy machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

PATIENCE = 30.0


async def until(
    condition: Callable[[], bool], within: float = PATIENCE, otherwise: Callable[[], str] = lambda: "it never happened"
) -> None:
    """Wait until `condition` holds. Raises `AssertionError` with what `otherwise` says."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, otherwise()
        await asyncio.sleep(0.02)


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let it run until the end of the block, and no longer."""
    task = asyncio.create_task(work)
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
