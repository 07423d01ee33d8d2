"""A PostgreSQL server of the tests' own: made in a folder that is removed, on a socket there, and gone when they are done.

PostgreSQL refuses to run as root, so root runs it as the user `postgres`. It writes without waiting for the disk: what is tried here is
what becomes of our program, not of PostgreSQL's.
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
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60", "shared_buffers": "32MB"}
ENDS_WITHIN = 30.0
"""Seconds."""


@dataclass
class Postgres:
    """A server that runs. `process` is its own process, which a test may stop and go on."""

    folder: Path
    process: subprocess.Popen[bytes]
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_database(self) -> str:
        """An empty database's address, as `BREAKWATER_DATABASE_URL` takes it."""
        name = f"trial_{next(self._numbers)}"
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"


def tool(name: str) -> Path | None:
    """One of the server's programs, on PATH or where Debian puts them."""
    if found := shutil.which(name):
        return Path(found)
    return max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), default=None)


@contextmanager
def server() -> Iterator[Postgres]:
    """Run a server while the block runs. Raises `RuntimeError` where PostgreSQL is not installed."""
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
        command = [postgres, "-D", data, "-k", folder, "-h", "", *(f"--{name}={value}" for name, value in FAST.items())]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **whose)
        try:
            _wait_for(folder, process)
            yield Postgres(folder, process)
        finally:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGINT)
            process.wait(ENDS_WITHIN)


def _not_root() -> dict[str, Any]:
    return {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}


def _wait_for(folder: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, (folder / "log").read_text()[-2000:]
        try:
            psycopg.connect(host=str(folder), user=USER, dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("PostgreSQL did not start")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for all tests that ask for one."""
    if tool("initdb") is None:
        pytest.skip("PostgreSQL is not installed here")
    with server() as running:
        yield running
