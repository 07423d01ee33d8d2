"""A turn that is abandoned between any two of its steps leaves nothing half done, and is made again by whoever comes next."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from bot.auditing import LEFT_BEHIND
from bot.channels import Incoming
from bot.rehearsal.house import House, YoungPerson
from bot.turn import LEASE, Handler
from escalation import cases
from escalation.record.store import RecordUnavailable, Tx
from escalation.record.tables import CaseRow, InboxRow, OutboxRow
from nlu.noticing import Noticing
from tests.faults.intents import Hanging

DANGER = "i have swallowed a load of pills"


def slow_handler(house: House, noticing: Noticing) -> tuple[Handler, Hanging]:
    reader = Hanging()
    return Handler(house.record, house.service, noticing, reader, house.clock, patience=60), reader


async def comes_in(house: House, text: str, number: int = 1, address: str = "young-1") -> str:
    await house.intake.take(Incoming("telegram", address, f"{address}-{number}", "text", text))
    return house.woken.pop()


def count(house: House) -> tuple[int, int]:
    """Rows that are handled, and bubbles that are written."""
    handled = select(InboxRow.id).where(InboxRow.handled_at.is_not(None))
    return house.record.read(lambda tx: (len(tx.session.scalars(handled).all()), len(tx.session.scalars(select(OutboxRow.id)).all())))


async def test_a_message_that_nobody_was_woken_for_is_found_by_the_auditor(house: House, young: YoungPerson) -> None:
    await comes_in(house, "hello")
    await house.ticking.audit()
    assert house.woken == set(), "its own process may be at it"
    house.clock.move(seconds=11)
    await house.ticking.audit()
    await house.settle()
    assert young.hears()


async def test_a_turn_whose_process_died_while_it_asked_is_taken_over_after_its_lease(
    house: House, young: YoungPerson, noticing: Noticing
) -> None:
    who = await comes_in(house, "hello")
    dying, reader = slow_handler(house, noticing)
    turn = asyncio.create_task(dying.handle(who))
    await reader.asked.wait()
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    await comes_in(house, "are you there", 2)
    await house.handler.handle(who)
    assert young.hears() == [], "until then it may still be at work"
    house.clock.move(seconds=max(LEASE, LEFT_BEHIND).total_seconds() + 1)
    await house.ticking.audit()
    await house.settle()
    assert young.hears()
    assert count(house)[0] == 2


async def test_a_process_that_was_only_slow_does_not_answer_what_another_has_answered(
    house: House, young: YoungPerson, noticing: Noticing
) -> None:
    who = await comes_in(house, DANGER)
    slow, reader = slow_handler(house, noticing)
    turn = asyncio.create_task(slow.handle(who))
    await reader.asked.wait()
    house.clock.move(seconds=LEASE.total_seconds() + 1)
    await house.handler.handle(who)
    said = len(young.lines())
    reader.go_on.set()
    await turn
    assert len(young.lines()) == said
    assert count(house)[0] == 1


async def test_many_at_once_for_one_person_answer_once(house: House, young: YoungPerson) -> None:
    who = await comes_in(house, "hello")
    await asyncio.gather(*(house.handler.handle(who) for _ in range(10)))
    first = young.hears()
    assert [line.text for line in first] == list(dict.fromkeys(line.text for line in first))


@pytest.mark.parametrize("text", ["hello", DANGER, "i want to kill myself"], ids=["guidance", "immediate", "offer"])
async def test_a_turn_that_fails_at_any_statement_leaves_nothing_and_is_the_same_turn_afterwards(staffed: House, text: str) -> None:
    whole = YoungPerson(staffed, address="whole")
    expected = [line.text for line in await whole.says(text)]
    alerts = len(staffed.alerts("Sam"))
    failed = 0
    for number in range(1, 200):
        one = YoungPerson(staffed, address=f"young-{number}")
        who = await comes_in(staffed, text, address=one.address)
        before = count(staffed)
        with failing_at(staffed, number) as reached:
            try:
                await staffed.handler.handle(who)
            except RecordUnavailable:
                failed += 1
                assert count(staffed) == before, f"statement {number} left something half done"
        staffed.clock.move(seconds=LEASE.total_seconds() + 1)
        await staffed.handler.handle(who)
        assert [line.text for line in one.hears()] == expected
        if not reached:
            break
    assert failed > 10
    assert len(staffed.alerts("Sam")) == alerts * (number + 1)


@contextmanager
def failing_at(house: House, number: int) -> Iterator[list[int]]:
    """The record fails at its `number`th statement from now on; the list is empty while that has not come."""
    statements, reached = iter(range(1, 10_000)), list[int]()

    def execute(*_: Any) -> None:
        if next(statements) == number:
            reached.append(number)
            raise OperationalError("the statement", None, Exception("the disk is gone"))

    engine = house.record.engine
    event.listen(engine, "before_cursor_execute", execute)
    try:
        yield reached
    finally:
        event.remove(engine, "before_cursor_execute", execute)


async def test_a_stored_message_that_was_damaged_holds_up_nothing_behind_it(house: House, young: YoungPerson) -> None:
    who = await comes_in(house, "hello")

    def damage(tx: Any) -> None:
        row = tx.session.scalars(select(InboxRow)).one()
        row.body_sealed = row.body_sealed[:-1] + bytes([row.body_sealed[-1] ^ 1])

    house.record.write(damage)
    await comes_in(house, DANGER, 2)
    await house.handler.handle(who)
    said = house.record.read(lambda tx: len(tx.session.scalars(select(OutboxRow)).all()))
    assert said > 0
    assert count(house)[0] == 2
    assert house.record.read(lambda tx: tx.session.scalars(select(InboxRow.level).order_by(InboxRow.seq)).all()) == [0, 4]


class Stumbling:
    """Phrases with a mistake in them: at one text they raise."""

    def __init__(self, noticing: Noticing, text: str) -> None:
        self._noticing, self._text = noticing, text

    def __getattr__(self, name: str) -> Any:
        return getattr(self._noticing, name)

    def check(self, text: str) -> Any:
        return self._noticing.check(self._known(text))

    def understand(self, text: str, *more: Any, **also: Any) -> Any:
        return self._noticing.understand(self._known(text), *more, **also)

    def _known(self, text: str) -> str:
        if text == self._text:
            raise ZeroDivisionError
        return text


async def test_words_at_which_the_phrases_stumble_are_answered_with_the_emergency_text_and_what_came_with_them_is_understood(
    staffed: House, young: YoungPerson, noticing: Noticing
) -> None:
    staffed.handler.use(staffed.service, Stumbling(noticing, "stumble"))  # type: ignore[arg-type]
    heard = await young.says_at_once(["stumble", DANGER])
    assert "999" in " ".join(line.text for line in heard)
    case = young.case()
    assert case is not None and case.basis == "immediate"
    assert staffed.alerts("Sam")
    assert count(staffed)[0] == 2


async def test_a_turn_that_the_database_refuses_each_time_ends_with_the_emergency_text(
    staffed: House, young: YoungPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.turn.carry_through", lambda tx, *_: tx.session.get_one(CaseRow, "gone"))
    heard = await young.says(DANGER)
    assert "999" in " ".join(line.text for line in heard)
    assert staffed.alerts("Sam")
    assert staffed.handler.turns == {"fell_back": 1}


async def test_where_the_alert_fails_as_well_they_read_the_emergency_text_once_and_the_alert_is_tried_until_it_goes_out(
    staffed: House, young: YoungPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistake(tx: Tx, *_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.turn.carry_through", mistake)
    with monkeypatch.context() as broken:
        broken.setattr(cases, "raise_immediate", mistake)
        who = await comes_in(staffed, DANGER)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await staffed.handler.handle(who)
            staffed.clock.move(seconds=LEASE.total_seconds() + 1)
    once = [line.text for line in young.hears()]
    assert "999" in " ".join(once) and len(once) == len(set(once))
    assert count(staffed)[0] == 0, "so that the auditor goes on asking, and its heart stops"
    await staffed.handler.handle(who)
    assert staffed.alerts("Sam") and young.hears() == []
