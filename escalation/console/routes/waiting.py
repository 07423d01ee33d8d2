"""Waiting now: who needs an adult, in the order of need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation import crowd, quiet, reading, relay
from escalation.case import TALKING, Stage
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import answering
from escalation.console.shown import note_cards
from escalation.console.state import Console
from escalation.console.to_decide import ToDecide, to_decide
from escalation.reading import CaseReading
from escalation.record import duty
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Debrief, Staff
from escalation.rota.on_duty import Staffing
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.work import debriefs
from nlu.understanding import Level

router = APIRouter(route_class=GatedRoute)


@dataclass(frozen=True, slots=True)
class Floor:
    """What the page shows: cases in groups, and who is on duty. `owed`: since when your answer is waited for, by case.

    `first` wait and are more urgent than any conversation that you are in, so they come before those; `waiting` are the others.
    `among_many`: of these, whoever was new while very many came at once, but for those in danger of their lives.
    """

    first: list[CaseReading]
    yours: list[CaseReading]
    owed: dict[str, datetime]
    waiting: list[CaseReading]
    with_others: list[CaseReading]
    staffing: Staffing
    debriefs: list[Debrief]
    decide: ToDecide
    among_many: list[CaseReading]


@router.get("/waiting")
async def show_waiting(request: Request, me: Annotated[SignedIn, Depends(Gate("see_queue"))]) -> Response:
    console: Console = request.app.state.console
    floor = await console.record.aread(lambda tx: _floor(tx, console, me))
    await note_cards(console, me, [*floor.first, *floor.yours, *floor.waiting, *floor.among_many, *floor.with_others])
    return page(request, "waiting.html", me, floor=floor)


@router.get("/waiting/count")
async def count_waiting(request: Request, me: Annotated[SignedIn, Depends(Gate("see_queue"))]) -> dict[str, Any]:
    """How many wait; by which ids; and for which of them a page rings each minute: for how many seconds each has waited.

    For a lead also how many flags, and questions of colleagues, wait for a decision.
    """
    console: Console = request.app.state.console
    now, (rows, decide) = console.clock(), await console.record.aread(lambda tx: _counted(tx, staff_of(tx, me)))
    danger = [case for case in rows if case.level >= Level.IMMEDIATE and (me.digest, case.id) not in console.hushed]
    ringing = {case.id: int((now - (case.waiting_since or case.opened_at)).total_seconds()) for case in danger}
    return {"waiting": len(rows), "flags": decide.total, "ids": [case.id for case in rows], "ringing": ringing}


@router.post("/cases/{case_id}/pick-up")
async def pick_up(request: Request, case_id: str, me: Annotated[SignedIn, Depends(Gate("take_conversation"))]) -> Response:
    console: Console = request.app.state.console
    now = console.clock()
    with answering(409):
        await console.record.awrite(lambda tx: relay.pick_up(tx, console.service, case_id, staff_of(tx, me), "console", now))
    return redirect(request, f"/cases/{case_id}")


def _counted(tx: Tx, staff: Staff) -> tuple[list[CaseRow], ToDecide]:
    return reading.waiting(tx, staff), to_decide(tx, staff)


def _floor(tx: Tx, console: Console, me: SignedIn) -> Floor:
    now = console.clock()
    cards = reading.queue(tx, console.service, staff_of(tx, me), now)
    waiting = [card for card in cards if card.stage == Stage.WAITING]
    held = [card for card in cards if card.stage != Stage.WAITING]
    owed = quiet.owed_since(tx, (card.id for card in held if card.yours and card.stage in TALKING))
    yours = sorted((card for card in held if card.yours), key=lambda card: (card.id not in owed, owed.get(card.id, now)))
    most = max((card.level for card in yours if card.stage in TALKING), default=Level.IMMEDIATE)
    together = crowd.cases_of(tx, [card.id for card in waiting if card.level < Level.IMMEDIATE], now)
    return Floor(
        [card for card in waiting if card.level > most and card.id not in together],
        yours,
        owed,
        [card for card in waiting if card.level <= most and card.id not in together],
        [c for c in held if not c.yours],
        duty.staffing_now(tx, now),
        debriefs.open_for(tx, me.staff_id),
        to_decide(tx, staff_of(tx, me)),
        [card for card in waiting if card.id in together],
    )
