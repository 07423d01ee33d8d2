"""What waits for the database at the same moment is stored with one commit: each of it by itself, wholly or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.rehearsal.house import MONDAY_MORNING
from escalation.record import store
from escalation.record.store import Record, RecordUnavailable, Refused, Tx
from escalation.record.tables import KeyRow


def adds(word: str) -> Callable[[Tx], str]:
    def add(tx: Tx) -> str:
        tx.session.add(KeyRow(purpose=word, wrapped=b"", created_at=MONDAY_MORNING))
        tx.session.flush()
        tx.signal(f"case:{word}")
        return word

    return add


def words(record: Record) -> list[str]:
    return record.read(
        lambda tx: list(tx.session.scalars(select(KeyRow.purpose).where(KeyRow.purpose.like("word%")).order_by(KeyRow.number)))
    )


async def at_once(record: Record, *works: Coroutine[Any, Any, Any]) -> list[Any]:
    """What comes of works that all wait while the writer is busy with something else."""
    busy, free = Event(), Event()

    def hold(_: Tx) -> None:
        busy.set()
        assert free.wait(10)

    holding = asyncio.create_task(record.awrite(hold))
    await asyncio.to_thread(busy.wait, 10)
    waiting = [asyncio.create_task(work) for work in works]
    await asyncio.sleep(0)
    free.set()
    await holding
    return await asyncio.gather(*waiting, return_exceptions=True)


@pytest.fixture
def commits(record: Record, monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    """The commits from now on. However slow this machine is, what waits shares one."""
    monkeypatch.setattr(store, "_TOGETHER", 60.0)
    seen: list[Connection] = []
    event.listen(record.engine, "commit", seen.append)
    return seen


async def test_what_waits_together_is_stored_with_one_commit_in_its_order_and_told_afterwards(
    record: Record, commits: list[Connection]
) -> None:
    told: list[tuple[str, int]] = []
    with record.signals.listening("case:*", to=lambda topic: told.append((topic, len(words(record))))):
        done = await at_once(record, *(record.awrite(adds(f"word {n}")) for n in range(5)), record.afirst(adds("word that must not wait")))
    assert done == [f"word {n}" for n in range(5)] + ["word that must not wait"]
    assert words(record) == ["word that must not wait", *(f"word {n}" for n in range(5))]
    assert len(commits) == 1
    assert [number for _, number in told] == [6] * 6, "nobody is told of what is not stored yet"


async def test_what_fails_leaves_the_others_stored_and_nothing_of_itself(record: Record, commits: list[Connection]) -> None:
    def mistake(tx: Tx) -> None:
        adds("word half way")(tx)
        raise LookupError

    def refused(tx: Tx) -> None:
        adds("word before")(tx)
        tx.session.execute(text("insert into keys (number, purpose, wrapped, created_at) values (1, 'word twice', '', 0)"))

    def flushed(tx: Tx) -> None:
        adds("word before, too")(tx)
        tx.session.add(KeyRow(number=1, purpose="word twice", wrapped=b"", created_at=MONDAY_MORNING))
        tx.session.flush()

    told: list[str] = []
    with record.signals.listening("case:*", to=told.append):
        works = (adds("word 1"), mistake, refused, flushed, adds("word 2"))
        done = await at_once(record, *(record.awrite(work) for work in works))
    assert [type(one) for one in done] == [str, LookupError, Refused, Refused, str]
    assert isinstance(done[2].__cause__, IntegrityError)
    assert words(record) == ["word 1", "word 2"]
    assert told == ["case:word 1", "case:word 2"]


async def test_a_commit_that_fails_stores_nothing_and_tells_everybody_who_waited_for_it(record: Record, commits: list[Connection]) -> None:
    def fails(_: Connection) -> None:
        if len(commits) == 1:
            raise OperationalError("COMMIT", None, Exception("the disk is gone"))

    event.listen(record.engine, "commit", fails)
    told: list[str] = []
    with record.signals.listening("case:*", to=told.append):
        done = await at_once(record, *(record.awrite(adds(f"word {n}")) for n in range(3)))
    assert [type(one) for one in done] == [RecordUnavailable] * 3
    assert words(record) == told == []
    assert await record.awrite(adds("word after it")) == "word after it"


async def test_where_the_database_gives_up_the_whole_transaction_everybody_is_told(record: Record, commits: list[Connection]) -> None:
    def gives_up(tx: Tx) -> None:
        # As SQLite does by itself where the disk is full or fails.
        tx.session.connection().connection.driver_connection.rollback()  # type: ignore[union-attr]
        raise OperationalError("INSERT", None, Exception("disk I/O error"))

    done = await at_once(record, record.awrite(adds("word 1")), record.awrite(gives_up), record.awrite(adds("word 2")))
    assert [type(one) for one in done] == [RecordUnavailable] * 2 + [str]
    assert words(record) == ["word 2"]


async def test_nobody_waits_for_ever_where_no_transaction_can_begin(record: Record) -> None:
    def away(_: Connection) -> None:
        raise OperationalError("BEGIN", None, Exception("unable to open database file"))

    event.listen(record.engine, "begin", away)
    done = await asyncio.gather(*(record.awrite(adds(f"word {n}")) for n in range(20)), return_exceptions=True)
    event.remove(record.engine, "begin", away)
    assert {type(one) for one in done} == {RecordUnavailable}
    assert await record.awrite(adds("word after it")) == "word after it"


async def test_what_nobody_waits_for_any_more_is_left_out(record: Record) -> None:
    busy, free = Event(), Event()

    def hold(_: Tx) -> None:
        busy.set()
        assert free.wait(10)

    holding = asyncio.create_task(record.awrite(hold))
    await asyncio.to_thread(busy.wait, 10)
    given_up = asyncio.create_task(record.afirst(adds("word given up")))
    kept = asyncio.create_task(record.afirst(adds("word kept")))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(holding, kept)
    assert words(record) == ["word kept"]
