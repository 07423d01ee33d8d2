"""`/livez`, `/readyz` and the heartbeat: what is wrong is said in words for whoever runs the service, and to nobody else."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot import health
from bot.heartbeat import Heartbeat
from bot.web import web_app
from bot.wiring import Program
from tests.operations.conftest import NOBODY, browsing, settings

HERE = {"host": "127.0.0.1:8080"}


@pytest.fixture(autouse=True)
def every_look_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT", 0.0)


async def asked(program: Program, path: str = "/readyz", address: str = "127.0.0.1", **sent: str) -> httpx.Response:
    async with browsing(web_app(program), address) as client:
        return await client.get(path, headers=HERE | sent)


@contextmanager
def locked(program: Program) -> Iterator[None]:
    """Something else holds the database."""
    other = sqlite3.connect(program.record.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


async def test_alive_is_alive(program: Program) -> None:
    answer = await asked(program, "/livez")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


async def test_ready_says_which_part_is_not_and_the_intent_service_alone_stops_nothing(program: Program) -> None:
    await program.ticking.run_due()
    answer = await asked(program)
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "stores": True,
        "intent_service": False,
        "problems": [
            "The intent service does not answer: the phrases alone are at work. Look at its log, and start it again.",
            "Telegram cannot be reached: look at the network and at BREAKWATER_TELEGRAM_TOKEN. Messages wait there for a day or longer.",
        ],
    }


async def test_a_clock_that_does_not_run_is_not_ready(program: Program) -> None:
    answer = await asked(program)
    assert answer.status_code == 503
    assert answer.json()["problems"][0].startswith("What is due does not run")
    program.ticking.ran_at = time.monotonic() - health.CLOCK_STOPPED - 1
    assert (await asked(program)).status_code == 503


async def test_a_record_that_takes_nothing_is_not_ready(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.2)
    await program.ticking.run_due()
    with locked(program):
        answer = await asked(program)
    assert answer.status_code == 503
    assert answer.json()["stores"] is False
    assert answer.json()["problems"][0].startswith("The record cannot be written")


async def test_what_is_overdue_is_counted_in_words(program: Program) -> None:
    program.ticking.auditor.overdue = {"urgent messages": 2}
    assert "Overdue for more than a minute: 2 urgent messages. The log says why." in (await asked(program)).json()["problems"]


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("203.0.113.9", {}),
        ("127.0.0.1", {"host": "chat.example.org"}),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.9"}),
        ("127.0.0.1", {"authorization": "Bearer wrong"} | {"host": "chat.example.org"}),
        ("127.0.0.1", {"host": "[nonsense"}),
    ],
)
async def test_from_outside_only_yes_or_no_is_told_and_no_figure(program: Program, address: str, sent: dict[str, str]) -> None:
    assert (await asked(program, address=address, **sent)).json() == {"ready": False}
    assert (await asked(program, "/metrics", address, **sent)).status_code == 404


async def test_the_token_opens_both_from_elsewhere(program: Program) -> None:
    program.settings = settings(program.settings.database_url, metrics_token="let-me-see")
    sent = {"host": "chat.example.org", "authorization": "Bearer let-me-see"}
    assert "problems" in (await asked(program, address="203.0.113.9", **sent)).json()
    assert (await asked(program, "/metrics", "203.0.113.9", **sent)).status_code == 200
    assert (await asked(program, "/metrics", "203.0.113.9", **sent | {"authorization": "Bearer let-me-sea"})).status_code == 404


async def test_the_heart_does_not_beat_while_telegram_is_away(program: Program, tmp_path: Path) -> None:
    [telegram] = program.health.apps
    program.health.heart = Heartbeat(str(tmp_path / "beat"))
    await program.health.beat()
    assert not (tmp_path / "beat").exists(), "nobody has reached Telegram yet"
    telegram.heard_at = time.monotonic()
    await program.health.beat()
    assert (tmp_path / "beat").exists()


async def test_a_heart_that_cannot_beat_is_told_of(program: Program) -> None:
    [telegram] = program.health.apps
    telegram.heard_at = time.monotonic()
    program.health.heart = Heartbeat(f"{NOBODY}/beat")
    await program.health.beat()
    assert "The heartbeat cannot be given: look at BREAKWATER_HEARTBEAT, and at the network." in (await asked(program)).json()["problems"]
