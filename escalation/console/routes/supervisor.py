"""The supervisor's page: the floor as it is now, and how the last weeks went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.state import Console
from escalation.console.to_decide import ToDecide, to_decide
from escalation.ending import feedback
from escalation.ending.feedback import Figures
from escalation.insight.floor import FloorNow, floor_now
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.work import debriefs
from escalation.work.debriefs import Burden

router = APIRouter(route_class=GatedRoute)


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows. `decide`: what waits for the lead; `burdens`: hard cases by name,
    and `feedback`: what young people told, of the last `days`."""

    floor: FloorNow
    decide: ToDecide
    burdens: dict[str, Burden]
    feedback: Figures
    days: int


@router.get("/supervisor")
async def show_supervisor(request: Request, me: Annotated[SignedIn, Depends(Gate("supervise"))]) -> Response:
    console: Console = request.app.state.console
    overview = await console.record.aread(lambda tx: _overview(tx, console, me))
    return page(request, "supervisor.html", me, overview=overview, floor=overview.floor)


def _overview(tx: Tx, console: Console, me: SignedIn) -> Overview:
    now, service, lead = console.clock(), console.service, staff_of(tx, me)
    burdens = {one.adult.staff_id: one for one in debriefs.burdens(tx, service, lead, now)}
    days = service.ending.debrief.within_days
    told = feedback.figures(tx, now - timedelta(days=days))
    return Overview(floor_now(tx, service, lead, now), to_decide(tx, lead), burdens, told, days)
