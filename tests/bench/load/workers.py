"""The program in several processes on one PostgreSQL: one receives, sends, serves and keeps the calendar; 1, 2 and 4 make the turns."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from bot.roles import Role
from tests.bench.load import ours
from tests.bench.load.measuring import Figures, saturated
from tests.bench.load.ours import Served
from tests.bench.load.quick_intents import quick
from tests.browser.running import free_port
from tests.faults.running import BREAKWATER
from tests.postgres import server

NUMBERS = (1, 2, 4)
CLIENTS = (120,)
FRONT = tuple(role for role in Role if role is not Role.TURNS)
POSTGRESQL = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "128MB", "max_connections": "300"}


@dataclass
class Divided(Served):
    """The program whose turns are made by processes of their own. `turns`: how many."""

    turns: int = 1
    workers: list[tuple[subprocess.Popen[bytes], int]] = field(default_factory=list)

    def pids(self) -> dict[str, int]:
        return {**super().pids(), **{f"worker_{number}": process.pid for number, (process, _) in enumerate(self.workers, 1)}}

    def end(self) -> None:
        for process, _ in self.workers:
            process.send_signal(signal.SIGTERM)
        super().end()
        for process, _ in self.workers:
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()

    def _launch(self) -> None:
        self.process = self._begin(FRONT, self.port)
        self.workers = [(self._begin((Role.TURNS,), port), port) for port in (free_port() for _ in range(self.turns))]

    def _begin(self, roles: tuple[Role, ...], port: int) -> subprocess.Popen[bytes]:
        command = [str(BREAKWATER), "serve", "--without-intents", *(word for role in roles for word in ("--role", role))]
        settings = self.settings() | {"BREAKWATER_LISTEN": f"127.0.0.1:{port}"}
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, env=settings, stdout=log, stderr=log, start_new_session=True)

    def _stores(self) -> bool:
        return super()._stores() and all(_ready(port) for _, port in self.workers)


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


async def measure(seconds: float, numbers: tuple[int, ...] = NUMBERS, size: tuple[int, int, int] = (300, 48, 0)) -> Figures:
    """As many messages as each number of workers can, with an intent service that is not the limit."""
    found: Figures = {}
    with quick() as intents, server(**POSTGRESQL) as postgres:
        for number in numbers:
            with tempfile.TemporaryDirectory() as folder:
                async with ours.running(Path(folder), intents, postgres.new_database(), size, partial(Divided, turns=number)) as side:
                    found[str(number)] = (await saturated(side, CLIENTS, seconds))[0]
    return found


def lasts(seconds: float) -> float:
    """Seconds at most."""
    return 30 + len(NUMBERS) * (60 + 1.5 * seconds)
