"""Messages of many people while the processes that share the work are killed, stopped and cut off:
`python -m tests.trials.workers [--messages N] [--people N] [--rounds N]`, or `make workers` for the full trial.

Two processes of each role on one PostgreSQL, at real speed. Young people write, some of them of danger; staff pick up, write and close.
In each round a process that makes turns is killed with turns in hand, one stands still for 15 seconds and goes on, those that send, ask
for updates and have the calendar are killed, and PostgreSQL is started anew.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from escalation.record.store import Tx
from escalation.record.tables import InboxRow, OutboxRow
from tests.faults.chain_table import connect, quiet
from tests.faults.escalating import OnDuty
from tests.faults.waiting import until
from tests.postgres import Postgres, server
from tests.telegram.bot_api import BotApi
from tests.telegram.users import User
from tests.trials.company import Company
from tests.trials.kill_figures import Figures, Writer, figures
from tests.trials.kills import GRAVE, GRAVE_ONE_IN, ORDINARY

TAKEN_OVER_WITHIN = 10.0
"""Seconds until somebody else does what a process did that is gone."""
STANDS_STILL = 15.0
CALM = 4.0
"""Seconds of ordinary work before each fault, so that there is something in hand."""
AFTER = 14.0
"""Seconds after a fault for which it is looked at how long people wait."""
EVERY = 0.3
"""Seconds between two people who write."""
BURST = "1.0"
DONE_WITHIN = 240.0
SLOWEST = 3.0


@dataclass(frozen=True)
class Plan:
    """How much of it: rounds of all faults, or those named."""

    people: int = 40
    rounds: int = 3
    faults: tuple[str, ...] = ()
    seed: int = 9


@dataclass(frozen=True)
class Blow:
    """One fault: when it came, by the program's clock, and after how many seconds its lease had another holder."""

    name: str
    at: datetime
    lease_seconds: float | None


@dataclass(frozen=True)
class Wait:
    """How long, after one kind of fault, anybody waited at most: for a message to be handled, and for a bubble to be sent."""

    name: str
    lease: float
    handled: float
    sent: float

    @property
    def seconds(self) -> float:
        return max(self.lease, self.handled, self.sent)


@dataclass(frozen=True)
class Outcome:
    """What was counted, and the longest waits."""

    counted: Figures
    waits: tuple[Wait, ...]

    @property
    def whole(self) -> bool:
        one = self.counted
        good = not (one.lost or one.out_of_order or one.turns_twice or one.alerts_twice)
        return good and all(wait.seconds <= TAKEN_OVER_WITHIN for wait in self.waits)

    def table(self) -> str:
        head = f"{'fault: the longest wait, in seconds, for':<44}{'a new holder':>14}{'an answer':>12}{'its sending':>13}"
        rows = [f"{wait.name:<44}{wait.lease:>14.1f}{wait.handled:>12.1f}{wait.sent:>13.1f}" for wait in self.waits]
        return "\n".join([self.counted.table(), "", head, *rows])


@dataclass
class Trial:
    """The company, its people, and what was done to it."""

    company: Company
    postgres: Postgres
    chance: random.Random
    writers: list[Writer]
    blows: list[Blow] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    over: bool = False

    async def write(self, api: BotApi) -> None:
        """Everybody writes now and then, some several lines in a row, until it is over."""
        number = 0
        while not self.over:
            await asyncio.sleep(self.chance.uniform(0, 2) * EVERY)
            who = self.chance.choice(self.writers)
            for _ in range(self.chance.choice((1, 1, 1, 2, 4)) if len(api.updates) < 100 else 0):
                about = self.chance.choice(GRAVE if self.chance.randrange(GRAVE_ONE_IN) == 0 else ORDINARY)
                number += 1
                who.writes(f"{about} {number}")

    async def killed(self, lease: str, roles: str, name: str) -> None:
        """Kill whoever holds a lease, and start another process."""
        before, pid = self.company.holder(lease), self.company.pid_of(lease, roles)
        at, begun = self.company.now(), time.monotonic()
        self.company.kill_one(roles, pid)
        await until(lambda: self.company.holder(lease) not in ("", before), 60)
        self.blows.append(Blow(name, at, time.monotonic() - begun))
        self.company.begin(roles)

    async def turns_killed(self) -> None:
        """Kill one that makes turns while it has some in hand."""
        pid = self.company.pids["turns"][0]
        at = self.company.now()
        self.company.kill_one("turns", pid)
        self.blows.append(Blow("a process that makes turns is killed", at, None))
        await asyncio.sleep(AFTER)
        self.company.begin("turns")

    async def turns_stopped(self) -> None:
        """One that makes turns stands still, with turns in hand, and goes on when others have made them."""
        pid = self.company.pids["turns"][0]
        at = self.company.now()
        self.company.stands_still(pid)
        self.blows.append(Blow("a process that makes turns stands still", at, None))
        await asyncio.sleep(STANDS_STILL)
        self.company.goes_on(pid)

    async def sending_stopped(self) -> None:
        """The one that sends stands still, with bubbles on their way, and goes on when another sends."""
        before, pid = self.company.holder("sending:telegram"), self.company.pid_of("sending:telegram", "send")
        at, begun = self.company.now(), time.monotonic()
        self.company.stands_still(pid)
        await until(lambda: self.company.holder("sending:telegram") not in ("", before), 60)
        self.blows.append(Blow("the process that sends stands still", at, time.monotonic() - begun))
        await asyncio.sleep(max(0.0, STANDS_STILL - (time.monotonic() - begun)))
        self.company.goes_on(pid)

    async def database_started_anew(self) -> None:
        at = self.company.now()
        self.postgres.stop()
        self.postgres.start()
        self.blows.append(Blow("PostgreSQL is started anew", at, None))

    async def calendar_killed(self) -> None:
        holds = self.company.holder("calendar")
        kinds = [kind for kind, pids in self.company.pids.items() if holds in map(self.company.name_of, pids)]
        await self.killed("calendar", kinds[0], "the process that has the calendar is killed")


