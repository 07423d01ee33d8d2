"""What a message costs does not grow: not with the conversation, and not with what is stored of others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from bot import unsent
from bot.rehearsal.house import House
from escalation.record.store import Record, Tx
from tests.bench.copied import Copies

CHANNEL, ADDRESS = "telegram", "young-1"
SMALL = {"staff", "rota", "absences", "master_keys", "audit"}
"""Tables that are read through: those with a row for each member of staff or key, and the audit, of which the last row is asked for."""
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
def watched(record: Record) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """Each statement with one set of its values, and a mark for every tenth step that the database makes."""
    statements: dict[str, Any] = {}
    steps: list[int] = []

    def seen(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        connection.connection.driver_connection.set_progress_handler(lambda: steps.append(1), 10)
        statements.setdefault(statement, values[0] if many else values)

    event.listen(record.engine, "before_cursor_execute", seen)
    try:
        yield statements, steps
    finally:
        event.remove(record.engine, "before_cursor_execute", seen)


async def steps_of_a_turn(house: House) -> int:
    with watched(house.record) as (_, steps):
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


async def test_no_statement_of_a_turn_reads_through_a_table_or_sorts_a_conversation(staffed: House) -> None:
    with watched(staffed.record) as (statements, _):
        await writes(staffed)
        await staffed.comes_in(CHANNEL, "young-2", "text", "i took loads of pills just now")
        await staffed.comes_in(CHANNEL, "young-2", "button", "1:do:menu")
    plans = {statement: _plan(staffed.record, statement, values) for statement, values in statements.items()}
    read_through = {step.split()[1] for plan in plans.values() for step in plan if step.startswith("SCAN ")}
    assert read_through - {"CONSTANT"} <= SMALL
    sorted_ones = [plan for statement, plan in plans.items() if " FROM inbox" in statement and "USE TEMP B-TREE FOR ORDER BY" in plan]
    assert sorted_ones == []


def _plan(record: Record, statement: str, values: Any) -> list[str]:
    if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
        return []
    with record.engine.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
