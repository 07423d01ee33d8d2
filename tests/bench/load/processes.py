"""What processes use, as the kernel counts it: processor time and memory, children included."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, of its children that live, and of those that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(int(one) for one in fields[11:15]) * TICK
    return own + sum(_safely(child) for child in _children(pid))


def megabytes(pid: int) -> dict[str, float]:
    """Resident memory now and at most."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return {name: round(int(lines[field].split()[0]) / 1024, 1) for name, field in (("now", "VmRSS"), ("most", "VmHWM"))}


@dataclass
class Watched:
    """Processor time from now on: of named processes, of this one, and of everything else on the machine."""

    named: dict[str, int]
    began: float = field(default_factory=time.monotonic)
    _at: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._at = self._now()

    def used(self) -> dict[str, float]:
        """Seconds of each, and of `others`: what this machine did beside the bench."""
        used = {name: seconds - self._at[name] for name, seconds in self._now().items()}
        whole = used.pop("machine")
        return used | {"others": max(0.0, whole - sum(used.values()))}

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def _now(self) -> dict[str, float]:
        busy = {name: cpu_seconds(pid) for name, pid in self.named.items()}
        return busy | {"generator": time.process_time(), "machine": _busy()}


def _busy() -> float:
    """Seconds in which any core did something, since it was started."""
    user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8])
    return (user + nice + system + irq + softirq) * TICK


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def _safely(pid: int) -> float:
    try:
        return cpu_seconds(pid)
    except OSError:
        return 0.0
