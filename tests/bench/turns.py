"""`python -m tests.bench.turns`: what a message costs the program beside the call of the intent service, as JSON.

Everything is the product's own: intake, lanes, turn, record on a SQLite file, sender. The app at the end shows nothing to anybody, and
the intent service answers at once. CPU is of the whole process, in milliseconds; latency is from the event to the first bubble.
"""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from bot import turn_end
from bot.channels import Kind
from bot.rehearsal.house import House, YoungPerson
from nlu.noticing import Noticing
from tests.bench import copied
from tests.bench.turn_program import CHANNEL, TEXTS, App, Program, running

MIX = {"free_text": 0.60, "button": 0.25, "live_conversation": 0.15}
PEOPLE, EACH = 20, 10
LENGTHS, STORED = (10, 100, 1_000, 10_000), (10_000, 100_000, 1_000_000)
LATENCIES = 60


@dataclass
class Seen:
    """What was seen of the record and of the stages meanwhile."""

    statements: int = 0
    commits: int = 0
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def watch(self, engine: Engine) -> None:
        """Count what the engine does from now on."""
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", self._commit)

    def _statement(self, *_: Any) -> None:
        self.statements += 1

    def _commit(self, *_: Any) -> None:
        self.commits += 1

    def time(self, stage: str, owner: object, name: str) -> None:
        """Count the CPU of a function that awaits nothing, on whatever thread it runs, to this stage."""
        work: Callable[..., Any] = getattr(owner, name)

        def timed(*args: Any, **more: Any) -> Any:
            start = time.thread_time()
            try:
                return work(*args, **more)
            finally:
                self.seconds[stage] += time.thread_time() - start

        setattr(owner, name, timed)


async def by_kind(program: Program) -> dict[str, object]:
    """CPU, statements and commits of one message of each kind, and of the mix."""
    house = program.house
    for name, role in (("Sam", "worker"), ("Jo", "lead")):
        house.hire(name, role)
    house.on_duty("Sam", hours=10_000)
    writers = [f"writer-{number}" for number in range(PEOPLE)]
    talking = [await _talking(house, f"talking-{number}") for number in range(PEOPLE)]
    for address in writers:
        await program.take(address, "started", "")
    await program.settled()
    kinds: dict[str, Callable[[int], tuple[str, Kind, str]]] = {
        "free_text": lambda n: (writers[n % PEOPLE], "text", f"{TEXTS[n % len(TEXTS)][0]} {n}"),
        "button": lambda n: (writers[n % PEOPLE], "button", _button(program.app, writers[n % PEOPLE], n)),
        "live_conversation": lambda n: (talking[n % PEOPLE], "text", f"ok so this is line {n} of what happened"),
    }
    found = {kind: await _cost(program, make) for kind, make in kinds.items()}
    mix = {name: round(sum(share * found[kind][name] for kind, share in MIX.items()), 2) for name in found["button"]}
    return {**found, "mix": mix}


async def _talking(house: House, address: str) -> str:
    """Somebody who has a conversation with Sam."""
    young = YoungPerson(house, CHANNEL, address)
    await young.says("i took loads of pills just now")
    case = young.case()
    assert case is not None
    house.pick_up("Sam", case.id)
    return address


def _button(app: App, address: str, number: int) -> str:
    buttons = app.buttons[address]
    return buttons[number % len(buttons)][1]


async def _cost(program: Program, make: Callable[[int], tuple[str, Kind, str]]) -> dict[str, float]:
    """One message after the other from many people, in rounds; the middle round counts."""
    seen, costs = Seen(), []
    seen.watch(program.house.record.engine)
    bubbles = program.app.bubbles
    for round_number in range(EACH):
        start = time.process_time()
        for number in range(PEOPLE):
            await program.take(*make(round_number * PEOPLE + number))
            await program.lanes.idle()
        await program.settled()
        costs.append((time.process_time() - start) / PEOPLE * 1000)
    messages = PEOPLE * EACH
    return {
        "cpu_ms": round(statistics.median(costs), 2),
        "best_round_cpu_ms": round(min(costs), 2),
        "statements": round(seen.statements / messages, 1),
        "commits": round(seen.commits / messages, 1),
        "bubbles": round((program.app.bubbles - bubbles) / messages, 1),
    }


async def by_stage(program: Program) -> dict[str, float]:
    """The share of each stage in the CPU of a free text, in percent. The rest is commits, threads and the loop."""
    seen = Seen()
    seen.time("danger, in memory", program.intake, "_danger")
    seen.time("storing", program.intake, "_store")
    seen.time("claiming", program.handler, "_claim")
    seen.time("noticing", program.handler._noticing, "understand")
    seen.time("deciding", turn_end, "decide")
    seen.time("committing", program.handler, "_commit")
    seen.time("sending", program.sender, "_recipients")
    seen.time("sending", program.sender, "_begin")
    seen.time("sending", program.sender, "_go_on")
    start = time.process_time()
    for number in range(PEOPLE * EACH):
        await program.take(f"writer-{number % PEOPLE}", "text", f"{TEXTS[number % len(TEXTS)][0]} again {number}")
        await program.lanes.idle()
    await program.settled()
    whole = time.process_time() - start
    seen.seconds["committing"] -= seen.seconds["deciding"]
    shares = {stage: round(seconds / whole * 100, 1) for stage, seconds in seen.seconds.items()}
    return {**shares, "the rest": round(100 - sum(shares.values()), 1)}


async def growing(program: Program, sizes: tuple[int, ...], grow: Callable[[int], None], address: str) -> dict[str, dict[str, float]]:
    """Latency of one message, and the steps it costs SQLite, after the record was made to grow to each size."""
    found: dict[str, dict[str, float]] = {}
    for size in sizes:
        grow(size)
        for _ in range(20):
            await program.latency(address)
        took = [await program.latency(address) for _ in range(LATENCIES)]
        with counted(program.house.record.engine) as steps:
            await program.latency(address)
        found[f"{size:,}"] = {"p50_ms": round(statistics.median(took), 2), "best_ms": round(min(took), 2), "steps": 10 * len(steps)}
    return found


@contextmanager
def counted(engine: Engine) -> Iterator[list[None]]:
    """A mark for every tenth step that SQLite makes meanwhile: what it does, whatever else this machine does."""
    marks: list[None] = []
    counting = True

    def count_steps(connection: Connection, *_: Any) -> None:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler((lambda: marks.append(None)) if counting else None, 10)

    event.listen(engine, "before_cursor_execute", count_steps)
    yield marks
    counting = False


async def measure(folder: Path, noticing: Noticing) -> dict[str, object]:
    """Everything about the cost of a turn."""
    gc.collect()
    gc.freeze()  # as the program does at its start
    async with running(folder, noticing) as program:
        record = program.house.record
        report: dict[str, object] = {"by_kind": await by_kind(program)}
        long = copied.Copies(record, CHANNEL, "writer-0")
        report["by_conversation_length"] = await growing(program, LENGTHS, long.lengthen_to, "writer-0")
        report["by_stored_messages"] = await growing(program, STORED, long.store_for_others, "writer-1")
        report["share_of_stages_percent"] = await by_stage(program)
    return report


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        json.dump(asyncio.run(measure(Path(folder), Noticing.load())), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
