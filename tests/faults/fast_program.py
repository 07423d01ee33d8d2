"""The real program on a clock that runs fast, as a process of its own: minutes of the chain pass in seconds, also while it is down."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from bot.channels import pacing, telegram_sending
from bot.rehearsal.house import MONDAY_MORNING
from bot.settings import load_settings
from bot.wiring import build

STARTED, SPEED, SHIFT = "FAST_STARTED", "FAST_SPEED", "FAST_SHIFT"
"""Names in the environment: when the clock stood at Monday morning (seconds since the epoch), how fast it runs, and a file, if there is
one, that says by how many seconds it is off."""


def fast_clock(started: float, speed: float) -> datetime:
    """What such a clock shows now."""
    return MONDAY_MORNING + timedelta(seconds=(time.time() - started) * speed)


def clock() -> Callable[[], datetime]:
    """The clock that the environment asks for."""
    started, speed, off = float(os.environ[STARTED]), float(os.environ[SPEED]), os.environ.get(SHIFT)
    if off is None:
        return lambda: fast_clock(started, speed)
    return lambda: fast_clock(started, speed) + timedelta(seconds=float(Path(off).read_text() or 0))


async def main() -> None:
    speed = float(os.environ[SPEED])
    # The app's speed limit for one chat is a time as well, a message a second. How many go out in all stays as it is: it decides how
    # many are on their way at one moment. What is given back because of it would come again too soon by the fast clock.
    telegram_sending.CHAT_EVERY /= speed
    pacing.LONGEST_WAIT *= speed
    async with build(load_settings(), clock()).running():
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
