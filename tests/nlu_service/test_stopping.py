"""What the program started, it stops, however it is told to end."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

COMMAND = str(Path(sys.executable).parent / "breakwater")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False


def until(holds: bool, url: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while answers(url) is not holds:
        assert time.monotonic() < deadline, f"{url} {'does not answer' if holds else 'still answers'}"
        time.sleep(0.2)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=["terminate", "interrupt"])
def test_the_intent_service_ends_with_the_program(tmp_path: Path, told: signal.Signals) -> None:
    web, intents = f"127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
    settings = {
        "BREAKWATER_DATABASE_URL": f"sqlite:///{tmp_path / 'record.db'}",
        "BREAKWATER_DATA_KEY": base64.b64encode(os.urandom(32)).decode(),
        "BREAKWATER_LISTEN": web,
        "BREAKWATER_NLU_URL": intents,
    }
    program = subprocess.Popen([COMMAND, "serve"], env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(True, f"http://{web}/livez")
    until(True, f"{intents}/status")
    program.send_signal(told)
    program.wait(timeout=30)
    until(False, f"{intents}/status", 15)
