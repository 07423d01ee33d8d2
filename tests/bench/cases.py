"""`python -m tests.bench.cases`: how long a page of the list of cases takes with 50,000 cases and 2 million messages, as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from bot.service import load_service
from escalation.record.retention.veil import Veil
from escalation.record.store import Record
from escalation.record.tables import Staff
from escalation.work.case_search import Position, Search, find
from tests.bench import busy_service

SEARCHES = {
    "all": Search(),
    "waiting": Search(stage="waiting"),
    "closed and immediate": Search(stage="closed", level="immediate"),
    "by category": Search(category="suicide"),
    "by area": Search(area="torbay"),
    "opened in one month": Search(opened_from=date(2024, 3, 1), opened_to=date(2024, 3, 31)),
    "on hold": Search(held=True),
    "referred": Search(referred=True),
    "nothing fits": Search(category="fgm", area="torbay", stage="paused", held=True),
}


def seconds(work: Callable[[], object]) -> float:
    """The median of five tries."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[2]


def measure() -> dict[str, float]:
    """Milliseconds for one page of each search, by its name."""
    now = datetime.now(UTC)
    settings = busy_service.settings(busy_service.folder(now))
    service, record = load_service(settings), Record(settings.database_url, busy_service.KEY)
    record.veil = Veil(service.retention, lambda: now)
    staff = {row.name: row for row in record.read(lambda tx: list(tx.session.scalars(select(Staff))))}
    lead, worker = staff["Jo"], staff["Sam"]
    deep = Position(now - timedelta(days=900), "")

    def timing(who: Staff, search: Search, before: Position | None = None) -> float:
        return round(seconds(lambda: record.read(lambda tx: find(tx, service, who, search, now, before))) * 1000, 1)

    timed = {name: timing(lead, search) for name, search in SEARCHES.items()}
    timed["all, a page far back"] = timing(lead, Search(), deep)
    timed["a worker's own"] = timing(worker, Search())
    record.close()
    return timed


if __name__ == "__main__":
    json.dump(measure(), sys.stdout, indent=2)
    sys.stdout.write("\n")
