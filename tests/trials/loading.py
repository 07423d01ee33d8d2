"""The program at its real speed under a steady load of messages from many people."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.chain_table import connect
from tests.telegram.bot_api import BotApi
from tests.telegram.users import User
from tests.trials.quick_program import QuickProgram

PEOPLE = 200
ORDINARY = (
    "menu",
    "hello",
    "zwetschge",
    "what is consent",
    "my mate is being weird with me",
    "i feel a bit low",
    "ok",
    "tell me about sexting",
)


class Loaded:
    """The running program, its people and its staff on Telegram, where Telegram's own limits hold."""

    def __init__(self, folder: Path) -> None:
        self.api = BotApi().start()
        self.program = QuickProgram(folder, self.api.base_url, self.api.token, api=self.api, speed=1.0)
        self.program.prepare()
        self.staff = {name: User(self.api, 700_000 + number, name, f"staff_{name}") for number, name in enumerate(("Sam", "Alex", "Jo"))}
        self.program.change(lambda tx: connect(tx, self.staff))
        self.people = [User(self.api, 990_000 + number, f"Person{number}", f"handle_{number}") for number in range(PEOPLE)]

    async def writing(self, rate: float, seconds: float) -> None:
        """Somebody writes something ordinary, `rate` times a second."""
        chance, begun = random.Random(3), time.monotonic()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
            chance.choice(self.people).says(f"{chance.choice(ORDINARY)} {number}")


@asynccontextmanager
async def loaded(folder: Path) -> AsyncIterator[Loaded]:
    """Start it, and end it afterwards."""
    made = Loaded(folder)
    try:
        await made.program.start()
        yield made
    finally:
        made.program.close()
        made.api.stop()
