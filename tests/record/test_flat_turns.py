"""What a message costs does not grow: not with the conversation, and not with what is stored of others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select

from bot import unsent
from bot.channels.webchat import feed
from bot.rehearsal.house import Clock, House
from escalation.context import Service
from escalation.record.retention.veil import Veil
from escalation.record.schema import upgrade
from escalation.record.store import Record, Tx
from escalation.record.tables import InboxRow, OutboxRow
from nlu.noticing import Noticing
from tests.bench.copied import Copies
from tests.postgres import postgres  # noqa: F401 - a fixture

CHANNEL, ADDRESS = "telegram", "young-1"
SMALL = {"staff", "rota", "absences", "master_keys", "audit", "who_has_something_unsent"}
"""What is read through: tables with a row for each member of staff or key, the audit, of which the last row is asked for, and those for
whom something waits to be sent, found by an index."""
CHOSEN = {"fresh", "again", "late"}
"""The rows that a page is given, as its statements choose them by an index before they read them."""
ENOUGH = 20
"""After so many messages, what is read of earlier ones is as much as it ever will be."""


async def writes(house: House, messages: int = 1) -> None:
    """Somebody writes, is answered, and the answers are chosen to be sent, as the program does it."""
    for _ in range(messages):
        house.clock.move(seconds=5)
        await house.comes_in(CHANNEL, ADDRESS, "text", "my mates keep leaving me out", message_ref=f"ref-{house.clock().isoformat()}")
        house.record.write(lambda tx: sends(house, tx))


def sends(house: House, tx: Tx) -> None:
    for recipient in unsent.recipients(tx, CHANNEL, house.clock()):
        while found := unsent.oldest(tx, CHANNEL, recipient):
            found[0].state, found[0].sent_at = "sent", house.clock()
            tx.session.flush()


@contextmanager
def recorded(record: Record, statements: dict[str, Any], steps: list[int] | None = None) -> Iterator[None]:
    """Each statement with one set of its values; and, on SQLite, a mark for every tenth step that it makes."""

    def seen(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if steps is not None:
            connection.connection.driver_connection.set_progress_handler(lambda: steps.append(1), 10)
        statements.setdefault(statement, values[0] if isinstance(values, list) else values)

    event.listen(record.engine, "before_cursor_execute", seen)
    try:
        yield
    finally:
        event.remove(record.engine, "before_cursor_execute", seen)


async def steps_of_a_turn(house: House) -> int:
    steps: list[int] = []
    with recorded(house.record, {}, steps):
        await writes(house)
    return len(steps)


@pytest.fixture
async def copies(house: House) -> Copies:
    await writes(house, ENOUGH)
    return Copies(house.record, CHANNEL, ADDRESS)


async def test_a_long_conversation_costs_the_database_no_more_steps_than_a_short_one(house: House, copies: Copies) -> None:
    short = await steps_of_a_turn(house)
    copies.lengthen_to(5_000)
    await writes(house, ENOUGH)
    assert await steps_of_a_turn(house) < short * 1.1


async def test_what_is_stored_of_others_costs_no_more_steps(house: House, copies: Copies) -> None:
    few = await steps_of_a_turn(house)
    copies.store_for_others(5_000)
    assert await steps_of_a_turn(house) < few * 1.1


async def test_which_bubbles_an_app_took_last_is_looked_up_as_cheaply_with_much_stored(house: House, copies: Copies) -> None:
    """Nothing goes out at a start before that is known."""

    def steps_of_a_look() -> int:
        steps: list[int] = []
        with recorded(house.record, {}, steps):
            house.record.read(lambda tx: unsent.known_ids(tx, CHANNEL))
        return len(steps)

    copies.store_for_others(1_000)
    few = steps_of_a_look()
    copies.store_for_others(10_000)
    assert steps_of_a_look() < few * 1.1


async def test_a_page_of_the_web_chat_fetches_what_is_new_as_cheaply_in_a_long_conversation(house: House) -> None:
    token = "t" * 43
    await house.comes_in("webchat", token, "text", "my mates keep leaving me out")
    looks(house, token)
    page = Copies(house.record, "webchat", token)

    def steps_of_a_fetch() -> int:
        house.clock.move(minutes=5)
        # Copies do not open: the page has had them.
        last = (select(func.max(table.seq)).scalar_subquery() for table in (InboxRow, OutboxRow))
        after = feed.Cursor(*house.record.read(lambda tx: tx.session.execute(select(*last)).one()))
        steps: list[int] = []
        with recorded(house.record, {}, steps):
            house.record.read(lambda tx: feed.read(tx, token, after, house.clock()))
        return len(steps)

    page.lengthen_to(20)
    short = steps_of_a_fetch()
    page.lengthen_to(5_000)
    assert steps_of_a_fetch() < short * 1.1


def looks(house: House, token: str) -> None:
    """A page of the web chat that was just opened asks what there is."""
    got = house.record.read(lambda tx: feed.read(tx, token, feed.Cursor(), house.clock()))
    house.record.write(lambda tx: feed.mark_fetched(tx, got.unfetched, house.clock()))


async def turns_of_each_kind(house: House) -> None:
    await writes(house)
    await house.comes_in("webchat", "t" * 43, "text", "my mates keep leaving me out")
    looks(house, "t" * 43)
    await house.comes_in(CHANNEL, "young-2", "text", "i took loads of pills just now")
    await house.comes_in(CHANNEL, "young-2", "button", "1:do:menu")


async def test_no_statement_of_a_turn_reads_through_a_table_or_sorts_a_conversation(staffed: House) -> None:
    statements: dict[str, Any] = {}
    with recorded(staffed.record, statements):
        await turns_of_each_kind(staffed)
    plans = {statement: _plan(staffed.record, statement, values) for statement, values in statements.items()}
    read_through = {step.split()[1] for plan in plans.values() for step in plan if step.startswith("SCAN ")}
    assert read_through - {"CONSTANT", *CHOSEN} <= SMALL
    sorted_ones = [plan for statement, plan in plans.items() if " FROM inbox" in statement and "USE TEMP B-TREE FOR ORDER BY" in plan]
    assert sorted_ones == []


@pytest.mark.fault
async def test_each_statement_of_a_turn_has_its_index_on_postgresql_too(
    request: pytest.FixtureRequest, service: Service, noticing: Noticing
) -> None:
    upgrade(url := request.getfixturevalue("postgres").new_database())
    record, clock = Record(url, bytes(32)), Clock()
    record.veil = Veil(service.retention, clock)
    house = House(record, service, noticing, clock)
    statements: dict[str, Any] = {}
    with recorded(record, statements):
        await turns_of_each_kind(house)
    steps = [step for statement, values in statements.items() for step in _plan_on_postgresql(record, statement, values)]
    record.close()
    read_through = {step.split("Seq Scan on ")[1].split()[0] for step in steps if "Seq Scan on " in step}
    assert steps
    assert read_through <= SMALL


def _plan_on_postgresql(record: Record, statement: str, values: Any) -> list[str]:
    if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
        return []
    with record.engine.connect() as connection:
        # Of few rows every index is too much: what counts is whether there is one.
        connection.exec_driver_sql("SET enable_seqscan = off")
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]


def _plan(record: Record, statement: str, values: Any) -> list[str]:
    if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
        return []
    with record.engine.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
