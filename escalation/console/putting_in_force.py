"""Settings on their way into force: the content check answers at once, the longer checks run beside everything else, as for the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation import publish_jobs
from escalation.console.state import Console
from escalation.publish_jobs import OUTDATED, PUBLISHED, REFUSED, Job
from escalation.publishing import Change
from escalation.record import published
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn

SHOWN_FOR = timedelta(hours=1)
"""For so long whoever asked finds what came of it on the page, with what they typed."""
FAILED_WORDS = "Something went wrong on our side, and nothing was changed. Try again; if it stays, tell your administrator."


@dataclass(frozen=True, slots=True)
class Tried:
    """The last try to change a file, where its checks run or it did not come into force. `outdated`: somebody else was faster."""

    change: Change
    note: str
    running: bool
    outdated: bool
    wrong: tuple[str, ...]


async def ask(console: Console, me: SignedIn, changes: Sequence[Change], note: str) -> None:
    """Have these changes put in force once all checks have passed; the content check comes first, and answers here.

    Raises `Outdated` and `Unfit`.
    """
    if await asyncio.to_thread(console.publisher.look, changes):
        await console.record.awrite(lambda tx: publish_jobs.ask(tx, changes, me.staff_id, note, console.clock()))


def tried(tx: Tx, key: str, staff_id: str, now: datetime) -> Tried | None:
    """What this person is to see on the page of a file: checks that run, or what became of their own last try."""
    job = publish_jobs.latest_of_file(tx, key)
    change = job.change_of(key) if job else None
    if job is None or change is None or job.result == PUBLISHED:
        return None
    if not job.running and (job.asked_by != staff_id or job.asked_at < now - SHOWN_FOR):
        return None
    outdated = job.result == OUTDATED or (not job.running and change.base != published.version_of(tx, key))
    return Tried(change, job.note, job.running, outdated, () if job.running or outdated else _wrong(job))


def _wrong(job: Job) -> tuple[str, ...]:
    if job.result != REFUSED:
        return (FAILED_WORDS,)
    return tuple(one.sentence for one in job.problems)