FAULTS: dict[str, Callable[[Trial], Awaitable[None]]] = {
    "turns killed": Trial.turns_killed,
    "turns stopped": Trial.turns_stopped,
    "sender killed": lambda trial: trial.killed("sending:telegram", "send", "the process that sends is killed"),
    "sender stopped": Trial.sending_stopped,
    "receiver killed": lambda trial: trial.killed("polling:telegram", "receive", "the process that asks for updates is killed"),
    "calendar killed": Trial.calendar_killed,
    "database": Trial.database_started_anew,
}


def _silently(_: str) -> None:
    pass


async def run(plan: Plan, folder: Path, postgres: Postgres, say: Callable[[str], None] = _silently) -> Outcome:
    """Play it, and count. `say` is told what happens next."""
    chance, api, begun = random.Random(plan.seed), BotApi(flood_limits=False).start(), time.monotonic()
    more = {"BREAKWATER_BURST_SECONDS": BURST}
    company = Company(folder, api.base_url, api.token, database=postgres.new_database(), more=more, api=api)
    company.prepare()
    staff = {name: User(api, 700_000 + number, name, f"staff_{name}") for number, name in enumerate(("Sam", "Alex", "Jo"))}
    company.change(lambda tx: connect(tx, staff))
    writers = [Writer(User(api, 990_000 + number, f"Person{number}", f"handle_{number}")) for number in range(plan.people)]
    trial = Trial(company, postgres, chance, writers)
    try:
        say("the processes are starting")
        await company.all_begin()
        working = [asyncio.create_task(OnDuty(user, chance, SLOWEST).work()) for user in staff.values()]
        writing = asyncio.create_task(trial.write(api))
        for _ in range(plan.rounds):
            for name in plan.faults or FAULTS:
                say(f"{time.monotonic() - begun:5.0f} s, {sum(len(writer.wrote) for writer in writers)} messages: {name}")
                await asyncio.sleep(CALM)
                await FAULTS[name](trial)
                trial.marks.append(len(api.sent))
        await asyncio.sleep(AFTER)
        trial.over = True
        await writing
        await until(lambda: not api.updates and quiet(company), DONE_WITHIN, lambda: f"not over: {company.log.read_text()[-1500:]}")
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        company.close()
        seconds = time.monotonic() - begun
        counted = company.look(lambda tx: figures(tx, api, writers, staff, trial.marks, company.cut_off, seconds))
        return Outcome(counted, company.look(lambda tx: _waits(tx, trial.blows)))
    finally:
        company.close()
        api.stop()


def _waits(tx: Tx, blows: list[Blow]) -> tuple[Wait, ...]:
    """The longest wait after each kind of fault."""
    inbox = [(row.received_at, row.handled_at) for row in tx.session.scalars(select(InboxRow))]
    outbox = [(row.created_at, row.sent_at) for row in tx.session.scalars(select(OutboxRow).where(OutboxRow.not_before.is_(None)))]
    found: dict[str, list[tuple[float, float, float]]] = {}
    ends = [*(blow.at for blow in blows[1:]), datetime.max.replace(tzinfo=UTC)]
    for blow, next_at in zip(blows, ends, strict=True):
        until = min(blow.at + timedelta(seconds=AFTER), next_at - timedelta(seconds=CALM / 2))
        one = (blow.lease_seconds or 0.0, _longest(inbox, blow.at, until), _longest(outbox, blow.at, until))
        found.setdefault(blow.name, []).append(one)
    return tuple(Wait(name, *(max(column) for column in zip(*rows, strict=True))) for name, rows in found.items())


def _longest(rows: list[tuple[datetime, datetime | None]], at: datetime, until: datetime) -> float:
    """Of what was there at a fault and not done, or came soon after it: how long it took from the fault, or from when it came."""
    late = [(done - max(came, at)).total_seconds() for came, done in rows if done is not None and came < until and done > at]
    return max(late, default=0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    for name, default in (("people", Plan.people), ("rounds", Plan.rounds)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--fault", action="append", choices=tuple(FAULTS), default=[])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, server() as postgres:
        made = asyncio.run(
            run(Plan(asked.people, asked.rounds, tuple(asked.fault)), Path(folder), postgres, partial(print, file=sys.stderr, flush=True))
        )
    print(made.table())  # noqa: T201 - it is what the command is for
    sys.exit(0 if made.whole else 1)


if __name__ == "__main__":
    main()
