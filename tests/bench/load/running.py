"""The whole run: part after part, what each found kept in a file, so that a run that was broken off goes on where it was."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from pathlib import Path

from bot.demo import VAR
from bot.intent_service import NotPrepared
from tests.bench.load import peer_project
from tests.bench.load.parts import PARTS, Part
from tests.bench.load.table import table

KEPT = VAR / "load"
TABLE = "table.md"
SECONDS = 15.0
"""How long one measurement takes: all of them are done within 25 minutes, the training of the peer included."""
TRAINS_WITHIN = 300.0
"""Seconds, on two idle cores."""
VALID_FOR = 3 * 3600
"""Seconds after which a run that was broken off begins anew: figures side by side are of one machine in one state."""


async def measure(seconds: float = SECONDS, only: tuple[str, ...] = (), again: bool = False) -> dict[str, object]:
    """Every part that is asked for and was not measured yet in this run; the table is written beside what is kept."""
    kept = _kept(seconds, again)
    asked = [part for part in PARTS if not only or part.name in only]
    left = [part for part in asked if not _file(kept, part).exists()]
    untrained = any(part.name.startswith("peer") for part in left) and not peer_project.is_trained()
    minutes = (sum(part.lasts(seconds) for part in left) + untrained * TRAINS_WITHIN) / 60
    _say(f"{len(asked) - len(left)} of {len(asked)} parts are there in {kept}; the others take up to {minutes:.0f} minutes")
    for number, part in enumerate(left, 1):
        _say(f"{number} of {len(left)}: {part.says} (up to {part.lasts(seconds) / 60:.1f} minutes)")
        began, at = time.monotonic(), time.strftime("%Y-%m-%d %H:%M:%S")
        try:
            figures = await part.measure(seconds)
        except (NotPrepared, RuntimeError) as error:
            _say(f"  left out: {error}")
            continue
        figures |= {"began": at, "took_seconds": round(time.monotonic() - began)}
        _file(kept, part).write_text(json.dumps(figures, indent=2))
    found = {part.name: json.loads(_file(kept, part).read_text()) for part in PARTS if _file(kept, part).exists()}
    report = {"machine": machine(), "seconds_each": seconds, **found}
    (kept / TABLE).write_text(table(report))
    _say(f"the table is in {kept / TABLE}")
    return report


def machine() -> dict[str, object]:
    """What this runs on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    return {"processor": model, "cores": os.cpu_count(), "memory_gb": round(memory, 1), "date": time.strftime("%Y-%m-%d")}


def _kept(seconds: float, again: bool) -> Path:
    """The folder of this run. It begins anew where the last one was finished, or is too long ago."""
    folder = KEPT / f"{seconds:g}s"
    files = list(folder.glob("*.json"))
    finished = all(_file(folder, part).exists() for part in PARTS)
    stale = any(path.stat().st_mtime < time.time() - VALID_FOR for path in files)
    if again or finished or stale:
        for path in files:
            path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _file(folder: Path, part: Part) -> Path:
    return folder / f"{part.name}.json"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
