"""Ten messages a second for as long as one likes, and the memory of the program meanwhile: `python -m tests.trials.soak [minutes]`.

`make soak` runs it for 45 minutes. What it holds at the end is compared with what it held once it had warmed up.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.trials.loading import Loaded, loaded

RATE = 10.0
EVERY = 5.0
"""Seconds between two looks."""
WARM_AFTER = 0.2
"""The share of the time after which everything has been used once."""
WINDOW = 0.1
"""The share of the time over which memory is taken together, after the warm-up and at the end."""
MOST_GROWTH = 0.05


@dataclass(frozen=True)
class Soaked:
    """Resident megabytes, in the order in which they were seen."""

    minutes: float
    messages: int
    seen: list[float]

    @property
    def warm(self) -> float:
        return self._about(WARM_AFTER)

    @property
    def end(self) -> float:
        return self._about(1 - WINDOW)

    @property
    def growth(self) -> float:
        """As a share of what was held after the warm-up."""
        return self.end / self.warm - 1

    def _about(self, start: float) -> float:
        first, many = int(len(self.seen) * start), max(1, int(len(self.seen) * WINDOW))
        return median(self.seen[first : first + many])

    def table(self) -> str:
        rows = (
            ("minutes", f"{self.minutes:.0f}"),
            ("messages", str(self.messages)),
            ("MB after the warm-up", f"{self.warm:.1f}"),
            ("MB at the end", f"{self.end:.1f}"),
            ("growth", f"{self.growth:.1%}"),
        )
        return "\n".join(f"{name:<32}{value:>10}" for name, value in rows)


async def run(minutes: float, folder: Path) -> Soaked:
    """Play it, and look."""
    seen: list[float] = []
    async with loaded(folder) as stage:
        writing = asyncio.create_task(stage.writing(RATE, minutes * 60))
        while not writing.done():
            await asyncio.sleep(EVERY)
            seen.append(_resident(stage))
            # What phones show would grow here, not in the program.
            stage.api.sent[:-1000] = []
        return Soaked(minutes, int(RATE * minutes * 60), seen)


def _resident(stage: Loaded) -> float:
    pages = int(Path(f"/proc/{stage.program.pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 45.0
    with tempfile.TemporaryDirectory() as folder:
        made = asyncio.run(run(minutes, Path(folder)))
    print(made.table())  # noqa: T201 - it is what the command is for
    sys.exit(0 if made.growth < MOST_GROWTH else 1)


if __name__ == "__main__":
    main()
