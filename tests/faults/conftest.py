"""A program to kill, and the fake Bot API that its people write through."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import Program

sys.path.append(str(Path(__file__).parent.parent / "telegram"))


@pytest.fixture
def api() -> Iterator[Any]:
    """Telegram's server; it does not slow down the bot."""
    server = import_module("bot_api").BotApi(flood_limits=False).start()
    yield server
    server.stop()


@pytest.fixture
def program(api: Any, tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path, api.base_url, api.token)
    yield made
    made.kill()
