"""What the web chat's page costs each time it fetches what is new, against the length of the conversation."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

from sqlalchemy import func, select

from bot.channels.webchat import feed
from bot.rehearsal.house import Clock, House, YoungPerson
from bot.service import load_service
from bot.settings import Settings
from escalation.record.schema import upgrade
from escalation.record.store import Record
from escalation.record.tables import InboxRow, OutboxRow
from nlu.noticing import Noticing
from tests.bench import copied
from tests.bench.turns import LENGTHS, counted

TOKEN = "t" * 43
ROUNDS = 30
LATER = 5.0
"""Minutes after the last message, so that nothing is so young that it is given again."""


def measure(folder: Path, noticing: Noticing) -> dict[str, dict[str, float]]:
    """Milliseconds, and steps of SQLite, of one fetch that finds nothing new, for each length."""
    url = f"sqlite:///{folder / 'fetching.db'}"
    upgrade(url)
    record = Record(url, bytes(range(32)))
    house = House(record, load_service(Settings(_env_file=None, database_url=url)), noticing, Clock())
    asyncio.run(_met(YoungPerson(house, "webchat", TOKEN)))
    _fetched(house)
    found = {}
    long = copied.Copies(record, "webchat", TOKEN)
    for length in LENGTHS:
        long.lengthen_to(length)
        house.clock.move(minutes=LATER)
        # Copies do not open: the page has had them.
        after = record.read(
            lambda tx: feed.Cursor(*(tx.session.scalar(select(func.max(table.seq))) or 0 for table in (InboxRow, OutboxRow)))
        )
        took = [_seconds(house, after) * 1000 for _ in range(ROUNDS)]
        with counted(record.engine) as steps:
            _seconds(house, after)
        found[f"{length:,}"] = {"p50_ms": round(statistics.median(took), 2), "best_ms": round(min(took), 2), "steps": 10 * len(steps)}
    record.close()
    return found


async def _met(young: YoungPerson) -> None:
    await young.starts()
    await young.says("hello there", "greet")
    await young.taps_token("0:do:menu")


def _fetched(house: House) -> None:
    """Fetch everything, as the page does when it opens."""
    got = house.record.read(lambda tx: feed.read(tx, TOKEN, feed.Cursor(), house.clock()))
    house.record.write(lambda tx: feed.mark_fetched(tx, got.unfetched, house.clock()))


def _seconds(house: House, after: feed.Cursor) -> float:
    start = time.perf_counter()
    house.record.read(lambda tx: feed.read(tx, TOKEN, after, house.clock()))
    return time.perf_counter() - start
