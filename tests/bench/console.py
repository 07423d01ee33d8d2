"""`python -m tests.bench.console`: the console of a service that has run for years, as JSON.

The whole program runs on a record with 50,000 cases and 2 million messages; pages and people come to it over loopback.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import select

from bot.desk import routes as desk
from escalation.console.app import ROUTERS
from escalation.console.permissions import TABLE, gated_routes
from escalation.insight import settling
from escalation.record.store import Record, Tx
from escalation.record.tables import CaseRow, Staff
from tests.bench import busy_service
from tests.bench.lines import lines_each_way
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.running import LAPTOP, Program, signed_in

ROUNDS = 9
STAFF = {"lead": "Jo", "worker": "Sam", "admin": "Robin", "editor": "Kit"}
FIRST_PAINT = """() => new Promise(done => new PerformanceObserver(list => {
  for (const paint of list.getEntriesByName("first-contentful-paint")) done(paint.startTime);
}).observe({ type: "paint", buffered: true }))"""
NO_PAGES = ("/events",)
"""A stream, which does not end by itself."""


@dataclass(frozen=True)
class Asked:
    """A page that was opened several times: wall time of each whole answer in milliseconds, and the program's CPU time for one."""

    status: int
    took: list[float]
    cpu: float

    def as_json(self) -> dict[str, float]:
        slowest = round(max(self.took), 1)
        return {"status": self.status, "p50": round(statistics.median(self.took), 1), "max": slowest, "cpu": round(self.cpu, 1)}


@contextmanager
def program() -> Iterator[Program]:
    """The program on the big record, with its jobs of the start behind it."""
    key = busy_service.settings(Path()).data_key
    assert key is not None
    running = Program(busy_service.folder(datetime.now(UTC)), key=key.get_secret_value())
    running.start()
    try:
        _settle(running)
        yield running
    finally:
        running.stop()


def measure() -> dict[str, object]:
    """Every figure of the console."""
    with program() as running, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        addresses = pages(running)
        answers, paints = {}, {}
        for role, name in STAFF.items():
            with signed_in_at(running, chromium, name) as (context, client):
                answers[role] = {path: asked(client, running, path).as_json() for path in addresses[role]}
                paints[role] = {path: first_paint(context, running, path) for path in addresses[role] if shows_itself(path)}
                if role == "worker":
                    lines = lines_each_way(chromium, running, context.new_page())
        chromium.close()
    slowest = max(figures["p50"] for some in answers.values() for figures in some.values())
    return {"load": os.getloadavg()[0], "slowest_page_p50": slowest, "answers": answers, "first_paint_p50": paints, "lines": lines}


@contextmanager
def signed_in_at(running: Program, chromium: Browser, name: str) -> Iterator[tuple[BrowserContext, httpx.Client]]:
    """A browser of this member of staff, and a plain client with the same session."""
    context = chromium.new_context(viewport=LAPTOP)  # type: ignore[arg-type]
    agent = signed_in(context, running, name).evaluate("navigator.userAgent")
    cookies = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
    with httpx.Client(base_url=f"{running.url}/staff", cookies=cookies, headers={"user-agent": agent}, timeout=60) as client:
        yield context, client
    context.close()


def pages(running: Program) -> dict[str, list[str]]:
    """The address of every page that each role may open, with cases that are open and closed where it is a case's."""
    record = Record(f"sqlite:///{running.folder / 'record.db'}", busy_service.KEY)
    known = record.read(_known)
    record.close()
    routes = [
        route for module in (*ROUTERS, *desk.ALL) for route in gated_routes(list(module.router.routes)) if "GET" in (route.methods or ())
    ]
    found: dict[str, list[str]] = {}
    for role in STAFF:
        open_to = [route.path for route in routes if role in TABLE.get(route.permission, ()) and route.path not in NO_PAGES]
        found[role] = [address for path in open_to for address in _addresses(path, known)]
    return found


def _addresses(path: str, known: dict[str, list[str]]) -> list[str]:
    """The path with each known value in its place; none where nothing is known, as for a draft that nobody has begun."""
    if not (named := re.search(r"{(\w+)(:path)?}", path)):
        return [path]
    return [address for value in known.get(named[1], []) for address in _addresses(path.replace(named[0], value), known)]


def _known(tx: Tx) -> dict[str, list[str]]:
    sams = select(CaseRow.id).join(Staff, Staff.id == CaseRow.worker_id).where(Staff.name == "Sam")
    long = tx.session.scalars(sams.where(CaseRow.stage == "live").order_by(CaseRow.id).limit(1)).one()
    over = tx.session.scalars(sams.where(CaseRow.stage == "closed").order_by(CaseRow.id.desc()).limit(1)).one()
    month = f"{settling.settled(tx)[0]:%Y-%m}"
    return {
        "case_id": [long, over],
        "month": [month],
        "figure": ["level"],
        "area": ["devon"],
        "key": ["guidance/relationships/consent.yml"],
    }


def asked(client: httpx.Client, running: Program, path: str) -> Asked:
    """Open a page again and again, after a first time that does not count."""
    status = client.get(path).status_code
    cpu, took = _cpu_seconds(running), []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        client.get(path)
        took.append((time.perf_counter() - start) * 1000)
    return Asked(status, took, (_cpu_seconds(running) - cpu) * 1000 / ROUNDS)


def shows_itself(path: str) -> bool:
    """Whether a browser shows this as a page."""
    return not path.endswith((".csv", ".ics", ".css", "/count", "/here", "/code", "/state", "/checking", "/across")) and path != "/"


def first_paint(context: BrowserContext, running: Program, path: str) -> float:
    """Milliseconds from going there to the first words on the screen, the middle one of three."""
    page, times = context.new_page(), []
    for _ in range(3):
        # What an earlier page began, such as the look at all parts of the health page, is no part of this one.
        _settle(running)
        page.goto(f"{running.url}/staff{path}", wait_until="load")
        times.append(float(page.evaluate(FIRST_PAINT)))
    page.close()
    return round(statistics.median(times))


def _cpu_seconds(running: Program) -> float:
    """What the program has computed so far, all its threads together."""
    assert running.process is not None
    fields = Path(f"/proc/{running.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _settle(running: Program) -> None:
    """Wait until the program computes next to nothing by itself, two minutes at most."""
    for _ in range(60):
        before = _cpu_seconds(running)
        time.sleep(2)
        if _cpu_seconds(running) - before < 0.2:
            return


if __name__ == "__main__":
    json.dump(measure(), sys.stdout, indent=2)
    sys.stdout.write("\n")
