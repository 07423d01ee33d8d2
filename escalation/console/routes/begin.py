"""The way in for the first administrator, by the one-time address that the program prints where nobody can sign in yet."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.console.pages import page, redirect
from escalation.console.permissions import PUBLIC, Gate, GatedRoute
from escalation.console.problems import Problem, sentence
from escalation.console.state import Console
from escalation.record.tables import Staff
from escalation.staff import first_run
from escalation.staff.accounts import AccountError

router = APIRouter(route_class=GatedRoute)
Anyone = Annotated[None, Depends(Gate(PUBLIC))]

CLOSED = "this address has been used, or has run out: sign in, or start the program again for a new one if nobody can sign in yet"


@router.get("/first-run/begin/{token}")
async def show_beginning(request: Request, token: str, _: Anyone) -> Response:
    return page(request, "begin.html", None, token=token, begun=await _opened(request, token), wrong="")


@router.post("/first-run/begin/{token}")
async def begin(request: Request, token: str, _: Anyone, name: Annotated[str, Form()] = "") -> Response:
    console: Console = request.app.state.console
    begun = await _opened(request, token)
    try:
        made = await console.record.awrite(lambda tx: first_run.begin(tx, name, console.clock()))
    except AccountError as error:
        return page(request, "begin.html", None, 422, token=token, begun=begun, wrong=sentence(str(error)))
    return redirect(request, f"/invite/{made.token}")


async def _opened(request: Request, token: str) -> Staff | None:
    """The administrator whose sign-up was begun before, if any. Raises `Problem` where the address opens nothing."""
    console: Console = request.app.state.console
    link = console.first_run
    if link is None or not await console.record.aread(lambda tx: link.opens(tx, token, console.clock())):
        raise Problem(404, CLOSED)
    return await console.record.aread(first_run.begun)
