"""The program as a company of processes on one record, each of which can be killed, stopped and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import ROOT
from tests.faults.chain_table import FastProgram
from tests.faults.fast_program import SPEED, STARTED, fast_clock
from tests.faults.waiting import until

TWO_OF_EACH = ("receive", "receive", "turns", "turns", "send", "send", "console,calendar", "calendar")
HOLDER = text("select holder from leases where name = :name and until > clock_timestamp()")


@dataclass
class Company(FastProgram):
    """Processes by their roles, as many of each as were started."""

    speed: float = 1.0
    pids: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    nursery: subprocess.Popen[bytes] | None = None

    def now(self) -> datetime:
        """What its clock shows."""
        return fast_clock(self.started, self.speed)

    def begin(self, roles: str) -> int:
        """Start one process, and wait for nothing."""
        if self.nursery is None:
            self._open()
        assert self.nursery is not None and self.nursery.stdin is not None and self.nursery.stdout is not None
        self.nursery.stdin.write(f"{roles}\n".encode())
        self.nursery.stdin.flush()
        answer = self.nursery.stdout.readline().decode().strip()
        assert answer, self.log.read_text()[-2000:]
        self.pids[roles].append(int(answer))
        return int(answer)

    async def all_begin(self, roles: tuple[str, ...] = TWO_OF_EACH) -> None:
        """Start them, and wait until each lease is held and Telegram is asked."""
        for one in roles:
            self.begin(one)
        await until(lambda: bool(self.holder("polling:telegram") and self.holder("sending:telegram") and self.holder("calendar")), 60)

    def kill_one(self, roles: str, pid: int) -> None:
        """End it as a power cut does, and wait until it is gone."""
        os.kill(pid, signal.SIGKILL)
        self.pids[roles].remove(pid)
        self.kills += 1
        self._gone(pid)

    def ends(self, roles: str, pid: int) -> None:
        """Ask it to end, and wait until it has."""
        os.kill(pid, signal.SIGTERM)
        self.pids[roles].remove(pid)
        self._gone(pid)

    def stands_still(self, pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)

    def goes_on(self, pid: int) -> None:
        os.kill(pid, signal.SIGCONT)

    def holder(self, lease: str) -> str:
        """Who holds it; nobody where it has run out, or the database is away."""
        engine = create_engine(self.database)
        try:
            with engine.connect() as plain:
                return str(plain.scalar(HOLDER, {"name": lease}) or "")
        except SQLAlchemyError:
            return ""
        finally:
            engine.dispose()

    def pid_of(self, lease: str, roles: str) -> int:
        """The process that holds it."""
        known = self.holder(lease)
        found = [pid for pid in self.pids[roles] if self.name_of(pid) == known]
        assert known and found, f"nobody holds {lease}"
        return found[0]

    def name_of(self, pid: int) -> str:
        """By which name a process is known at the database; none while it is still starting."""
        file = self.folder / f"name-{pid}"
        return file.read_text() if file.exists() else ""

    def close(self) -> None:
        """End everything for good."""
        for pids in self.pids.values():
            for pid in pids:
                self.goes_on(pid)
                os.kill(pid, signal.SIGKILL)
        self.pids.clear()
        if self.nursery is not None and self.nursery.stdin is not None:
            self.nursery.stdin.close()
            self.nursery.wait(30)

    def _gone(self, pid: int) -> None:
        end = time.monotonic() + 30
        while Path(f"/proc/{pid}").exists():
            assert time.monotonic() < end, f"{pid} does not end"
            time.sleep(0.02)

    def _open(self) -> None:
        environment = self.settings() | {STARTED: str(self.started), SPEED: str(self.speed), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.trials.role_nursery"]
        with self.log.open("ab") as log:
            pipe = subprocess.PIPE
            self.nursery = subprocess.Popen(command, cwd=self.folder, env=environment, stdin=pipe, stdout=pipe, stderr=log)
