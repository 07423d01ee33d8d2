"""Flags: what the safeguarding lead has to decide, each with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation import cases, reading
from escalation.case import NotPossible
from escalation.console.filled import Filled
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import sentence
from escalation.console.state import Console
from escalation.ending import feedback
from escalation.ending.feedback import Figures
from escalation.record.store import Tx
from escalation.sharing import asking_the_lead, flags
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.work import debriefs
from escalation.work.debriefs import Burden

router = APIRouter(route_class=GatedRoute)
Lead = Annotated[SignedIn, Depends(Gate("decide_flags"))]


@dataclass(frozen=True)
class Decision:
    """A decision as it was filled in, and what is wrong with it."""

    case_id: str = ""
    decision: str = ""
    reason: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class Care:
    """How colleagues fare after hard cases, and what young people told, in the last so many days."""

    days: int
    burdens: list[Burden]
    feedback: Figures


@router.get("/flags")
async def show_flags(request: Request, me: Lead) -> Response:
    return await _flags_page(request, me, Decision())


@router.post("/flags/{case_id}")
async def decide(
    request: Request, case_id: str, me: Lead, decision: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = ""
) -> Response:
    console: Console = request.app.state.console
    try:
        await console.record.awrite(
            lambda tx: flags.decide(tx, cases.locked(tx, case_id), staff_of(tx, me), decision, reason, console.clock())
        )
    except NotPossible as error:
        return await _flags_page(request, me, Decision(case_id, decision, reason, sentence(str(error))), 422)
    return redirect(request, "/flags")


@router.post("/questions/{question_id}")
async def answer(request: Request, question_id: str, me: Lead, answer: Annotated[str, Form()] = "") -> Response:
    console: Console = request.app.state.console
    try:
        await console.record.awrite(
            lambda tx: asking_the_lead.answer(tx, console.service, question_id, staff_of(tx, me), answer, console.clock())
        )
    except NotPossible as error:
        return await _flags_page(request, me, Decision(), 422, Filled(question_id, {"answer": answer}, sentence(str(error))))
    return redirect(request, "/flags")


async def _flags_page(request: Request, me: SignedIn, filled: Decision, status: int = 200, answered: Filled | None = None) -> Response:
    console: Console = request.app.state.console
    now = console.clock()
    care = await console.record.aread(lambda tx: _care(tx, console, now))
    questions = await console.record.aread(lambda tx: asking_the_lead.waiting(tx, staff_of(tx, me)))
    cards = await console.record.aread(lambda tx: reading.flags_to_decide(tx, console.service, staff_of(tx, me), now))
    return page(
        request, "flags.html", me, status, cards=cards, filled=filled, questions=questions, answered=answered or Filled(), care=care
    )


def _care(tx: Tx, console: Console, now: datetime) -> Care:
    days = console.service.ending.debrief.within_days
    return Care(days, debriefs.burdens(tx, console.service, now), feedback.figures(tx, now - timedelta(days=days)))
