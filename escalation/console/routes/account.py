"""One's own account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.state import Console
from escalation.staff.sign_in import SignedIn, staff_of

router = APIRouter(route_class=GatedRoute)


@router.get("/account")
async def show_account(request: Request, me: Annotated[SignedIn, Depends(Gate("own_account"))]) -> Response:
    console: Console = request.app.state.console
    row = await console.record.aread(lambda tx: staff_of(tx, me))
    return page(request, "account.html", me, who=row)


@router.get("/here")
async def still_here(_: Request, me: Annotated[SignedIn, Depends(Gate("own_account"))]) -> dict[str, str]:
    """Says that somebody is at the page, and gives a page that outlived its session the present form token."""
    return {"csrf": me.csrf}
