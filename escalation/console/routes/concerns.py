"""Concerns about members of staff, and complaints: for the leads, save the one whom it is about (S63)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.case import NotPossible
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import sentence
from escalation.console.state import Console
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.young_person import concerns

router = APIRouter(route_class=GatedRoute)
Lead = Annotated[SignedIn, Depends(Gate("decide_flags"))]


@dataclass(frozen=True)
class Decision:
    """A decision as it was filled in, and what is wrong with it."""

    concern_id: str = ""
    decision: str = ""
    answer: str = ""
    wrong: str = ""


@router.get("/concerns")
async def show_concerns(request: Request, me: Lead) -> Response:
    return await _concerns_page(request, me, Decision())


@router.post("/concerns/{concern_id}")
async def decide(
    request: Request, concern_id: str, me: Lead, decision: Annotated[str, Form()] = "", answer: Annotated[str, Form()] = ""
) -> Response:
    console: Console = request.app.state.console
    now = console.clock()
    try:
        await console.record.awrite(lambda tx: concerns.decide(tx, console.service, concern_id, staff_of(tx, me), decision, answer, now))
    except NotPossible as error:
        return await _concerns_page(request, me, Decision(concern_id, decision, answer, sentence(str(error))), 422)
    return redirect(request, "/concerns")


async def _concerns_page(request: Request, me: SignedIn, filled: Decision, status: int = 200) -> Response:
    console: Console = request.app.state.console
    now = console.clock()
    found = await console.record.awrite(lambda tx: concerns.listed(tx, staff_of(tx, me), now))
    return page(request, "concerns.html", me, status, concerns=found, filled=filled)
