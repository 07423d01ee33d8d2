"""Lanes: a burst is answered together, what must not wait does not, and one person's trouble is nobody else's."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.lanes import Lanes
from escalation.record.store import RecordUnavailable

BURST = 0.5


class Handled:
    """Notes whom it handled and when, and fails for those it is told to."""

    def __init__(self, *fails_for: str, error: type[Exception] = RuntimeError) -> None:
        self.began = time.monotonic()
        self.calls: list[tuple[str, float]] = []
        self.fails_for, self.error = fails_for, error

    async def __call__(self, person_id: str) -> None:
        self.calls.append((person_id, time.monotonic() - self.began))
        if person_id in self.fails_for:
            raise self.error("my own words")

    @property
    def people(self) -> list[str]:
        return [who for who, _ in self.calls]


async def test_a_burst_is_handled_once_after_its_last_message() -> None:
    handled = Handled()
    lanes = Lanes(handled, BURST)
    for _ in range(5):
        lanes.wake("a")
        await asyncio.sleep(0.1)
    await lanes.idle()
    assert handled.people == ["a"]
    assert handled.calls[0][1] > 0.4 + BURST - 0.1


async def test_danger_in_the_middle_of_a_burst_is_handled_at_once_however_much_is_written_after_it() -> None:
    handled = Handled()
    lanes = Lanes(handled, burst_seconds=30)
    lanes.wake("a")
    await asyncio.sleep(0.05)
    lanes.wake("a", at_once=True)
    for _ in range(10):
        lanes.wake("a")
        await asyncio.sleep(0.05)
    assert handled.people == ["a"]
    assert handled.calls[0][1] < 0.4


@pytest.mark.parametrize("error", [RuntimeError, RecordUnavailable])
async def test_a_failing_turn_ends_no_lane_and_quotes_nothing(error: type[Exception], caplog: pytest.LogCaptureFixture) -> None:
    handled = Handled("a", error=error)
    lanes = Lanes(handled, 0)
    for _ in range(2):
        for who in ("a", "b"):
            lanes.wake(who)
        await lanes.idle()
    assert sorted(handled.people) == ["a", "a", "b", "b"]
    if error is RuntimeError:
        assert "RuntimeError at test_lanes.py" in caplog.text
        assert "words" not in caplog.text


async def test_what_comes_in_during_a_turn_is_handled_after_it() -> None:
    running, go_on = asyncio.Event(), asyncio.Event()
    calls: list[str] = []

    async def handle(person_id: str) -> None:
        calls.append(person_id)
        running.set()
        await go_on.wait()

    lanes = Lanes(handle, 0.01)
    lanes.wake("a")
    await running.wait()
    lanes.wake("a")
    go_on.set()
    await lanes.idle()
    assert calls == ["a", "a"]
