"""Ending well: the closing plan written together, the offer of a check-in, and the question to staff how they are."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.case import NotPossible
from escalation.console import labels
from escalation.console.pages import redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import answering
from escalation.console.routes.forms import Sent, on_case
from escalation.console.state import Console
from escalation.ending import check_ins, closing
from escalation.relay import Held
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.work import debriefs

router = APIRouter(route_class=GatedRoute)
form = partial(on_case, router, "write_to_person", to="plan")


def _propose(sent: Sent) -> None:
    """Suggest a line. A held one is not suggested: the plan stays with the young person, so it is written another way."""
    try:
        closing.propose(sent.tx, sent.service, sent.case_id, sent.staff, sent["line"], sent.now)
    except Held as held:
        why = " ".join(labels.HELD[reason] for reason in held.reasons)
        raise NotPossible(f"not suggested: {why} Please write it another way") from None


form("closing", "plan", lambda sent: closing.start(sent.tx, sent.service, sent.case_id, sent.staff, sent.now))
form("closing/not-yet", "plan", lambda sent: closing.not_yet(sent.tx, sent.case_id, sent.staff, sent.now))
form("plan", "plan", _propose)
form("check-in", "plan", lambda sent: check_ins.offer(sent.tx, sent.service, sent.case_id, sent.staff, sent.now))


@router.post("/debriefs/{debrief_id}")
async def answer_debrief(
    request: Request, debrief_id: str, me: Annotated[SignedIn, Depends(Gate("see_queue"))], said: Annotated[str, Form()] = ""
) -> Response:
    console: Console = request.app.state.console
    with answering(409):
        await console.record.awrite(lambda tx: debriefs.answer(tx, console.service, debrief_id, staff_of(tx, me), said, console.clock()))
    return redirect(request, "/waiting")
