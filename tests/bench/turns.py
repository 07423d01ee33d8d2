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
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, func, select

from bot import turn
from bot.channels import Incoming, Kind, Outgoing
from bot.intake import Intake
from bot.lanes import Lanes
from bot.rehearsal.house import Clock, House, YoungPerson
from bot.sending import UNSENT, Sender
from bot.service import read_service
from bot.settings import Settings
from bot.turn import Handler
from content.editorial.library import CONTENT
from escalation.record.retention.veil import Veil
from escalation.record.schema import upgrade
from escalation.record.store import Record
from escalation.record.tables import OutboxRow
from nlu.noticing import Noticing
from nlu.understanding import Reading
from tests.bench import copied

CHANNEL = "telegram"
TEXTS = (
    ("what does consent mean, my mate asked me about it at school today", "consent"),
    ("how do i know if my relationship is healthy", "healthy_relationships"),
    ("people at school keep leaving me out of everything", "bullying"),
)
MIX = {"free_text": 0.60, "button": 0.25, "live_conversation": 0.15}
PEOPLE, EACH = 20, 10
LENGTHS, STORED = (10, 100, 1_000), (10_000, 20_000)
LATENCIES = 60


@dataclass
class App:
    """Everyone's phone: it takes each bubble at once."""

    name: str = CHANNEL
    buttons: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    came: defaultdict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    bubbles: int = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        self.bubbles += 1
        self.buttons[address] = outgoing.buttons or self.buttons.get(address, ())
        self.came[address].set()
        return str(self.bubbles)


class Topics:
    """An intent service that answers at once and costs nothing."""

    async def read(self, text: str) -> Reading | None:
        topic = next((topic for words, topic in TEXTS if text.startswith(words)), "consent")
        return Reading(topic, 0.95, ((topic, 0.95),))


@dataclass
class Program:
    """The part of the program that a message goes through, and the app at its end."""

    house: House
    app: App
    handler: Handler
    lanes: Lanes
    intake: Intake
    sender: Sender
    number: count[int] = field(default_factory=count)

    async def take(self, address: str, kind: Kind, text: str) -> None:
        """Something comes in."""
        number = next(self.number)
        self.house.clock.move(seconds=0.2)
        await self.intake.take(Incoming(CHANNEL, address, f"bench-{number}", kind, text, message_ref=f"bench-{number}"))

    async def settled(self) -> None:
        """Until everything is handled and sent."""
        await self.lanes.idle()
        left = select(func.count()).select_from(OutboxRow).where(OutboxRow.channel == CHANNEL, OutboxRow.state.in_(UNSENT))
        while await self.house.record.aread(lambda tx: tx.session.scalar(left)):  # noqa: ASYNC110 - nobody tells when nothing is left
            await asyncio.sleep(0.02)

    async def latency(self, address: str) -> float:
        """Milliseconds from somebody's words to the first bubble of the answer."""
        self.app.came[address].clear()
        start = time.perf_counter()
        await self.take(address, "text", TEXTS[0][0])
        await self.app.came[address].wait()
        took = (time.perf_counter() - start) * 1000
        await self.settled()
        return took


@asynccontextmanager
async def running(folder: Path, noticing: Noticing) -> AsyncIterator[Program]:
    """The program on a new record in this folder."""
    settings = Settings(_env_file=None, database_url=f"sqlite:///{folder / 'turns.db'}")
    upgrade(settings.database_url)
    record, clock = Record(settings.database_url, bytes(range(32))), Clock()
    service = read_service(settings, CONTENT)
    record.veil = Veil(service.retention, clock)
    house, app = House(record, service, noticing, clock), App()
    handler = Handler(record, service, noticing, Topics(), clock)
    lanes = Lanes(handler.handle, burst_seconds=0.0)
    sender = Sender(record, app, service, clock)
    sending = asyncio.create_task(sender.run())
    try:
        yield Program(house, app, handler, lanes, Intake(record, service, clock, handler.danger, lanes.wake), sender)
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        record.close()


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
    seen.time("deciding", turn, "decide")
    seen.time("committing", program.handler, "_commit")
    for name in ("_recipients", "_next", "_sent"):
        seen.time("sending", program.sender, name)
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
    """Latency of one message after the record was made to grow to each size."""
    found = {}
    for size in sizes:
        grow(size)
        for _ in range(20):
            await program.latency(address)
        took = [await program.latency(address) for _ in range(LATENCIES)]
        found[f"{size:,}"] = {"p50_ms": round(statistics.median(took), 2), "best_ms": round(min(took), 2)}
    return found


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
