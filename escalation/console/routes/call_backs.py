"""The call that a young person asked for: made, and the number deleted (S84)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.console.pages import redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import answering
from escalation.console.state import Console
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.young_person import call_backs

router = APIRouter(route_class=GatedRoute)


@router.post("/cases/{case_id}/call-back/done")
async def call_made(request: Request, case_id: str, me: Annotated[SignedIn, Depends(Gate("write_to_person"))]) -> Response:
    console: Console = request.app.state.console
    now = console.clock()
    with answering(409):
        await console.record.awrite(lambda tx: call_backs.done(tx, case_id, staff_of(tx, me), now))
    return redirect(request, f"/cases/{case_id}")
