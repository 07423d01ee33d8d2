"""`make bench`: how fast everything is on this machine, as JSON. Each figure is in milliseconds unless its name says otherwise.

`python -m tests.bench parts` measures the parts by themselves, `python -m tests.bench load` the whole program under load beside the peer;
without a word it does both. The first run of a day makes a record of years, which takes some minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.intent_service import NotPrepared, running
from bot.rehearsal.house import Clock, House, YoungPerson
from bot.service import load_service
from bot.settings import Settings
from content.editorial import library
from escalation.record.schema import upgrade
from escalation.record.store import Record
from nlu.client import IntentClient
from nlu.noticing import Noticing
from tests.bench import cases, console, phrases
from tests.bench import turns as cost
from tests.bench.load import running as load
from tests.bench.timing import atimed, timed


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


async def parts(folder: Path) -> dict[str, object]:
    """Each part by itself."""
    start = time.perf_counter()
    noticing = Noticing.load()
    loading = time.perf_counter() - start
    return {
        "phrases": noticing.phrase_count,
        "load_phrases_seconds": round(loading, 2),
        "load_words_seconds": round(statistics.median(_seconds(library.load) for _ in range(3)), 2),
        "risk_check_500_characters": timed(lambda: noticing.check(phrases.MESSAGE)),
        "risk_check_by_phrases": [phrases.check_with(number) for number in phrases.NUMBERS],
        "turns": await turns(folder, noticing),
        "cost_of_a_turn": await cost.measure(folder, noticing),
        "intent_service": await intents(),
        "case_search": await asyncio.to_thread(cases.measure),
        "console": await asyncio.to_thread(console.measure),
    }


async def main(what: str) -> None:
    report: dict[str, object] = {}
    if what in ("all", "parts"):
        with tempfile.TemporaryDirectory() as folder:
            report |= await parts(Path(folder))
    if what in ("all", "load"):
        report["load"] = await load.measure()
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("what", nargs="?", choices=("all", "parts", "load"), default="all")
    asyncio.run(main(asked.parse_args().what))
