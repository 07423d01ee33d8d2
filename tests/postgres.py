"""A PostgreSQL server of the tests' own: made in a folder that is removed, on a socket there, and gone when they are done.

PostgreSQL refuses to run as root, so root runs it as the user `postgres`. It doesn't wait for the disk, since no power fails here; what it
has acknowledged outlives its own processes, as our program is promised.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

USER = "postgres"
FAST = {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "shared_buffers": "32MB"}
ENDS_WITHIN = 30.0
"""Seconds."""


@dataclass
class Postgres:
    """A server that can be stopped, held still and started again. `start` has to come first."""

    folder: Path
    program: Path
    whose: dict[str, Any]
    settings: dict[str, str] = field(default_factory=lambda: FAST)
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def start(self) -> None:
        """Start it, and wait until it answers. Raises `RuntimeError`."""
        settings = [f"--{name}={one}" for name, one in self.settings.items()]
        command = [str(self.program), "-D", f"{self.folder}/data", "-k", str(self.folder), "-h", "", *settings]
        with (self.folder / "log").open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **self.whose)
        self.process = process
        for _ in range(300):
            if process.poll() is None and self._answers():
                return
            time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End it without waiting for whoever is connected."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(ENDS_WITHIN)
            self.process = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """All its processes stand still."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        whole = [self.process.pid, *map(int, children)]
        for pid in whole:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in whole:
                os.kill(pid, signal.SIGCONT)

    def new_database(self) -> str:
        """An empty database's address, as `BREAKWATER_DATABASE_URL` takes it."""
        name = f"trial_{next(self._numbers)}"
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def tool(name: str) -> Path | None:
    """One of the server's programs, on PATH or where Debian puts them."""
    if found := shutil.which(name):
        return Path(found)
    return max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), default=None)


@contextmanager
def server(**settings: str) -> Iterator[Postgres]:
    """Run a server while the block runs, with other settings than ours where some are given. Raises `RuntimeError` where PostgreSQL is
    not installed."""
    initdb, postgres = tool("initdb"), tool("postgres")
    if initdb is None or postgres is None:
        raise RuntimeError("PostgreSQL is not installed here: `scripts/system-packages.sh` does it on Debian")
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder, whose = Path(name), _not_root()
        if whose:
            shutil.chown(folder, USER, USER)
        data = folder / "data"
        subprocess.run(
            [initdb, "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync", "--no-locale"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **whose,
        )
        running = Postgres(folder, postgres, whose, FAST | settings)
        try:
            running.start()
            yield running
        finally:
            running.stop()


def _not_root() -> dict[str, Any]:
    return {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for all tests that ask for one."""
    if tool("initdb") is None:
        pytest.skip("PostgreSQL is not installed here")
    with server() as running:
        yield running
