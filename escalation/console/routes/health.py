"""The health of all parts, for those who run the service."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.state import Console
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Operator = Annotated[SignedIn, Depends(Gate("see_health"))]


@router.get("/health")
async def show_health(request: Request, me: Operator, looked: str = "") -> Response:
    """The page at once, and with `looked` what was found: a look takes seconds, so the page asks for it once it is there."""
    console: Console = request.app.state.console
    found = await asyncio.to_thread(console.operator.look) if looked else None
    return page(request, "health.html", me, found=found, restart=console.operator.not_in_force())
