"""On PostgreSQL two batches may wait for each other: the database ends one of them, and it is begun again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest
from sqlalchemy import func, select

from bot.channels import Incoming, Outgoing
from bot.rehearsal.house import MONDAY_MORNING, Clock, House
from escalation.context import Service
from escalation.record import people
from escalation.record.schema import upgrade
from escalation.record.store import Collided, Record, Tx
from escalation.record.tables import InboxRow, Person
from nlu.noticing import Noticing
from tests.conftest import KEY
from tests.postgres import Postgres, postgres  # noqa: F401 - a fixture

pytestmark = pytest.mark.fault


@pytest.fixture
def record(postgres: Postgres) -> Iterator[Record]:  # noqa: F811
    upgrade(url := postgres.new_database())
    with closing(Record(url, KEY)) as opened:
        yield opened


def crossing(record: Record) -> list[Callable[[Tx], str]]:
    """Two batches that lock the same two people, each the other's second first; they meet in between once."""
    ids = [record.write(lambda tx, who=who: people.find_or_create(tx, "webchat", who, MONDAY_MORNING)[0].id) for who in "ab"]  # type: ignore[misc]
    met = Barrier(2)

    def batch(first: str, second: str) -> Callable[[Tx], str]:
        tries = iter((True,))

        def work(tx: Tx) -> str:
            tx.session.get(Person, first, with_for_update=True)
            if next(tries, False):
                met.wait(20)
            tx.session.get(Person, second, with_for_update=True)
            return first

        return work

    return [batch(*ids), batch(*reversed(ids))]


def test_a_batch_that_was_ended_is_begun_again_and_both_are_done(record: Record) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(record.insist, crossing(record)))) == 2


def test_what_is_not_begun_again_says_that_it_collided(record: Record) -> None:
    with ThreadPoolExecutor(2) as pool:
        ended = [one.exception() for one in [pool.submit(record.write, work) for work in crossing(record)]]
    assert [one.__class__ for one in ended if one is not None] == [Collided]


async def test_several_first_messages_of_somebody_at_once_are_all_kept(record: Record, service: Service, noticing: Noticing) -> None:
    house = House(record, service, noticing, Clock())
    warned: list[str] = []

    async def reply(address: str, outgoing: Outgoing) -> None:
        warned.append(address)

    house.intake.answer_through("telegram", reply)
    every = [(f"young-{who}", number) for who in range(10) for number in range(4)]
    await asyncio.gather(*(house.intake.take(Incoming("telegram", who, f"{who}-{number}", "text", "hello")) for who, number in every))
    assert record.read(lambda tx: tx.session.scalar(select(func.count()).select_from(InboxRow))) == len(every)
    assert record.read(lambda tx: tx.session.scalar(select(func.count()).select_from(Person))) == 10
    assert not warned
