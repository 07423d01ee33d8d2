"""On PostgreSQL, where transactions run side by side, two people act on one case at the same moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import text

from bot.rehearsal.house import House, YoungPerson
from escalation import cases, relay
from escalation.agreements import Wording
from escalation.case import Stage
from escalation.phone import taps
from escalation.record import people
from escalation.record.retention.destroying import Destroyed
from escalation.record.schema import upgrade
from escalation.record.store import Tx
from escalation.young_person import erasing
from tests.escalation.talking import talks
from tests.postgres import Postgres, postgres  # noqa: F401 - a fixture

pytestmark = pytest.mark.fault


@pytest.fixture
def database_url(postgres: Postgres) -> str:  # noqa: F811
    upgrade(url := postgres.new_database())
    return url


class Halfway:
    """Work whose transaction stays open until somebody else waits for what it has locked."""

    def __init__(self, house: House, pool: ThreadPoolExecutor, work: Callable[[Tx], object]) -> None:
        self._house, self._work = house, work
        self._there = Event()
        self._done = pool.submit(house.record.write, self._run)
        assert self._there.wait(20)

    def _run(self, tx: Tx) -> None:
        self._work(tx)
        tx.session.flush()
        self._there.set()
        deadline = time.monotonic() + 10
        while not self._house.record.read(_somebody_waits) and time.monotonic() < deadline:
            time.sleep(0.02)

    def ends(self) -> None:
        self._done.result(20)


def _somebody_waits(tx: Tx) -> bool:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    return bool(tx.session.scalar(waiting))


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


@pytest.mark.rule("S07")
async def test_words_from_a_phone_do_not_go_out_when_they_changed_their_mind_at_that_moment(
    staffed: House, young: YoungPerson, pool: ThreadPoolExecutor
) -> None:
    case_id = await talks(young)
    staffed.hand_back("Sam", case_id)
    staffed.pick_up("Sam", case_id, on="telegram")
    young.hears()

    def change_their_mind(tx: Tx) -> None:
        cases.withdraw(tx, staffed.service, cases.locked(tx, case_id), Wording("consent.withdrawn", "1", "Stopped."), staffed.clock())

    withdrawing = Halfway(staffed, pool, change_their_mind)
    staffed.does("Sam", lambda tx, sam: taps.act(tx, staffed.service, sam, "text", "are you there?", staffed.clock()))
    withdrawing.ends()
    assert not any("are you there?" in line.text for line in young.lines())
    assert "this conversation has ended or is paused: nothing was sent" in staffed.alerts("Sam")[-1]


@pytest.mark.rule("S02")
async def test_a_life_at_risk_that_is_told_while_the_adult_closes_the_conversation_waits_for_an_adult(
    staffed: House, young: YoungPerson, pool: ThreadPoolExecutor
) -> None:
    case_id = await talks(young)
    sam = staffed.staff("Sam")
    closing = Halfway(
        staffed, pool, lambda tx: relay.close(tx, staffed.service, case_id, tx.session.merge(sam), "guidance_given", "", staffed.clock())
    )
    await young.says("im going to kill myself tonight")
    closing.ends()
    case = young.case()
    assert case is not None
    assert (case.stage, case.basis) == (Stage.WAITING, "immediate")
    assert case.id != case_id


@pytest.mark.rule("S73")
async def test_what_is_told_in_the_moment_of_an_erasure_is_neither_erased_with_it_nor_left_unread(
    staffed: House, young: YoungPerson, pool: ThreadPoolExecutor
) -> None:
    await young.starts()
    await young.says("hi")
    before = young.person()
    destroyed = Destroyed("asked", staffed.service.retention.version, staffed.clock())
    code = staffed.record.read(lambda tx: people.code(tx, before.id))
    erasure = Halfway(staffed, pool, lambda tx: erasing._decide(tx, staffed.service, code, "asked in writing", destroyed, staffed.clock()))
    await young.says("i have taken all the pills")
    erasure.ends()
    case = young.case()
    assert case is not None
    assert case.person_id != before.id
    raised_by = staffed.reads("Sam", case.id).raised_by
    assert raised_by and raised_by.text == "i have taken all the pills"
