"""What a browser is to do while somebody waits, and by which keys it is used."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation import reading
from escalation.console import choices
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import Problem
from escalation.console.state import Console
from escalation.staff.sign_in import SignedIn, staff_of

router = APIRouter(route_class=GatedRoute)
Anybody = Annotated[SignedIn, Depends(Gate("own_account"))]


@router.post("/choices", status_code=204)
async def choose(request: Request, _: Anybody, name: Annotated[str, Form()] = "", on: Annotated[str, Form()] = "") -> Response:
    """Switch one of a browser's choices on or off; the page goes on as it is."""
    if name not in choices.NAMES:
        raise Problem(422, "there is no such choice")
    answer = Response(status_code=204)
    choices.keep(request, answer, name, on=bool(on))
    return answer


@router.post("/waiting/quiet", status_code=204)
async def hush(request: Request, me: Annotated[SignedIn, Depends(Gate("see_queue"))]) -> Response:
    """This session's pages do not ring again for whoever waits now. The next one rings."""
    console: Console = request.app.state.console
    for case in await console.record.aread(lambda tx: reading.waiting(tx, staff_of(tx, me))):
        console.hushed.keep((me.digest, case.id))
    return Response(status_code=204)
