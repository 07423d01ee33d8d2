"""`python -m tests.bench.latency [seconds]`: from somebody's words of danger to the stored case, and to the alert on the worker's phone.

Thirty messages a second come in from others meanwhile, and Telegram slows down a tenth of their chats (429). In seconds, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from bot.rehearsal.house import MONDAY_MORNING
from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow
from tests.faults.escalating import DANGER
from tests.faults.waiting import until
from tests.telegram.users import User
from tests.trials.loading import Loaded, loaded

RATE = 30.0
EVERY = 3.0
"""Seconds between two disclosures."""
SLOWED_DOWN = 10
"""One chat of so many is slowed down."""
ALWAYS = 1_000_000
ALERTED_WITHIN = 120.0


async def measure(seconds: float, folder: Path) -> dict[str, object]:
    """The spread of both, for one disclosure every few seconds."""
    async with loaded(folder) as stage:
        for user in stage.people[::SLOWED_DOWN]:
            stage.api.fail("sendMessage", "429", times=ALWAYS, chat=user.id, seconds=5)
        writing = asyncio.create_task(stage.writing(RATE, seconds))
        wrote: list[tuple[User, float]] = []
        for number in range(int(seconds / EVERY)):
            await asyncio.sleep(EVERY)
            user = User(stage.api, 880_000 + number, f"Danger{number}", f"danger_{number}")
            user.says(f"{DANGER} {number}")
            wrote.append((user, time.time()))
        await writing
        await until(lambda: len(_alerted(stage)) >= len(wrote), ALERTED_WITHIN, lambda: "not everybody was alerted")
        opened = stage.program.look(lambda tx: {user.id: _opened(tx, user) for user, _ in wrote})
        alerted = _alerted(stage)
        times = [(stage.program.started + opened[user.id][1] - at, alerted[opened[user.id][0]] - at) for user, at in wrote]
    return {
        "messages_a_second": RATE,
        "disclosures": len(wrote),
        "to_stored_case": spread([case for case, _ in times]),
        "to_alert": spread([alert for _, alert in times]),
    }


def spread(times: list[float]) -> dict[str, float]:
    """The middle, the tails and the worst, in seconds."""
    ordered = sorted(times)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "worst": 1.0}
    return {name: round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 2) for name, share in at.items()}


def _opened(tx: Tx, user: User) -> tuple[str, float]:
    """The case of somebody, and how many seconds after its start the program stored it."""
    found = people.find(tx, "telegram", str(user.id))
    assert found is not None
    case = tx.session.scalars(select(CaseRow).where(CaseRow.person_id == found[0].id)).one()
    return case.id, (case.opened_at - MONDAY_MORNING).total_seconds()


def _alerted(stage: Loaded) -> dict[str, float]:
    """When the first alert about each case was on Sam's phone."""
    found: dict[str, float] = {}
    for sent in stage.staff["Sam"].bubbles:
        for _, token in sent.buttons:
            if ":do:pick_up:" in token:
                found.setdefault(token.rpartition(":")[2], sent.at)
    return found


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 300.0
    with tempfile.TemporaryDirectory() as folder:
        json.dump(asyncio.run(measure(seconds, Path(folder))), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
