"""The load of `make bench` in small: the real program in front of people with the web chat open, for a few seconds."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest

from nlu.noticing import Noticing
from tests.bench import turn_program, turns
from tests.bench.load import ours, paper, parts, pressing, running
from tests.bench.load.measuring import Figures, at_rate, saturated
from tests.bench.load.ours import IntentService, Ours
from tests.bench.load.parts import Part
from tests.bench.load.pressing import FREE_TEXT, Kind, Turn
from tests.bench.load.table import table
from tests.trials.scripted_intents import ScriptedIntents


class Sleepy:
    """A server that answers one message at a time, each after a tenth of a second."""

    planned_wait = 0.0

    def __init__(self) -> None:
        self.door = asyncio.Lock()

    def pids(self) -> dict[str, int]:
        return {"program": os.getpid()}

    def refused(self) -> Counter[int]:
        return Counter()

    async def settled(self) -> None: ...

    def free(self, kind: Kind) -> bool:
        return True

    async def turn(self, kind: Kind, since: float) -> Turn:
        async with self.door:
            await asyncio.sleep(0.1)
        return Turn(kind, time.monotonic() - since, 0.0)


async def test_each_stage_of_a_message_has_its_share(tmp_path: Path, noticing: Noticing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "EACH", 1)
    async with turn_program.running(tmp_path, noticing) as program:
        shares = await turns.by_stage(program)
    assert min(shares.values()) > 0
    assert sum(shares.values()) == pytest.approx(100, abs=1)


async def test_a_server_that_is_late_does_not_hide_how_long_people_wait() -> None:
    """Twenty a second for a second, where ten can be answered: the last of them wait for a second."""
    heap = await pressing.opened(Sleepy(), FREE_TEXT, rate=20, seconds=1, warm=0)
    assert len(heap.turns) == 20
    assert max(turn.seconds for turn in heap.turns) > 0.9


async def test_the_most_that_can_be_done_is_found_by_people_who_wait() -> None:
    found = await saturated(Sleepy(), (1, 4), 2.0, "free_text")
    assert all(7 <= one["messages_per_second"] <= 10.5 for one in found), found
    assert found[1]["latency_ms"]["all"]["p50"] > 3 * found[0]["latency_ms"]["all"]["p50"]  # type: ignore[index]


def test_the_peak_on_paper_is_the_cost_of_the_best_measurement_twice() -> None:
    slow = {"messages_per_second": 20.0, "cpu_ms_per_message": {"program": 50.0, "intent_service": 20.0}}
    fast = {"messages_per_second": 50.0, "cpu_ms_per_message": {"program": 17.0, "intent_service": 10.0}}
    assert paper.need([slow, fast]) == paper.Need(program=170, intents=100, machines=200)
    assert paper.need([]) is None


async def test_a_run_that_was_broken_off_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []

    async def first(_: float) -> Figures:
        measured.append("first")
        return {"value": 1}

    async def second(_: float) -> Figures:
        measured.append("second")
        if measured.count("second") == 1:
            raise KeyboardInterrupt
        return {"value": 2}

    monkeypatch.setattr(running, "KEPT", tmp_path)
    monkeypatch.setattr(running, "PARTS", (Part("first", "one", first, lambda s: s), Part("second", "two", second, lambda s: s)))
    with pytest.raises(KeyboardInterrupt):
        await running.measure(1.0)
    report = await running.measure(1.0)
    assert measured == ["first", "second", "second"]
    assert [report[name]["value"] for name in ("first", "second")] == [1, 2]  # type: ignore[index]
    await running.measure(1.0)
    assert measured[3:] == ["first", "second"], "what was finished is measured anew"


@pytest.mark.fault
@pytest.mark.timeout(600)
async def test_people_write_press_and_talk_to_an_adult_and_everybody_is_answered(tmp_path: Path) -> None:
    scripted = ScriptedIntents().start()
    scripted.learn({"says": ours.DANGER, "topic": "coping_self_harm", "risk": "immediate suicide"})
    intents = IntentService(scripted.url, os.getpid(), 0.0)
    try:
        async with ours.running(tmp_path, intents, size=(12, 6, 2)) as side:
            calls = await parts.intent_calls(side)
            rated = await at_rate(side, 3.0, 4.0)
            asked = (await parts.intent_calls(side))[0] - calls[0]
            most = await saturated(side, (3,), 4.0)
            danger = await parts.disclosures(side, 2 * parts.EVERY)
            assert_told_truly(side, rated, most, danger)
            assert asked > 0, "free text is a matter for the intent service"
    finally:
        scripted.stop()


def assert_told_truly(side: Ours, rated: Figures, most: list[Figures], danger: Figures) -> None:
    assert rated["unanswered"] == 0, rated
    assert set(rated["latency_ms"]) == {"all", "free_text", "button", "live_conversation"}, rated  # type: ignore[call-overload]
    assert most[0]["messages_per_second"] > 0, most  # type: ignore[operator]
    assert all(one["cpu_ms_per_message"]["program"] > 0.5 for one in (rated, *most)), "a message costs something"  # type: ignore[index]
    assert danger["alerted"] == danger["disclosures"] == 2, danger
    assert not side.refused(), "nobody is told to slow down: each limit is on, and none is in the way"
    report = {
        "machine": running.machine(),
        "seconds_each": 4.0,
        "our_rates": {"at_4": rated, "disclosure_ms": danger},
        "our_most": {"mix": most},
    }
    shown = table(json.loads(json.dumps(report)))
    assert f"| ours, mix, 3 wait | {most[0]['messages_per_second']} |" in shown
    assert "2 of 2 alerted" in shown
