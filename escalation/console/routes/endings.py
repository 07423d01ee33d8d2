"""Ending well: the closing plan written together, the offer of a check-in, and the question to staff how they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.case import NotPossible
from escalation.console import labels
from escalation.console.pages import redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import answering
from escalation.console.routes.forms import Given, carried_out
from escalation.console.state import Console
from escalation.ending import check_ins, closing
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.relay import Held
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.work import debriefs

router = APIRouter(route_class=GatedRoute)
Writer = Annotated[SignedIn, Depends(Gate("write_to_person"))]
HERE = "plan"
"""The part of the page that these forms stand in."""


@router.post("/cases/{case_id}/closing")
async def start_closing(request: Request, case_id: str, me: Writer) -> Response:
    console: Console = request.app.state.console
    return await carried_out(
        request, me, case_id, HERE, lambda tx, staff, given: closing.start(tx, console.service, case_id, staff, console.clock()), to=HERE
    )


@router.post("/cases/{case_id}/closing/not-yet")
async def not_yet(request: Request, case_id: str, me: Writer) -> Response:
    console: Console = request.app.state.console
    return await carried_out(
        request, me, case_id, HERE, lambda tx, staff, given: closing.not_yet(tx, case_id, staff, console.clock()), to=HERE
    )


@router.post("/cases/{case_id}/plan")
async def propose(request: Request, case_id: str, me: Writer) -> Response:
    console: Console = request.app.state.console
    return await carried_out(request, me, case_id, HERE, lambda tx, staff, given: _propose(tx, console, case_id, staff, given), to=HERE)


@router.post("/cases/{case_id}/check-in")
async def offer_check_in(request: Request, case_id: str, me: Writer) -> Response:
    console: Console = request.app.state.console
    return await carried_out(
        request, me, case_id, HERE, lambda tx, staff, given: check_ins.offer(tx, console.service, case_id, staff, console.clock()), to=HERE
    )


@router.post("/debriefs/{debrief_id}")
async def answer_debrief(
    request: Request, debrief_id: str, me: Annotated[SignedIn, Depends(Gate("see_queue"))], said: Annotated[str, Form()] = ""
) -> Response:
    console: Console = request.app.state.console
    with answering(409):
        await console.record.awrite(lambda tx: debriefs.answer(tx, console.service, debrief_id, staff_of(tx, me), said, console.clock()))
    return redirect(request, "/waiting")


def _propose(tx: Tx, console: Console, case_id: str, staff: Staff, given: Given) -> None:
    """Suggest a line. A held one is not suggested: the plan stays with the young person, so it is written another way."""
    try:
        closing.propose(tx, console.service, case_id, staff, given.get("line", ""), console.clock())
    except Held as held:
        why = " ".join(labels.HELD[reason] for reason in held.reasons)
        raise NotPossible(f"not suggested: {why} Please write it another way") from None
