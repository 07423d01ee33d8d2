"""Load, in the two ways that tell different things.

Closed: so many people wait for an answer at any moment, and the next one writes when one is answered; it finds the most that can be
done. Open: messages come at a rate, whatever becomes of them; it finds how long people wait. Time counts from when a message was due,
so that a generator or a server that is late does not hide it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["free_text", "button", "live_conversation"]
Mix = dict[Kind, float]

MIXED: Mix = {"free_text": 0.60, "button": 0.25, "live_conversation": 0.15}
FREE_TEXT: Mix = {"free_text": 1.0}
GIVES_UP = 30.0
"""Seconds after which nobody waits any more."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of one message. `seconds`: until the answer; `stored`: until the server said that it has it."""

    kind: Kind
    seconds: float
    stored: float
    answered: bool = True


class Side(Protocol):
    """Who is asked: us, or the peer."""

    planned_wait: float
    """Seconds for which free text is left unanswered on purpose, in case more comes."""

    def free(self, kind: Kind) -> bool:
        """Whether there is somebody who waits for nothing and can send this."""

    async def turn(self, kind: Kind, since: float) -> Turn:
        """Somebody who is free sends this, and waits. `since`: when it was due, as `time.monotonic()`. Raises nothing."""

    def pids(self) -> dict[str, int]:
        """The processes whose time counts, by name."""

    def refused(self) -> Counter[int]:
        """How often somebody was told to try again, so far, by status."""

    async def settled(self) -> None:
        """Wait until what was too much is answered, so that the next measurement does not bear it."""


@dataclass
class Heap:
    """The turns of one measurement."""

    planned_wait: float
    turns: list[Turn] = field(default_factory=list)
    made: int = 0
    """Turns in all, those of the warm-up included."""
    skipped: int = 0
    """Messages that nobody was free to send."""

    def answered(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.answered]

    def latencies(self) -> dict[str, object]:
        """The spread, in milliseconds, beyond what is waited on purpose: of all, and of each kind."""
        kinds: defaultdict[str, list[float]] = defaultdict(list)
        for turn in self.answered():
            beyond = turn.seconds - (self.planned_wait if turn.kind == "free_text" else 0.0)
            kinds[turn.kind].append(beyond)
            kinds["all"].append(beyond)
        return {kind: spread(kinds[kind]) for kind in ("all", *MIXED) if kinds[kind]}


def spread(seconds: list[float]) -> dict[str, float]:
    """The middle and the tails of some seconds, in milliseconds, and of how many."""
    ordered = sorted(seconds)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    found = {name: round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 1) for name, share in at.items()}
    return {**found, "messages": len(ordered)}


async def closed(side: Side, mix: Mix, clients: int, seconds: float, warm: float) -> Heap:
    """So many wait at any moment. Only what was answered after the warm-up and within `seconds` counts."""
    heap, begun = Heap(side.planned_wait), time.monotonic() + warm
    end = begun + seconds

    async def client(number: int) -> None:
        chance = random.Random(number)
        while time.monotonic() < end:
            kind = drawn(mix, chance)
            if not side.free(kind):
                heap.skipped += 1
                await asyncio.sleep(0.02)
                continue
            turn = await side.turn(kind, time.monotonic())
            heap.made += 1
            if begun <= time.monotonic() < end:
                heap.turns.append(turn)

    await asyncio.gather(*(client(number) for number in range(clients)))
    return heap


async def opened(side: Side, mix: Mix, rate: float, seconds: float, warm: float) -> Heap:
    """So many come each second. What was due after the warm-up counts, and is waited for."""
    heap, chance, begun = Heap(side.planned_wait), random.Random(5), time.monotonic()
    running: set[asyncio.Task[None]] = set()

    async def one(kind: Kind, due: float) -> None:
        turn = await side.turn(kind, due)
        heap.made += 1
        if due >= begun + warm:
            heap.turns.append(turn)

    for number in range(int(rate * (warm + seconds))):
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        kind = drawn(mix, chance)
        if not side.free(kind):
            heap.skipped += 1
            continue
        task = asyncio.create_task(one(kind, due))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    return heap


def drawn(mix: Mix, chance: random.Random) -> Kind:
    """A kind, as often as the mix says."""
    return chance.choices(list(mix), list(mix.values()))[0]
