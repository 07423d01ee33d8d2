"""What Telegram and WhatsApp send, with parts left out and of the wrong kind."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from copy import deepcopy
from typing import Any

import httpx

from tests.fuzz.texts import text

ODD: tuple[Any, ...] = (None, True, -1, 0, 2**63, -(2**80), 1.5, "", "x" * 5000, "9" * 5000, "\ud83d", [], {}, [[]], [None], {"id": None})


def spoil(dice: random.Random, inside: Any) -> None:
    """Change one part somewhere inside."""
    while isinstance(inside, dict | list) and inside:
        key = dice.randrange(len(inside)) if isinstance(inside, list) else dice.choice(list(inside))
        if isinstance(inside[key], dict | list) and inside[key] and dice.random() < 0.7:
            inside = inside[key]
            continue
        if dice.random() < 0.2:
            del inside[key]
        else:
            inside[key] = text(dice) if dice.random() < 0.4 else deepcopy(dice.choice(ODD))
        return


async def answered(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The answer to a call; one that was not stored is made again as the app would, since a slow machine is no fault of the input."""
    answer = await send()
    for pause in (1, 5, 15):
        if answer.status_code != 503:
            break
        await asyncio.sleep(pause)
        answer = await send()
    return answer
