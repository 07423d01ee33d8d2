"""The real program as a process of its own, which can be killed and started again, and a look into its record from outside."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlalchemy import create_engine, text

from escalation.record.store import Record, Tx
from tests.faults.waiting import until

T = TypeVar("T")

KEY = bytes(range(32))
BREAKWATER = Path(sys.executable).with_name("breakwater")
START_SECONDS = 90.0
"""A busy machine may take long; an idle one needs 5 seconds."""


@dataclass
class Program:
    """`breakwater serve` in demo mode, on a Bot API server and a database of the test's own: in the folder, or the one that is given."""

    folder: Path
    telegram: str
    token: str
    process: subprocess.Popen[bytes] | None = None
    database: str = ""
    more: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.database = self.database or f"sqlite:///{self.folder / 'breakwater.db'}"
        self.log = self.folder / "log.txt"
        self.port = _free_port()

    async def start(self) -> None:
        """Start it, and wait until it stores."""
        self._launch()
        await until(self._stores, START_SECONDS, lambda: self.log.read_text()[-2000:])

    def _launch(self) -> None:
        command = [str(BREAKWATER), "serve", "--without-intents"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, env=self.settings(), stdout=log, stderr=log, start_new_session=True)

    def kill(self) -> None:
        """End it as a power cut does: no signal handler, no clean-up."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def look(self, work: Callable[[Tx], T]) -> T:
        """Read the record from outside, decrypted."""
        record = Record(self.database, KEY)
        try:
            return record.read(work)
        finally:
            record.close()

    def change(self, work: Callable[[Tx], Any]) -> None:
        """Change the record from outside, while the program is down."""
        assert self.process is None, "nothing else writes while the program runs"
        record = Record(self.database, KEY)
        try:
            record.write(work)
        finally:
            record.close()

    def scalars(self, query: str) -> list[Any]:
        """The first column of a plain query."""
        engine = create_engine(self.database)
        try:
            with engine.connect() as plain:
                return list(plain.scalars(text(query)))
        finally:
            engine.dispose()

    def _stores(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self.log.read_text()[-2000:]
        try:
            return bool(httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2, trust_env=False).json()["stores"])
        except (httpx.HTTPError, ValueError):
            return False

    def settings(self) -> dict[str, str]:
        """The environment it runs in."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("BREAKWATER_")}
        return plain | {
            "BREAKWATER_MODE": "demo",
            "BREAKWATER_DATABASE_URL": self.database,
            "BREAKWATER_DATA_KEY": base64.b64encode(KEY).decode(),
            "BREAKWATER_LISTEN": f"127.0.0.1:{self.port}",
            "BREAKWATER_BURST_SECONDS": "0.2",
            "BREAKWATER_NLU_URL": f"http://127.0.0.1:{_free_port()}",
            "BREAKWATER_TELEGRAM_TOKEN": self.token,
            "BREAKWATER_TELEGRAM_BASE_URL": self.telegram,
            **self.more,
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
