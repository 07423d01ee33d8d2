"""Handing a conversation on with the young person's yes, and the second adult."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.console.permissions import Gate, GatedRoute
from escalation.console.routes.forms import carried_out
from escalation.console.state import Console
from escalation.sharing import transfer
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Writer = Annotated[SignedIn, Depends(Gate("write_to_person"))]


@router.post("/cases/{case_id}/transfer")
async def propose(request: Request, case_id: str, me: Writer) -> Response:
    console: Console = request.app.state.console
    return await carried_out(
        request,
        me,
        case_id,
        "transfer",
        lambda tx, staff, given: transfer.propose(tx, console.service, case_id, staff, given.get("to", ""), console.clock()),
    )


@router.post("/cases/{case_id}/transfer/drop")
async def drop(request: Request, case_id: str, me: Writer) -> Response:
    console: Console = request.app.state.console
    return await carried_out(
        request, me, case_id, "transfer", lambda tx, staff, _: transfer.drop(tx, console.service, case_id, staff, console.clock())
    )


@router.post("/cases/{case_id}/second")
async def second(request: Request, case_id: str, me: Writer) -> Response:
    console: Console = request.app.state.console
    return await carried_out(
        request,
        me,
        case_id,
        "second",
        lambda tx, staff, given: transfer.watch(tx, console.service, case_id, staff, given.get("who", ""), console.clock()),
    )


@router.post("/cases/{case_id}/second/leave")
async def stop_watching(request: Request, case_id: str, me: Writer) -> Response:
    console: Console = request.app.state.console
    return await carried_out(
        request, me, case_id, "second", lambda tx, staff, _: transfer.stop_watching(tx, case_id, staff, console.clock())
    )
