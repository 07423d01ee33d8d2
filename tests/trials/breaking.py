"""The ways in which a part is taken away from the running program, and given back."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.faults.intents import IntentService, Manner
from tests.postgres import Postgres
from tests.telegram.bot_api import BotApi
from tests.telegram.bot_api_rules import FaultKind
from tests.trials.quick_program import QuickProgram

ALWAYS = 1_000_000
A_DAY, AN_HOUR = 86_400, 3_600
WITHOUT: Manner = "hangs_up"
"""How the intent service is while something else is tried: what it would answer to made-up words means nothing."""
TALKED_TO = ("sendMessage", "getUpdates", "sendChatAction", "answerCallbackQuery")


@dataclass
class Parts:
    """Everything that can be broken. `shift`: the file that says by how many seconds the program's clock is off; `app_away`: Telegram
    takes nothing."""

    api: BotApi
    program: QuickProgram
    intents: IntentService
    shift: Path
    postgres: Postgres | None = None
    app_away: bool = False


@contextmanager
def locked(parts: Parts) -> Iterator[None]:
    """Another program holds the write lock."""
    path = parts.program.database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full(parts: Parts) -> Iterator[None]:
    """The program's files cannot grow any more, as on a full disk."""
    _, most = resource.prlimit(parts.program.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(parts.program.pid, resource.RLIMIT_FSIZE, (1, most))
    try:
        yield
    finally:
        resource.prlimit(parts.program.pid, resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def hangs(parts: Parts) -> Iterator[None]:
    """The server is there and answers nothing."""
    assert parts.postgres is not None
    with parts.postgres.held():
        yield


@contextmanager
def gone(parts: Parts) -> Iterator[None]:
    """The server is not there, and starts again later."""
    assert parts.postgres is not None
    parts.postgres.stop()
    yield
    parts.postgres.start()


@contextmanager
def intents(manner: Manner, parts: Parts) -> Iterator[None]:
    """The intent service is there, and no help."""
    parts.intents.manner = manner
    yield
    parts.intents.manner = WITHOUT


@contextmanager
def telegram(kind: FaultKind, parts: Parts) -> Iterator[None]:
    """Every call goes wrong in this way."""
    parts.app_away = True
    for method in TALKED_TO:
        parts.api.fail(method, kind, times=ALWAYS, seconds=15)
    yield
    parts.api.faults.clear()
    parts.app_away = False


@contextmanager
def slowed_down(parts: Parts) -> Iterator[None]:
    """Telegram refuses whatever goes to others than who wrote last, who is in danger or will be."""
    for chat in sorted(parts.api.known)[:-1]:
        parts.api.fail("sendMessage", "429", times=ALWAYS, chat=chat, seconds=5)
    yield
    parts.api.faults.clear()


@contextmanager
def clock(seconds: int, parts: Parts) -> Iterator[None]:
    """The program's clock jumps by so much, and back."""
    parts.shift.write_text(str(seconds))
    yield
    parts.shift.write_text("0")


@contextmanager
def a_day_away(parts: Parts) -> Iterator[None]:
    """Telegram answers with errors, and meanwhile a day goes by."""
    with telegram("500", parts):
        yield
        parts.shift.write_text(str(A_DAY))


FAULTS: dict[str, Callable[[Parts], AbstractContextManager[None]]] = {
    "database (sqlite) locked": locked,
    "database (sqlite) full": full,
    "database (postgresql) hangs": hangs,
    "database (postgresql) gone": gone,
    "intent service gone": partial(intents, WITHOUT),
    "intent service slow": partial(intents, "slow"),
    "intent service returns garbage": partial(intents, "nonsense"),
    "Telegram slows down other chats (429)": slowed_down,
    "Telegram answers 429 to everything": partial(telegram, "429"),
    "Telegram answers 500": partial(telegram, "500"),
    "Telegram does not answer in time": partial(telegram, "slow"),
    "clock an hour fast, and back": partial(clock, AN_HOUR),
    "clock an hour slow, and back": partial(clock, -AN_HOUR),
    "Telegram away for a day": a_day_away,
}
"""The last one leaves the clock a day on."""
