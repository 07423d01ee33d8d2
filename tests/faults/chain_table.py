"""The on-duty chain while the program is killed again and again: `python -m tests.faults.chain_table [escalations] [kills]`.

The real program runs in a process of its own, on a fast clock, against the Bot API server of the tests. Young people write, staff pick
up or not, and the process is killed at random steps: when words have just come in, while a bubble is being sent, when a step is due,
after a tap on "Pick up".
"""

from __future__ import annotations

import asyncio
import base64
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot import demo
from bot.settings import ROOT, Settings
from escalation.record.store import Tx
from escalation.record.tables import DueRow, Staff
from tests.faults.chain_figures import Figures, figures
from tests.faults.escalating import OnDuty, escalates
from tests.faults.fast_program import SPEED, STARTED, fast_clock
from tests.faults.running import KEY, Program
from tests.faults.waiting import until
from tests.telegram.bot_api import BotApi
from tests.telegram.users import User

FAST, FASTER = 6.0, 20.0
"""How much faster than real time the clock runs: a chain of 10 minutes takes 100 or 30 seconds. Claims on a person's messages
end sooner too, so that the faster clock is for a few people only."""
EVERY = 0.7
"""Seconds between two young people."""
SLOWEST = 60.0
"""Seconds on that clock until somebody on duty who will pick up does so."""
DONE_WITHIN = 600.0


@dataclass
class FastProgram(Program):
    """The program on a fast clock. It counts how often it was killed, and what it was sending then."""

    api: Any = None
    speed: float = FAST
    started: float = field(default_factory=time.time)
    kills: int = 0
    cut_off: int = 0

    def prepare(self) -> None:
        """Database, staff and rota, as the demo has them."""
        key, now = base64.b64encode(KEY).decode(), fast_clock(self.started, self.speed)
        demo.prepare(Settings(_env_file=None, database_url=self.database, data_key=key), now)

    async def start(self) -> None:
        polls = self.api.calls["getUpdates"]
        self._launch()
        await until(lambda: self.api.calls["getUpdates"] > polls, 90, lambda: self.log.read_text()[-2000:])

    def _launch(self) -> None:
        environment = self.settings() | {STARTED: str(self.started), SPEED: str(self.speed), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.faults.fast_program"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)

    def kill_now(self) -> None:
        self.kill()
        self.kills += 1
        self.cut_off += self.scalars("select count(*) from outbox where state = 'sending'")[0]


async def run(escalations: int, kills: int, folder: Path, speed: float = FAST, seed: int = 5) -> Figures:
    """Play it, and count."""
    chance, api = random.Random(seed), BotApi(flood_limits=False).start()
    program = FastProgram(folder, api.base_url, api.token, api=api, speed=speed)
    program.prepare()
    staff = {name: User(api, 700_000 + number, name, f"staff_{name}") for number, name in enumerate(("Sam", "Alex", "Jo"))}
    program.change(lambda tx: connect(tx, staff))
    workers = [OnDuty(user, chance, SLOWEST / speed) for user in staff.values()]
    young = [User(api, 990_000 + number, f"Person{number}", f"handle_{number}") for number in range(escalations)]
    try:
        await program.start()
        working = [asyncio.create_task(worker.work()) for worker in workers]
        writing = asyncio.create_task(_all_write(young, chance))
        await _kill_at_random_steps(program, workers, kills, escalations * EVERY / max(kills, 1), chance)
        await writing
        await until(lambda: _over(program, escalations), DONE_WITHIN, lambda: f"not over: {program.log.read_text()[-1500:]}")
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await until(lambda: quiet(program), 60, lambda: "still sending")
        program.kill()
        return program.look(lambda tx: figures(tx, api, young, staff, kills=program.kills, cut_off=program.cut_off, speed=speed))
    finally:
        program.kill()
        api.stop()


async def _all_write(young: list[User], chance: random.Random) -> None:
    tasks = []
    for number, user in enumerate(young):
        tasks.append(asyncio.create_task(escalates(user, danger=number % 2 == 0)))
        await asyncio.sleep(chance.uniform(0.5 * EVERY, 1.5 * EVERY))
    await asyncio.gather(*tasks)


async def _kill_at_random_steps(program: FastProgram, workers: list[OnDuty], kills: int, pause: float, chance: random.Random) -> None:
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.5, 1.5) * max(pause, 2.0))
        await _moment(program, workers, chance)
        program.kill_now()
        await asyncio.sleep(chance.uniform(0, 2))
        await program.start()


async def _moment(program: FastProgram, workers: list[OnDuty], chance: random.Random) -> None:
    """Wait for a moment that is worth a kill, five seconds at most."""
    kind = chance.choice(("words", "sending", "due", "tap"))
    if kind == "sending":
        program.api.fail("sendMessage", "slow", times=5, seconds=0.5)
    begun = time.monotonic()

    def there() -> bool:
        if kind == "words":
            return bool(program.scalars("select 1 from inbox where handled_at is null limit 1"))
        if kind == "sending":
            return bool(program.scalars("select 1 from outbox where state = 'sending' limit 1"))
        if kind == "tap":
            return any(worker.tapping > begun for worker in workers)
        return program.look(lambda tx: _about_due(tx, program))

    with suppress(AssertionError):
        await until(there, 5)
    await asyncio.sleep(chance.uniform(0, 0.2))


def _about_due(tx: Tx, program: FastProgram) -> bool:
    now = fast_clock(program.started, program.speed)
    near = select(DueRow.id).where(DueRow.done_at.is_(None), DueRow.due_at <= now + timedelta(seconds=program.speed / 2))
    return tx.session.scalar(near.limit(1)) is not None


def connect(tx: Tx, staff: dict[str, User]) -> None:
    """The demo staff, each reachable on Telegram."""
    for name, user in staff.items():
        row = tx.session.scalars(select(Staff).where(Staff.name == name)).one()
        row.telegram = tx.vault.pseudonym("telegram", str(user.id))
        row.telegram_sealed = tx.vault.seal_own("staff.telegram", row.id, str(user.id))
        user.api.known.add(user.id)


def _over(program: FastProgram, escalations: int) -> bool:
    """Everybody has a case, and each is closed or has come to its last step."""
    cases = program.scalars("select count(*) from cases where stage in ('waiting', 'closed')")
    coming = program.scalars("select count(*) from due where kind = 'chain_step' and done_at is null")
    return cases == [escalations] and coming == [0]


def quiet(program: FastProgram) -> bool:
    left = "select count(*) from outbox where state in ('pending', 'sending') union all select count(*) from inbox where handled_at is null"
    return not any(program.scalars(left))


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:]] + [100, 20][len(sys.argv) - 1 :]
    with tempfile.TemporaryDirectory() as folder:
        made = asyncio.run(run(numbers[0], numbers[1], Path(folder)))
    print(made.table())  # noqa: T201 - it is what the command is for
    os._exit(0 if made.whole else 1)


if __name__ == "__main__":
    main()
