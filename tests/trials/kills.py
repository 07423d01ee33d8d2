"""Messages of many people while the program is killed at random moments: `python -m tests.trials.kills [--messages N] [--people N]
[--kills N] [--database sqlite|postgresql]`, or `make kills` for the full trial on both.

The real program takes its updates from the Bot API server of the tests by `getUpdates`, on a fast clock. Young people write, some of them
of danger; staff pick up, write and close. The program is killed with SIGKILL at any moment, while it starts too.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.chain_table import connect, quiet
from tests.faults.escalating import DANGER, URGENT, OnDuty
from tests.faults.waiting import until
from tests.postgres import server
from tests.telegram.bot_api import BotApi
from tests.telegram.users import User
from tests.trials.kill_figures import Figures, Writer, figures
from tests.trials.quick_program import QuickProgram

SPEED = 5.0
"""How much faster than real time the clock runs: claims on a person's messages end after a second instead of five."""
SLOWEST = 3.0
"""Seconds until somebody on duty who will pick up does so."""
ANY_MOMENT = 3.0
"""Seconds within which the next kill comes, once so much was written that it is due."""
AS_IT_STARTS = 0.2
"""How often the program is killed once more while it starts again."""
EVERY = 0.03
"""Seconds between two people who write."""
WAITING = 100
"""So many messages may wait to be fetched; a machine that is slow gets them more slowly."""
DONE_WITHIN = 600.0
ORDINARY = (
    "menu",
    "hello",
    "zwetschge",
    "what is consent",
    "my mate is being weird with me",
    "i feel a bit low",
    "ok",
    "tell me about sexting",
)
GRAVE = (DANGER, URGENT, "my stepdad hits me", "he keeps asking me for pics")
GRAVE_ONE_IN = 25


@dataclass(frozen=True)
class Plan:
    """How much of it."""

    messages: int = 10_000
    people: int = 200
    kills: int = 100
    seed: int = 8


async def run(plan: Plan, folder: Path, database: str = "") -> Figures:
    """Play it, and count. `database`: the address of an empty one; without it SQLite in the folder."""
    chance, api, begun = random.Random(plan.seed), BotApi(flood_limits=False).start(), time.monotonic()
    program = QuickProgram(folder, api.base_url, api.token, database=database, api=api, speed=SPEED)
    program.prepare()
    staff = {name: User(api, 700_000 + number, name, f"staff_{name}") for number, name in enumerate(("Sam", "Alex", "Jo"))}
    program.change(lambda tx: connect(tx, staff))
    writers = [Writer(User(api, 990_000 + number, f"Person{number}", f"handle_{number}")) for number in range(plan.people)]
    marks: list[int] = []
    try:
        await program.start()
        working = [asyncio.create_task(OnDuty(user, chance, SLOWEST).work()) for user in staff.values()]
        writing = asyncio.create_task(_write(writers, plan, chance, api))
        for number in range(plan.kills):
            await _at_a_random_moment(writers, number / plan.kills * plan.messages, chance)
            program.kill_now()
            marks.append(len(api.sent))
            program.begin()
        await writing
        await until(lambda: not api.updates and quiet(program), DONE_WITHIN, lambda: f"not over: {program.log.read_text()[-1500:]}")
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        program.kill()
        seconds = time.monotonic() - begun
        return program.look(lambda tx: figures(tx, api, writers, staff, marks, program.cut_off, seconds))
    finally:
        program.close()
        api.stop()


async def _at_a_random_moment(writers: list[Writer], due: float, chance: random.Random) -> None:
    """Once so many messages were written; now and then at once after the kill before, while the program starts."""
    if chance.random() >= AS_IT_STARTS:
        await until(lambda: sum(len(writer.wrote) for writer in writers) >= due, DONE_WITHIN)
    await asyncio.sleep(chance.uniform(0, ANY_MOMENT))


async def _write(writers: list[Writer], plan: Plan, chance: random.Random, api: BotApi) -> None:
    """Everybody writes now and then, some several lines in a row."""
    written = 0
    while written < plan.messages:
        await asyncio.sleep(chance.uniform(0, 2) * EVERY)
        if len(api.updates) > WAITING:
            continue
        who, lines = chance.choice(writers), min(plan.messages - written, chance.choice((1, 1, 1, 2, 4)))
        for _ in range(lines):
            about = chance.choice(GRAVE if chance.randrange(GRAVE_ONE_IN) == 0 else ORDINARY)
            written += 1
            who.writes(f"{about} {written}")


@contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        yield ""
        return
    with server() as running:
        yield running.new_database()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    for name, default in (("messages", Plan.messages), ("people", Plan.people), ("kills", Plan.kills)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    plan = Plan(asked.messages, asked.people, asked.kills)
    with tempfile.TemporaryDirectory() as folder, _database(asked.database) as database:
        made = asyncio.run(run(plan, Path(folder), database))
    print(f"{asked.database}\n{made.table()}")  # noqa: T201 - it is what the command is for
    sys.exit(0 if made.whole else 1)


if __name__ == "__main__":
    main()
