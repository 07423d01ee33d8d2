"""What 5,000 messages a second would take by the figures of a run: a calculation, not a test. `docs/scale.md` says what it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

PEAK = 5_000
"""Messages a second of a million young people, of whom an eighth write at once, each about every 25 seconds."""
SPARE = 2
"""Processors run at half their load at the peak, so that one machine of two may fail."""
POUNDS = 25
"""A month for a virtual processor with 4 GB: an assumption."""


@dataclass(frozen=True)
class Need:
    """Processors, and how many machines of the measured kind carry the peak at half of what they can do."""

    program: int
    intents: int
    machines: int

    @property
    def pounds(self) -> int:
        return (self.program + self.intents) * POUNDS


def need(most: list[dict[str, Any]]) -> Need | None:
    """What the peak needs, by the best of these measurements of saturation."""
    best = max(most, key=lambda one: one["messages_per_second"], default=None)
    if best is None or not best["messages_per_second"]:
        return None
    cost = best["cpu_ms_per_message"]
    program, intents = (math.ceil(PEAK * cost.get(name, 0.0) / 1000 * SPARE) for name in ("program", "intent_service"))
    return Need(program, intents, math.ceil(PEAK * SPARE / best["messages_per_second"]))
