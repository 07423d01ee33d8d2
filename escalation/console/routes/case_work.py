"""Recording on a case: form, notes, context, wishes, level, hold, and questions to the lead."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.case import NotPossible
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.routes.forms import Given, carried_out
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.sharing import asking_the_lead, reports, transfer
from escalation.staff.sign_in import SignedIn
from escalation.work import case_work
from escalation.work.case_work import Note
from nlu.understanding import Level

router = APIRouter(route_class=GatedRoute)
Worker = Annotated[SignedIn, Depends(Gate("work_on_case"))]
Lead = Annotated[SignedIn, Depends(Gate("decide_flags"))]
_NOTE = tuple(field.name for field in fields(Note))


@router.post("/cases/{case_id}/form")
async def save_form(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        case_work.save_form(tx, console.service, case_id, staff, given, given.get("replaces", ""), console.clock())

    return await carried_out(request, me, case_id, "form", do, to="form-card")


@router.post("/cases/{case_id}/note")
async def note(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        case_work.note(tx, case_id, staff, Note(**{name: given.get(name, "") for name in _NOTE}), console.clock())
        if given.get("tell_second"):
            transfer.tell_second(tx, console.service, case_id, staff, console.clock())

    return await carried_out(request, me, case_id, "note", do, to="timeline")


@router.post("/cases/{case_id}/context")
async def set_context(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console
    return await carried_out(
        request,
        me,
        case_id,
        "context",
        lambda tx, staff, given: case_work.set_context(tx, case_id, staff, given.get("contexts", "").split(","), console.clock()),
    )


@router.post("/cases/{case_id}/wants")
async def set_wants(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console
    return await carried_out(
        request,
        me,
        case_id,
        "wants",
        lambda tx, staff, given: case_work.set_wants(tx, case_id, staff, given.get("words", ""), console.clock()),
    )


@router.post("/cases/{case_id}/level")
async def set_level(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        level, more = _level(given.get("level", "")), [given.get("category", "")]
        case_work.set_level(tx, console.service, case_id, staff, level, more, given.get("reason", ""), console.clock())

    return await carried_out(request, me, case_id, "level", do)


@router.post("/cases/{case_id}/hold")
async def hold(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        case_work.hold(tx, case_id, staff, given.get("on") == "yes", given.get("reason", ""), console.clock())

    return await carried_out(request, me, case_id, "hold", do)


@router.post("/cases/{case_id}/ask-lead")
async def ask_lead(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        named = given.get("unnamed") != "yes"
        asking_the_lead.ask(tx, console.service, case_id, staff, given.get("question", ""), named, console.clock())

    return await carried_out(request, me, case_id, "ask", do)


@router.post("/cases/{case_id}/challenge")
async def challenge(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        asking_the_lead.challenge(tx, console.service, case_id, staff, given.get("reason", ""), console.clock())

    return await carried_out(request, me, case_id, "challenge", do)


@router.post("/cases/{case_id}/link")
async def link(request: Request, case_id: str, me: Lead) -> Response:
    console: Console = request.app.state.console

    def do(tx: Tx, staff: Staff, given: Given) -> None:
        reports.link(tx, case_id, given.get("other", ""), staff, given.get("reason", ""), console.clock())

    return await carried_out(request, me, case_id, "link", do)


def _level(id: str) -> Level:
    try:
        return Level.of(id)
    except ValueError:
        raise NotPossible("choose a level, and write why") from None
