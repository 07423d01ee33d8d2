"""The desk as a room of the staff web app."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI

from bot.desk import routes
from bot.desk.checks.gates_aside import check_aside
from bot.desk.drafting.publishing import Publishing
from bot.desk.panel.site import PanelSite, create
from bot.desk.state import Desk
from bot.desk.training.runs import OWN, Trainings
from bot.desk.trying import Rehearsals
from bot.editions import Editions
from bot.intent_service import MODEL
from bot.turn import Reader
from escalation.console.rooms import Room
from escalation.publishing import Check
from escalation.record.store import Record


def build(
    record: Record,
    editions: Editions,
    check: Check,
    now: Callable[[], datetime],
    *,
    production: bool,
    reader: Reader | None = None,
) -> Desk:
    """The desk of one program, which knows from when on an edition is in force. `reader`: the intent service, asked where a draft is tried."""
    publishing = Publishing(
        record, check, now, lambda: editions.in_force.service, production=production, gate=check_aside, after=editions.look
    )
    desk = Desk(publishing, production, now, problem=lambda: editions.problem, rehearsals=Rehearsals(reader))
    editions.tell(lambda edition: desk.use(edition.number))
    return desk


def trainings(folder: str, service: str, command: str) -> Trainings:
    """How the intent service at this address is trained anew, in a folder, by a command; by our own program where that is empty."""
    return Trainings(Path(folder), MODEL, service, shlex.split(command) or OWN)


def room(desk: Desk) -> Room:
    """The desk, to be given to the console."""
    return Room("desk", Path(__file__).parent, routes.ALL, desk)


def panel(record: Record, editions: Editions, public_url: str | None, *, https: bool) -> FastAPI:
    """The youth panel's own pages, which stand outside the staff web app, with the words and phrases in force."""
    edition = editions.in_force
    site = PanelSite(record, edition.service, edition.noticing, https=https)
    editions.tell(lambda edition: site.use(edition.service, edition.noticing))
    return create(site, public_url=public_url, https=https)
