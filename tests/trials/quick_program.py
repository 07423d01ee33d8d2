"""The real program in a process of its own that starts within a second or two, so that it can be killed a hundred times."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass

from bot.settings import ROOT
from tests.faults.chain_table import FastProgram
from tests.faults.fast_program import SPEED, STARTED


@dataclass
class QuickProgram(FastProgram):
    """Started and killed as often as one likes; `close` ends what it is started from."""

    pid: int = 0
    nursery: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start it, and wait for nothing."""
        if self.nursery is None:
            self._open()
        assert self.nursery is not None and self.nursery.stdin is not None
        self.nursery.stdin.write(b"start\n")
        self.nursery.stdin.flush()
        self.pid = int(self._answer())

    def kill(self) -> None:
        """End it as a power cut does: no signal handler, no clean-up."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            self._answer()
            self.pid = 0

    def close(self) -> None:
        """End it for good."""
        self.kill()
        if self.nursery is not None and self.nursery.stdin is not None:
            self.nursery.stdin.close()
            self.nursery.wait(30)

    def _launch(self) -> None:
        self.begin()

    def _open(self) -> None:
        environment = self.settings() | {STARTED: str(self.started), SPEED: str(self.speed), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.trials.nursery"]
        with self.log.open("ab") as log:
            pipe = subprocess.PIPE
            self.nursery = subprocess.Popen(command, cwd=self.folder, env=environment, stdin=pipe, stdout=pipe, stderr=log)

    def _answer(self) -> str:
        assert self.nursery is not None and self.nursery.stdout is not None
        answer = self.nursery.stdout.readline().decode().strip()
        assert answer, self.log.read_text()[-2000:]
        return answer
