"""The ways in which a part is taken away from the running program, and given back."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.intents import IntentService, Manner, serve
from tests.postgres import Postgres
from tests.telegram.bot_api import BotApi
from tests.telegram.bot_api_rules import FaultKind
from tests.trials.quick_program import QuickProgram

ALWAYS = 1_000_000
A_DAY, AN_HOUR = 86_400.0, 3_600.0
OTHERS = 50
"""Chats that Telegram slows down while somebody else is in danger."""


@dataclass
class Broken:
    """Everything that can be broken. `shifted`: by how many seconds the program's clock is off; `app_away`: Telegram takes nothing."""

    api: BotApi
    folder: Path
    postgres: Postgres | None
    intents: IntentService = field(default_factory=lambda: IntentService("well"))
    program: Any = None
    shifted: float = 0.0
    app_away: bool = False

    def __post_init__(self) -> None:
        self._server = serve(self.intents)

    async def opens(self) -> None:
        await self._server.__aenter__()

    async def closes(self) -> None:
        await self._server.__aexit__(None, None, None)
