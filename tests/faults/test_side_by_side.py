"""Several processes at one record: a turn is made once, one sends at a time, and what one had in hand another takes over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.channels import Incoming, Outgoing
from bot.claim import Claim, still_ours
from bot.intake import Intake
from bot.lanes import Lanes
from bot.leasing import SENDING, VALID, Shared
from bot.rehearsal.house import Clock, House, YoungPerson
from bot.sending import Sender
from bot.turn import LEASE, Handler
from bot.turn_jobs import TurnJobs, defer, remind
from escalation.context import Service
from escalation.record import leases, messages, people
from escalation.record.notices import Hearing
from escalation.record.schema import upgrade
from escalation.record.store import Record, Tx
from escalation.record.tables import InboxRow, LeaseRow, OutboxRow
from escalation.young_person import afresh, clearing
from nlu.noticing import Noticing
from nlu.understanding import Level
from tests.conftest import KEY
from tests.faults.intents import Hanging
from tests.faults.waiting import until
from tests.postgres import Postgres, postgres  # noqa: F401 - a fixture

pytestmark = pytest.mark.fault
DANGER = "i have swallowed a load of pills"


@pytest.fixture
def database_url(postgres: Postgres) -> str:  # noqa: F811
    upgrade(url := postgres.new_database())
    return url


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Record]:
    """The same record, as another process has it."""
    opened = Record(database_url, KEY)
    yield opened
    opened.close()


async def comes_in(house: House, words: str, number: int = 1) -> str:
    await house.intake.take(Incoming("telegram", "young-1", f"event-{number}", "text", words))
    return house.woken.pop()


def said(record: Record) -> int:
    return len(record.read(lambda tx: list(tx.session.scalars(select(OutboxRow.id)))))


def taken(record: Record, name: str = SENDING, seconds: float = VALID) -> leases.Taken | None:
    return record.write(lambda tx: leases.take(tx, name, record.name, seconds))


def jobs(record: Record) -> list[tuple[str, dict[str, Any]]]:
    rows = record.read(lambda tx: tx.session.execute(text("select status::text, args from procrastinate_jobs order by id")).all())
    return [(status, args) for status, args in rows]


# --- turns -----------------------------------------------------------------------------------------------------


async def test_a_process_that_stood_still_makes_no_turn_that_another_has_made(
    house: House, elsewhere: Record, service: Service, noticing: Noticing
) -> None:
    who, reader = await comes_in(house, DANGER), Hanging()
    stopped = Handler(elsewhere, service, noticing, reader, house.clock, patience=60)
    turn = asyncio.create_task(stopped.handle(who))
    await reader.asked.wait()
    assert await house.handler.handle(who), "until then it may still be at it, so somebody has to look again"
    assert said(house.record) == 0
    house.clock.move(seconds=LEASE.total_seconds() + 1)
    assert not await house.handler.handle(who)
    answered = said(house.record)
    reader.go_on.set()
    assert await turn, "it was not its own any more"
    assert said(house.record) == answered > 0


async def test_a_turn_that_takes_long_is_renewed_and_not_taken_over(
    house: House, elsewhere: Record, service: Service, noticing: Noticing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.turn.RENEWED_EVERY", 0.05)
    who, reader = await comes_in(house, "hello"), Hanging()
    turn = asyncio.create_task(Handler(elsewhere, service, noticing, reader, house.clock, patience=60).handle(who))
    await reader.asked.wait()
    for _ in range(3):
        house.clock.move(seconds=LEASE.total_seconds() - 1)
        until_now = house.clock() + LEASE
        await until(lambda until_now=until_now: house.record.read(lambda tx: people.person(tx, who).claimed_until) >= until_now)  # type: ignore[misc]
        assert await house.handler.handle(who)
    reader.go_on.set()
    assert not await turn
    assert said(house.record) > 0


async def test_of_two_that_think_that_a_turn_is_theirs_only_the_first_has_it(house: House, elsewhere: Record) -> None:
    who = await comes_in(house, "hello")

    def claim(tx: Tx) -> Claim:
        people.person(tx, who).claim = "ours"
        rows = tuple(messages.unhandled(tx, who))
        return Claim("ours", rows, tuple({} for _ in rows), (), (), "unknown", True)

    ours, looked, go_on, found = house.record.write(claim), Event(), Event(), []

    def first(tx: Tx) -> None:
        rows = still_ours(tx, people.person(tx, who), ours)
        looked.set()
        go_on.wait(20)
        found.append(len(rows))
        for row in rows:
            row.handled_at = house.clock()

    def second(tx: Tx) -> None:
        found.append(len(still_ours(tx, people.person(tx, who), ours)))

    both = [Thread(target=house.record.write, args=(first,)), Thread(target=elsewhere.write, args=(second,))]
    both[0].start()
    looked.wait(20)
    both[1].start()
    await asyncio.sleep(0.5)
    assert found == [], "the second waits for what the first does"
    go_on.set()
    for thread in both:
        await asyncio.to_thread(thread.join)
    assert found == [1, 0]


# --- turns that wait for whichever process makes them ----------------------------------------------------------


def receiving(house: House, noticing: Noticing) -> Intake:
    """What only stores, as a process does that makes no turns."""

    def never(who: str, at_once: bool) -> None:
        raise AssertionError("nobody is woken here")

    danger = Handler(house.record, house.service, noticing, house.reader, house.clock).danger
    return Intake(house.record, house.service, house.clock, danger, never, patience=60, defer=defer)


@asynccontextmanager
async def making_turns(record: Record, house: House, noticing: Noticing, burst: float = 0.0) -> AsyncIterator[TurnJobs]:
    """Another process, which makes the turns that wait."""
    lanes = Lanes(Handler(record, house.service, noticing, house.reader, house.clock).handle, burst)
    made = TurnJobs(record, lanes)
    tasks = [asyncio.create_task(made.run()), asyncio.create_task(Hearing(record).run())]
    try:
        await until(made.beats)
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def handled(record: Record) -> list[bool]:
    return record.read(lambda tx: [row.handled_at is not None for row in tx.session.scalars(select(InboxRow).order_by(InboxRow.seq))])


async def test_what_one_process_stored_another_answers_in_order_and_no_job_stays(
    house: House, elsewhere: Record, noticing: Noticing
) -> None:
    intake = receiving(house, noticing)
    async with making_turns(elsewhere, house, noticing):
        for number in range(3):
            await intake.take(Incoming("telegram", "young-1", f"event-{number}", "text", f"hello {number}"))
        await until(lambda: handled(house.record) == [True] * 3)
        await until(lambda: jobs(house.record) == [])
    assert said(house.record) > 0


async def test_a_burst_is_one_job_and_what_must_not_wait_has_its_own(house: House, noticing: Noticing) -> None:
    intake = receiving(house, noticing)
    for number, words in enumerate(("hello", "are you there", "hm", DANGER)):
        await intake.take(Incoming("telegram", "young-1", f"event-{number}", "text", words))
    await intake.take(Incoming("telegram", "young-2", "event-9", "text", "hello"))
    assert [args["at_once"] for _, args in jobs(house.record)] == [False, True, False]
    house.record.write(lambda tx: remind(tx, jobs(house.record)[0][1]["person_id"]))
    assert len(jobs(house.record)) == 3, "who waits already is not put there once more"


async def test_a_message_that_was_not_stored_leaves_no_job(house: House) -> None:
    def fails(tx: Tx) -> None:
        defer(tx, "somebody", True)
        raise ValueError

    with pytest.raises(ValueError):
        house.record.write(fails)
    assert jobs(house.record) == []


async def test_danger_in_the_middle_of_a_burst_is_answered_at_once_by_whoever_has_them_in_hand(
    house: House, elsewhere: Record, noticing: Noticing
) -> None:
    intake = receiving(house, noticing)
    async with making_turns(elsewhere, house, noticing, burst=60):
        await intake.take(Incoming("telegram", "young-1", "event-1", "text", "hello"))
        await until(lambda: [status for status, _ in jobs(house.record)] == ["doing"])
        await intake.take(Incoming("telegram", "young-1", "event-2", "text", DANGER))
        await until(lambda: handled(house.record) == [True, True], 20)


async def test_what_a_process_had_in_hand_that_is_gone_is_handed_on_within_ten_seconds(
    house: House, elsewhere: Record, noticing: Noticing
) -> None:
    await receiving(house, noticing).take(Incoming("telegram", "young-1", "event-1", "text", "hello"))

    def dies(tx: Tx) -> None:
        worker = tx.session.scalar(text("select worker_id from procrastinate_register_worker_v1()"))
        tx.session.execute(text("select procrastinate_fetch_job_v2(null, :worker)"), {"worker": worker})

    house.record.write(dies)
    assert [status for status, _ in jobs(house.record)] == ["doing"]
    async with making_turns(elsewhere, house, noticing):
        await until(lambda: handled(house.record) == [True], 10)


async def test_a_job_that_a_process_was_given_and_never_heard_of_is_handed_on_although_that_process_lives(
    house: House, elsewhere: Record, noticing: Noticing
) -> None:
    """The database went away between giving it out and the answer that says so."""
    async with making_turns(elsewhere, house, noticing):
        await receiving(house, noticing).take(Incoming("telegram", "young-1", "event-1", "text", "hello"))
        await until(lambda: handled(house.record) == [True] and jobs(house.record) == [])
        who = await comes_in(house, "are you there", 2)

        def given(tx: Tx) -> None:
            defer(tx, who, True)
            tx.session.execute(text("select procrastinate_fetch_job_v2(null, (select max(id) from procrastinate_workers))"))

        house.record.write(given)
        await until(lambda: handled(house.record) == [True, True] and jobs(house.record) == [])


async def test_a_person_who_was_erased_meanwhile_keeps_no_process_busy(house: House, elsewhere: Record, noticing: Noticing) -> None:
    house.record.write(lambda tx: defer(tx, "nobody-any-more", True))
    async with making_turns(elsewhere, house, noticing):
        await until(lambda: [status for status, _ in jobs(house.record)] != ["doing"])
        await receiving(house, noticing).take(Incoming("telegram", "young-1", "event-1", "text", "hello"))
        await until(lambda: handled(house.record) == [True])


# --- leases ----------------------------------------------------------------------------------------------------


def test_one_process_has_a_lease_until_it_gives_it_up_or_is_gone(record: Record, elsewhere: Record) -> None:
    assert taken(record) is leases.Taken.ANEW
    assert taken(elsewhere) is None
    assert taken(record) is leases.Taken.KEPT
    record.write(lambda tx: leases.give_up(tx, SENDING, record.name))
    assert taken(elsewhere) is leases.Taken.ANEW
    assert not record.write(lambda tx: leases.held(tx, SENDING, record.name))
    assert elsewhere.write(lambda tx: leases.held(tx, SENDING, elsewhere.name))


def test_nobody_waits_for_the_lease_of_a_process_that_has_ended(record: Record, database_url: str) -> None:
    gone = Record(database_url, KEY)
    taken(gone, seconds=600)
    assert taken(record) is None
    gone.engine.dispose()  # as the end of its process does
    assert taken(record) is leases.Taken.ANEW
    gone.close()


def test_a_lease_that_ran_out_is_taken_anew_also_by_whoever_had_it(record: Record) -> None:
    taken(record, seconds=0)
    assert not record.write(lambda tx: leases.held(tx, SENDING, record.name))
    assert taken(record) is leases.Taken.ANEW


async def test_nobody_takes_over_between_the_look_and_what_is_done_under_it(record: Record, elsewhere: Record) -> None:
    taken(record, seconds=0.5)
    looked, go_on = Event(), Event()

    def does(tx: Tx) -> bool:
        held = leases.held(tx, SENDING, record.name)
        looked.set()
        go_on.wait(20)
        return held

    doing = asyncio.create_task(record.awrite(does))
    await asyncio.to_thread(looked.wait, 20)
    taking = asyncio.create_task(asyncio.to_thread(taken, elsewhere))
    await asyncio.sleep(1.0)
    assert not taking.done()
    go_on.set()
    assert await doing
    assert leases.Taken.ANEW in (await taking, taken(elsewhere))


async def test_a_process_that_stands_still_within_a_transaction_keeps_nobody_waiting_for_long(elsewhere: Record, database_url: str) -> None:
    record = Record(database_url, KEY, stands_still=2)
    taken(record, seconds=0.5)
    looked, stands = Event(), Event()

    def does(tx: Tx) -> None:
        leases.held(tx, SENDING, record.name)
        looked.set()
        stands.wait(9)

    doing = asyncio.create_task(record.awrite(does))
    await asyncio.to_thread(looked.wait, 20)
    async with asyncio.timeout(8):
        first = await asyncio.to_thread(taken, elsewhere)
        assert leases.Taken.ANEW in (first, await asyncio.to_thread(taken, elsewhere))
    stands.set()
    await asyncio.gather(doing, return_exceptions=True)
    record.close()


# --- sending ---------------------------------------------------------------------------------------------------


class App:
    """Takes every bubble, and says which process brought it."""

    def __init__(self, name: str, log: list[tuple[str, str]]) -> None:
        self.name, self.by, self.log = "telegram", name, log
        self.slow: asyncio.Event | None = None
        self.asked = asyncio.Event()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        self.asked.set()
        if self.slow is not None:
            await self.slow.wait()
        self.log.append((self.by, outgoing.text))
        return str(len(self.log))


@asynccontextmanager
async def sends(record: Record, app: App, service: Service, clock: Clock) -> AsyncIterator[Shared]:
    """One process that would send through the app."""
    lease = Shared(record, f"{SENDING}telegram")
    sender = Sender(record, app, service, clock, lease)
    tasks = [asyncio.create_task(lease.run()), asyncio.create_task(sender.run()), asyncio.create_task(Hearing(record).run())]
    try:
        yield lease
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_one_process_sends_and_another_goes_on_when_it_ends(house: House, elsewhere: Record, service: Service) -> None:
    log: list[tuple[str, str]] = []
    async with sends(elsewhere, App("there", log), service, house.clock) as there:
        async with sends(house.record, App("here", log), service, house.clock) as here:
            await until(lambda: bool(here.term or there.term))
            await house.comes_in("telegram", "young-1", "text", "hello")
            await until(lambda: len(log) == said(house.record) > 0)
            assert len({by for by, _ in log}) == 1, "one alone"
            first = len(log)
        await until(lambda: bool(there.term))
        await house.comes_in("telegram", "young-1", "text", "menu")
        await until(lambda: len(log) == said(house.record) > first)
        assert log[-1][0] == "there"


async def test_what_a_process_was_about_to_send_when_it_stood_still_another_sends(
    house: House, elsewhere: Record, service: Service
) -> None:
    log: list[tuple[str, str]] = []
    stuck = App("there", log)
    stuck.slow = asyncio.Event()
    async with sends(elsewhere, stuck, service, house.clock) as there:
        await until(lambda: bool(there.term))
        await house.comes_in("telegram", "young-1", "text", "hello")
        await stuck.asked.wait()
        # It stands still: its lease runs out unrenewed, and somebody else has it when it goes on.
        house.record.write(_runs_out)
        async with sends(house.record, App("here", log), service, house.clock) as here:
            await until(lambda: bool(here.term))
            await until(lambda: len(log) == said(house.record) > 0)
            assert {by for by, _ in log} == {"here"}
            stuck.slow.set()
            await until(lambda: len(log) > said(house.record))
            await asyncio.sleep(1.0)
    assert [by for by, _ in log].count("there") == 1, "only the bubble that was on its way already"


async def test_what_is_marked_as_being_sent_and_is_in_nobodys_hands_goes_out_although_its_process_lives(
    house: House, service: Service
) -> None:
    log: list[tuple[str, str]] = []
    async with sends(house.record, App("here", log), service, house.clock) as here:
        await until(lambda: bool(here.term))
        await house.comes_in("telegram", "young-1", "text", "hello")
        await until(lambda: len(log) == said(house.record) > 0)
        before = len(log)
        house.record.write(_cut_off)
        await until(lambda: len(log) == before + 1)


def _cut_off(tx: Tx) -> None:
    row = tx.session.scalars(select(OutboxRow).order_by(OutboxRow.seq.desc()).limit(1)).one()
    row.state = "sending"


def _runs_out(tx: Tx) -> None:
    row = tx.session.get_one(LeaseRow, f"{SENDING}telegram")
    row.until -= timedelta(minutes=1)


# --- the key and the place of somebody change --------------------------------------------------------------------


def clears(house: House, tx: Tx, who: str) -> None:
    clearing.clear(tx, house.service, people.person(tx, who), house.clock())


def begins_afresh(house: House, tx: Tx, who: str) -> None:
    afresh.begin(tx, house.service, people.person(tx, who), house.clock())


CHANGES = pytest.mark.parametrize("change", [clears, begins_afresh])


@CHANGES
async def test_what_another_process_stores_while_somebody_clears_or_begins_afresh_is_read_and_answered(
    house: House, elsewhere: Record, change: Callable[[House, Tx, str], None]
) -> None:
    who = await comes_in(house, "hello")
    await house.handler.handle(who)
    house.clock.move(seconds=5)
    changed, go_on = Event(), Event()

    def slowly(tx: Tx) -> None:
        change(house, tx, who)
        tx.session.flush()
        changed.set()
        assert go_on.wait(20)

    changing = asyncio.create_task(house.record.awrite(slowly))
    assert await asyncio.to_thread(changed.wait, 20)
    there = Intake(elsewhere, house.service, house.clock, lambda _: True, lambda who, _: house.woken.add(who), patience=20)
    storing = asyncio.create_task(there.take(Incoming("telegram", "young-1", "event-2", "text", DANGER)))
    await asyncio.sleep(0.5)
    go_on.set()
    await asyncio.gather(changing, storing)
    await answers_danger(house)


@CHANGES
async def test_what_another_process_is_storing_as_somebody_clears_or_begins_afresh_is_read_and_answered(
    house: House, elsewhere: Record, change: Callable[[House, Tx, str], None]
) -> None:
    who = await comes_in(house, "hello")
    await house.handler.handle(who)
    house.clock.move(seconds=5)
    there = Intake(elsewhere, house.service, house.clock, lambda _: True, lambda who, _: None)
    stored, go_on = Event(), Event()

    def slowly(tx: Tx) -> None:
        there._store(tx, Incoming("telegram", "young-1", "event-2", "text", DANGER), house.clock())
        stored.set()
        assert go_on.wait(20)

    storing = asyncio.create_task(elsewhere.awrite(slowly))
    assert await asyncio.to_thread(stored.wait, 20)
    changing = asyncio.create_task(house.record.awrite(lambda tx: change(house, tx, who)))
    await asyncio.sleep(0.5)
    go_on.set()
    await asyncio.gather(changing, storing)
    await answers_danger(house)


async def answers_danger(house: House) -> None:
    """What came last is read, by whoever it belongs to now, and answered where it was written."""
    row = house.record.read(lambda tx: tx.session.scalars(select(InboxRow).order_by(InboxRow.seq.desc()).limit(1)).one())
    young = YoungPerson(house)
    young.hears()
    assert row.person_id == young.person().id
    await house.handler.handle(row.person_id)
    assert house.record.read(lambda tx: tx.session.get_one(InboxRow, row.seq).level) == Level.IMMEDIATE
    assert any("999" in line.text for line in young.hears())
