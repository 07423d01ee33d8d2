"""Sharing without agreement, deciding not to, legal duties, and passing on without a name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.console.permissions import Gate, GatedRoute
from escalation.console.routes.forms import Given, carried_out
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.sharing import override, reports
from escalation.sharing.override import Decision
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Worker = Annotated[SignedIn, Depends(Gate("work_on_case"))]
_WRITTEN = ("recipient", "what", "reason", "legal_basis", "risk", "told", "unsafe_to_tell", "ground")


@router.post("/cases/{case_id}/share")
async def share(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        made = Decision(**{name: given.get(name, "") for name in _WRITTEN}, afterwards=given.get("afterwards") == "yes")
        override.share(tx, console.service, case_id, staff, made, console.clock())

    return await carried_out(request, me, case_id, "share", do, to="timeline")


@router.post("/cases/{case_id}/do-not-share")
async def do_not_share(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        override.do_not_share(tx, console.service, case_id, staff, given.get("recipient", ""), given.get("reason", ""), console.clock())

    return await carried_out(request, me, case_id, "not_share", do, to="timeline")


@router.post("/cases/{case_id}/duties/{duty_id}")
async def record_duty(request: Request, case_id: str, duty_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        outcome, why, told = (given.get(name, "") for name in ("outcome", "why", "told"))
        reports.record_duty(tx, console.service, case_id, staff, duty_id, outcome, why, told, console.clock())

    return await carried_out(request, me, case_id, f"duty-{duty_id}", do)


@router.post("/cases/{case_id}/pass-on")
async def ask_to_pass_on(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        reports.ask_to_pass_on(tx, console.service, case_id, staff, given.get("recipient", ""), given.get("what", ""), console.clock())

    return await carried_out(request, me, case_id, "pass", do)


@router.post("/cases/{case_id}/passed-on")
async def passed_on(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        reports.passed_on(tx, case_id, staff, given.get("asked", ""), given.get("how", ""), console.clock())

    return await carried_out(request, me, case_id, "sent", do, to="timeline")
