"""The drill from the command line: sends it, watches what the running service makes of it, and tells how long each thing took."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from escalation import drills
from escalation.context import Service
from escalation.drills import Report
from escalation.record.store import Record

EVERY = 1.0
"""Seconds between two looks."""


def run(record: Record, service: Service, now: Callable[[], datetime], say: Callable[[str], None], minutes: float) -> bool:
    """Send a drill and wait until an adult picks it up; returns whether one did within so many minutes."""
    person_id = record.write(lambda tx: drills.send(tx, service, now()))
    say("The drill was sent. Waiting for somebody to pick it up.")
    until, told = now() + timedelta(minutes=minutes), set[str]()
    while True:
        report = record.read(lambda tx: drills.report(tx, person_id))
        for line in lines(report):
            if line not in told:
                say(line)
                told.add(line)
        if report.outcome or now() >= until:
            break
        time.sleep(EVERY)
    return _end(report, say)


def lines(report: Report) -> list[str]:
    """What has happened so far, each with the time it took."""
    who = report.by or "somebody"
    happened = (
        ("The emergency text went out", report.answered_at),
        ("The first alert went out", report.alerted_at),
        (f"Time to human: {who} picked up", report.picked_up_at),
    )
    return [f"{what} after {_took(report.sent_at, at)}." for what, at in happened if at]


def _end(report: Report, say: Callable[[str], None]) -> bool:
    if report.outcome == drills.PASSED:
        return True
    if report.answered_at is None:
        say("Nothing happened at all: does `breakwater serve` run on this database?")
    elif report.alerted_at is None:
        say("Nobody was alerted on a phone: is somebody on the rota, and are their Telegram ids or alert addresses set?")
    say("Nobody picked up.")
    return False


def _took(start: datetime, end: datetime) -> str:
    seconds = max(0, round((end - start).total_seconds()))
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min {seconds % 60} s"
