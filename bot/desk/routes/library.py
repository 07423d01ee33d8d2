"""The desk: the library as a list, and the drafts that wait for somebody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.desk.library import labels, reading
from bot.desk.library.catalogue import KINDS, ORDERS, SHOWN, STATUS, Wanted, grouped
from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.state import Console
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Reader = Annotated[SignedIn, Depends(Gate("see_desk"))]
LONGEST = 100
"""Characters of what somebody looks for."""


@router.get("/desk")
async def library(request: Request, me: Reader, q: str = "", kind: str = "", show: str = "", order: str = "") -> Response:
    console: Console = request.app.state.console
    today = console.clock().astimezone(console.service.zone).date()
    chosen = (one if one in known else "" for one, known in ((kind, KINDS), (show, SHOWN), (order, ORDERS)))
    wanted = Wanted(q.strip()[:LONGEST], *chosen)
    read = await console.record.aread(lambda tx: reading.library(tx, console.service))
    waiting = await console.record.aread(reading.all_on_their_way)
    fitting = [one for one in read.files if wanted.fits(one, today)]
    return page(
        request,
        "desk_library.html",
        me,
        groups=list(grouped(fitting, wanted.order)),
        found=len(fitting),
        all=len(read.files),
        wanted=wanted,
        asked=read.asked,
        waiting=[one for one in waiting if one.waits_for(me.staff_id, me.role)],
        failed=[one for one in waiting if one.not_published and one.concerns(me.staff_id)],
        drafts=len(waiting),
        today=today,
        kinds=KINDS,
        shown=SHOWN,
        orders=ORDERS,
        status_words=STATUS,
        states=labels.STATES,
    )


@router.get("/desk/drafts")
async def list_drafts(request: Request, me: Reader) -> Response:
    console: Console = request.app.state.console
    found = await console.record.aread(reading.all_on_their_way)
    waiting = [one for one in found if one.waits_for(me.staff_id, me.role)]
    return page(request, "desk_drafts.html", me, waiting=waiting, others=[one for one in found if one not in waiting])
