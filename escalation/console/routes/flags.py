"""Flags: what the safeguarding lead has to decide, each with a reason."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation import cases, reading
from escalation.console.filled import Filled
from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.routes.forms import Do, Sent, carried_out
from escalation.console.shown import note_cards
from escalation.console.state import Console
from escalation.sharing import asking_the_lead, flags
from escalation.staff.sign_in import SignedIn, staff_of

router = APIRouter(route_class=GatedRoute)
Lead = Annotated[SignedIn, Depends(Gate("decide_flags"))]


@router.get("/flags")
async def show_flags(request: Request, me: Lead) -> Response:
    return await _flags_page(request, me, Filled())


@router.post("/flags/{case_id}")
async def decide(request: Request, case_id: str, me: Lead) -> Response:
    return await _carried_out(request, me, case_id, _decide)


@router.post("/questions/{question_id}")
async def answer(request: Request, question_id: str, me: Lead) -> Response:
    return await _carried_out(request, me, question_id, _answer)


def _decide(sent: Sent) -> None:
    flags.decide(sent.tx, cases.locked(sent.tx, sent.case_id), sent.staff, sent["decision"], sent["reason"], sent.now)


def _answer(sent: Sent) -> None:
    asking_the_lead.answer(sent.tx, sent.service, sent.path["question_id"], sent.staff, sent["answer"], sent.now)


async def _carried_out(request: Request, me: SignedIn, form: str, do: Do) -> Response:
    return await carried_out(request, me, form, do, "/flags", lambda filled: _flags_page(request, me, filled, 422))


async def _flags_page(request: Request, me: SignedIn, filled: Filled, status: int = 200) -> Response:
    console: Console = request.app.state.console
    now = console.clock()
    questions = await console.record.aread(lambda tx: asking_the_lead.waiting(tx, staff_of(tx, me)))
    cards = await console.record.aread(lambda tx: reading.flags_to_decide(tx, console.service, staff_of(tx, me), now))
    await note_cards(console, me, cards)
    return page(request, "flags.html", me, status, cards=cards, filled=filled, questions=questions)
