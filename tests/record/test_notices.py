"""What one process did is heard in the others, once it is committed; none hears its own twice, and a break in between is made up for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from escalation.record.notices import LARGEST, Hearing
from escalation.record.schema import upgrade
from escalation.record.store import Record, Tx
from tests.faults.waiting import until
from tests.postgres import Postgres, postgres  # noqa: F401 - a fixture

pytestmark = pytest.mark.fault
KEY = bytes(range(32))


@pytest.fixture
def two(postgres: Postgres) -> Iterator[tuple[Record, Record]]:  # noqa: F811
    """The same record, opened by two processes."""
    upgrade(url := postgres.new_database())
    both = Record(url, KEY), Record(url, KEY)
    yield both
    for record in both:
        record.close()


@asynccontextmanager
async def hearing(record: Record) -> AsyncIterator[list[str]]:
    """What is heard of cases while the block runs, once the connection stands."""
    heard: list[str] = []
    with record.signals.listening("case:*", to=heard.append):
        task = asyncio.create_task(Hearing(record).run())
        try:
            await until(lambda: heard == ["case:*"])
            heard.clear()
            yield heard
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def signals(*topics: str) -> object:
    def work(tx: Tx) -> None:
        for topic in topics:
            tx.signal(topic)

    return work


async def test_what_another_process_committed_is_heard_here_and_ones_own_only_once(two: tuple[Record, Record]) -> None:
    here, there = two
    async with hearing(here) as heard:
        there.write(signals("case:1", "queue:all"))  # type: ignore[arg-type]
        here.write(signals("case:2"))  # type: ignore[arg-type]
        there.write(signals("case:3"))  # type: ignore[arg-type]
        await until(lambda: "case:3" in heard)
    assert sorted(heard) == ["case:1", "case:2", "case:3"]


async def test_what_was_rolled_back_is_heard_by_nobody(two: tuple[Record, Record]) -> None:
    here, there = two

    def fails(tx: Tx) -> None:
        tx.signal("case:1")
        raise ValueError

    async with hearing(here) as heard:
        with pytest.raises(ValueError):
            there.write(fails)
        there.write(signals("case:2"))  # type: ignore[arg-type]
        await until(lambda: "case:2" in heard)
    assert heard == ["case:2"]


async def test_more_topics_than_fit_into_one_notice_are_all_heard(two: tuple[Record, Record]) -> None:
    here, there = two
    topics = [f"case:{number:032}" for number in range(3 * LARGEST // 32)]
    async with hearing(here) as heard:
        there.write(signals(*topics))  # type: ignore[arg-type]
        await until(lambda: len(heard) == len(topics))
    assert heard == topics


async def test_that_somebody_is_writing_is_heard_although_nothing_is_stored(two: tuple[Record, Record]) -> None:
    here, there = two
    async with hearing(here) as heard:
        there.tell("case:9")
        await until(lambda: heard == ["case:9"])


async def test_after_a_time_without_the_database_everything_is_looked_at_again(
    two: tuple[Record, Record],
    postgres: Postgres,  # noqa: F811
) -> None:
    here, there = two
    async with hearing(here) as heard:
        postgres.stop()
        postgres.start()
        await until(lambda: heard == ["case:*"])
        there.write(signals("case:4"))  # type: ignore[arg-type]
        await until(lambda: "case:4" in heard)
