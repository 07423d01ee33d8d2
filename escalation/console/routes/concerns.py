"""Concerns about members of staff, and complaints: for the leads, save the one whom it is about (S63)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.console.filled import Filled
from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.routes.forms import Sent, carried_out
from escalation.console.state import Console
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.young_person import concerns

router = APIRouter(route_class=GatedRoute)
Lead = Annotated[SignedIn, Depends(Gate("decide_flags"))]


@router.get("/concerns")
async def show_concerns(request: Request, me: Lead) -> Response:
    return await _concerns_page(request, me, Filled())


@router.post("/concerns/{concern_id}")
async def decide(request: Request, concern_id: str, me: Lead) -> Response:
    return await carried_out(request, me, concern_id, _decide, "/concerns", lambda filled: _concerns_page(request, me, filled, 422))


def _decide(sent: Sent) -> None:
    concerns.decide(sent.tx, sent.service, sent.path["concern_id"], sent.staff, sent["decision"], sent["answer"], sent.now)


async def _concerns_page(request: Request, me: SignedIn, filled: Filled, status: int = 200) -> Response:
    console: Console = request.app.state.console
    now = console.clock()
    found = await console.record.awrite(lambda tx: concerns.listed(tx, staff_of(tx, me), now))
    return page(request, "concerns.html", me, status, concerns=found, filled=filled)
