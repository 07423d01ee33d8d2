"""One measurement of either side, with what it cost the processes and how much else this machine did meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable

from tests.bench.load.pressing import FREE_TEXT, MIXED, Heap, Mix, Side, closed, opened, spread
from tests.bench.load.processes import Watched

MIXES: dict[str, Mix] = {"mix": MIXED, "free_text": FREE_TEXT}
WARM = 0.2
"""The share of a measurement that comes before it and does not count."""

Figures = dict[str, object]


async def at_rate(side: Side, rate: float, seconds: float, mix: str = "mix") -> Figures:
    """So many messages a second, whatever becomes of them."""
    heap, costs = await _watched(side, opened(side, MIXES[mix], rate, seconds, seconds * WARM))
    return {"asked_per_second": rate, **_figures(heap), **costs}


async def saturated(side: Side, clients: tuple[int, ...], seconds: float, mix: str = "mix") -> list[Figures]:
    """So many wait for an answer at any moment, for each of the numbers."""
    found = []
    for number in clients:
        heap, costs = await _watched(side, closed(side, MIXES[mix], number, seconds, seconds * WARM))
        found.append({"clients": number, "messages_per_second": round(len(heap.answered()) / seconds, 1), **_figures(heap), **costs})
    return found


async def _watched(side: Side, load: Awaitable[Heap]) -> tuple[Heap, Figures]:
    watched, refused = Watched(side.pids()), side.refused().copy()
    heap = await load
    used, made = watched.used(), max(1, heap.made)
    others, took = used.pop("others"), watched.seconds
    await side.settled()
    return heap, {
        "cpu_ms_per_message": {name: round(seconds / made * 1000, 2) for name, seconds in used.items()},
        "cores_used_by_others": round(others / took, 2),
        "told_to_try_again": {str(status): times for status, times in (side.refused() - refused).items()},
    }


def _figures(heap: Heap) -> Figures:
    return {
        "latency_ms": heap.latencies(),
        "stored_ms": spread([turn.stored for turn in heap.answered()]) if heap.answered() else {},
        "unanswered": sum(not turn.answered for turn in heap.turns),
        "nobody_free": heap.skipped,
    }
