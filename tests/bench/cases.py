"""`python -m tests.bench.cases`: how long a page of the list of cases takes with 50,000 cases and 2 million messages, as JSON."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.service import load_service
from bot.settings import Settings
from escalation.record.ids import new_id
from escalation.record.retention.veil import Veil
from escalation.record.schema import upgrade
from escalation.record.store import Record
from escalation.record.tables import Staff
from escalation.work.case_search import Position, Search, find
from tests.bench.big_record import fill

CASES, MESSAGES = 50_000, 2_000_000
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
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


def main(cases: int = CASES, messages: int = MESSAGES) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'big.db'}"
        upgrade(url)
        service = load_service(Settings(database_url=url))
        record = Record(url, bytes(range(32)))
        record.veil = Veil(service.retention, lambda: NOW)
        staff = [
            Staff(id=new_id(), name=f"Staff {n}", first_name="A", job="", role="worker" if n else "lead", created_at=NOW) for n in range(12)
        ]
        record.write(lambda tx: tx.session.add_all(staff))
        ids = [row.id for row in staff]
        fill(record, cases, ids, NOW, messages)
        lead, worker, *_ = staff
        deep = Position(NOW - timedelta(days=900), "")

        def timing(who: Staff, search: Search, before: Position | None = None) -> float:
            return seconds(lambda: record.read(lambda tx: find(tx, service, who, search, NOW, before)))

        timed = {name: timing(lead, search) for name, search in SEARCHES.items()}
        timed["all, a page far back"] = timing(lead, Search(), deep)
        timed["a worker's own"] = timing(worker, Search())
        record.close()
    report = {"cases": cases, "messages": messages, "milliseconds": {name: round(took * 1000, 1) for name, took in timed.items()}}
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
