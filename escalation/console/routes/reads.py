"""Who has read a case, for leads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import answering
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.work.case_work import working_on
from escalation.work.reads import Sitting, note_looked_up, reads

router = APIRouter(route_class=GatedRoute)


@router.get("/cases/{case_id}/reads")
async def show_reads(request: Request, case_id: str, me: Annotated[SignedIn, Depends(Gate("see_reads"))]) -> Response:
    console: Console = request.app.state.console
    with answering(404):
        sittings = await console.record.awrite(lambda tx: _reads(tx, console, me, case_id))
    return page(request, "reads.html", me, case_id=case_id, sittings=sittings)


def _reads(tx: Tx, console: Console, me: SignedIn, case_id: str) -> list[Sitting]:
    staff = staff_of(tx, me)
    working_on(tx, case_id, staff)
    found = reads(tx, case_id)
    note_looked_up(tx, staff, case_id, console.clock())
    return found
