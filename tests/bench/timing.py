"""How long work takes, again and again."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

ROUNDS = 200


def spread(times: list[float]) -> dict[str, float]:
    """Median and tails of some seconds, in milliseconds."""
    ordered = sorted(times)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 2) for name, share in at.items()}


def timed(work: Callable[[], object], rounds: int = ROUNDS) -> dict[str, float]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return spread(times)


async def atimed(work: Callable[[int], Awaitable[object]], rounds: int = ROUNDS) -> dict[str, float]:
    times = []
    for number in range(rounds):
        start = time.perf_counter()
        await work(number)
        times.append(time.perf_counter() - start)
    return spread(times)
