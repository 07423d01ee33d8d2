"""`make bench`: how fast the parts are on this machine, as JSON. Each figure is in milliseconds unless its name says otherwise.

The first run of a day makes a record of years, which takes some minutes.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from bot.intent_service import NotPrepared, running
from bot.rehearsal.house import Clock, House, YoungPerson
from bot.service import load_service
from bot.settings import Settings
from content.editorial import library
from content.editorial.clues import load_clues
from content.editorial.library import CONTENT
from content.editorial.phrases import load_phrases
from escalation.record.schema import upgrade
from escalation.record.store import Record
from nlu.client import IntentClient
from nlu.noticing import Noticing
from nlu.risk.clues import Clues
from nlu.risk.lexicon import Lexicon
from nlu.risk.policy import load_policy
from tests.bench import cases, console
from tests.bench import turns as cost

MESSAGE = ("my mates have been weird with me lately and i dont really know what to say to them about it all tbh, " * 5)[:500]
ROUNDS = 200
SHIPPED_ABOUT = 10_000
"""Compiled phrases in the shipped files, roughly."""


def spread(times: list[float]) -> dict[str, float]:
    """Median and tails of some seconds, in milliseconds."""
    ordered = sorted(times)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 2) for name, share in at.items()}


def timed(work: Callable[[], object], rounds: int = ROUNDS) -> dict[str, float]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return spread(times)


async def atimed(work: Callable[[int], Awaitable[object]], rounds: int = ROUNDS) -> dict[str, float]:
    times = []
    for number in range(rounds):
        start = time.perf_counter()
        await work(number)
        times.append(time.perf_counter() - start)
    return spread(times)


async def turns(folder: Path, noticing: Noticing) -> dict[str, object]:
    """Whole turns on SQLite, without the intent service and without waiting for a burst to end."""
    url = f"sqlite:///{folder / 'bench.db'}"
    upgrade(url)
    settings = Settings(database_url=url)
    record = Record(url, os.urandom(32))
    house = House(record, load_service(settings), noticing, Clock())
    for name, role in (("Sam", "worker"), ("Jo", "lead")):
        house.hire(name, role)
    house.on_duty("Sam")
    ordinary = await atimed(lambda n: YoungPerson(house, address=f"p{n % 20}").says("hello there"))
    danger = await atimed(lambda n: YoungPerson(house, address=f"d{n}").says("i took loads of pills just now"), 50)
    alerts = len(house.alerts("Sam"))
    record.close()
    return {"ordinary_turn": ordinary, "immediate_to_alert_row": danger, "alerts_written": alerts}


async def intents() -> dict[str, object]:
    """One message at a time to the intent service."""
    url = os.environ.get("BREAKWATER_NLU_URL", "http://127.0.0.1:5005")
    start = time.perf_counter()
    try:
        async with running(url) as ready:
            waited = time.perf_counter() - start
            client = IntentClient(url, 10)
            answer = await atimed(lambda n: client.read(f"my gf keeps going through my phone {n}"))
            await client.close()
            return {"answers": ready, "start_seconds": round(waited, 1), "parse": answer, "failures": client.failures}
    except NotPrepared as error:
        return {"answers": False, "why": str(error)}


def check_with(phrases: int) -> dict[str, float]:
    """A check with about so many compiled phrases: fewer groups than are shipped, or more, made of the words of training messages."""
    shipped = load_phrases()
    groups = list(shipped.groups[:: max(1, SHIPPED_ABOUT // phrases)])
    words = sorted({word for word in (CONTENT / "intents" / "chitchat.yml").read_text("utf-8").split() if word.isalpha() and len(word) > 5})
    dice = random.Random(0)
    while (lacking := phrases - Lexicon(replace(shipped, groups=tuple(groups))).phrase_count) > phrases // 20:
        category, first = shipped.groups[0]
        made = tuple(" ".join(dice.choices(words, k=3)) for _ in range(lacking + lacking // 5))
        groups.append((category, first.model_copy(update={"id": f"made_{len(groups)}", "phrases": made})))
    noticing = Noticing(Lexicon(replace(shipped, groups=tuple(groups))), Clues(load_clues()), load_policy())
    return {"phrases": noticing.phrase_count, **timed(lambda: noticing.check(MESSAGE))}


async def main() -> None:
    start = time.perf_counter()
    noticing = Noticing.load()
    loading = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        report = {
            "phrases": noticing.phrase_count,
            "load_phrases_seconds": round(loading, 2),
            "load_words_seconds": round(statistics.median(_seconds(library.load) for _ in range(3)), 2),
            "risk_check_500_characters": timed(lambda: noticing.check(MESSAGE)),
            "risk_check_by_phrases": [check_with(number) for number in (500, 5_000, 20_000)],
            "turns": await turns(Path(folder), noticing),
            "cost_of_a_turn": await cost.measure(Path(folder), noticing),
            "intent_service": await intents(),
            "case_search": await asyncio.to_thread(cases.measure),
            "console": await asyncio.to_thread(console.measure),
        }
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


asyncio.run(main())
