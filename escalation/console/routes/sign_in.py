"""Signing in and out: a password, then a code."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.console import door
from escalation.console.addresses import party
from escalation.console.pages import page, redirect
from escalation.console.permissions import HALF, PUBLIC, Gate, GatedRoute
from escalation.console.state import Console, browser_of
from escalation.record.store import Tx
from escalation.staff import demo_staff, passwords, sessions, sign_in
from escalation.staff.sign_in import SignedIn, staff_of

router = APIRouter(route_class=GatedRoute)
Anyone = Annotated[None, Depends(Gate(PUBLIC))]
HalfIn = Annotated[SignedIn, Depends(Gate(HALF))]
Me = Annotated[SignedIn, Depends(Gate("own_account"))]

WRONG = "That did not work. Check the name, the password and the code. After five wrong tries an account rests for 15 minutes."


def sign_in_page(request: Request, status: int = 200, *, name: str = "", wrong: str = "") -> Response:
    """The sign-in page, which comes back to the page that was asked for."""
    console: Console = request.app.state.console
    asked = request.url.path if request.method == "GET" and status == 401 and not request.url.path.endswith("/code") else ""
    return page(
        request,
        "sign_in.html",
        None,
        status,
        name=name,
        wrong=wrong,
        going_to=asked,
        by_passkey=party(request) is not None,
        provider=console.provider.settings.name if console.provider else "",
    )


@router.get("/sign-in")
async def show_sign_in(request: Request, _: Anyone) -> Response:
    return sign_in_page(request)


@router.post("/sign-in")
async def give_password(
    request: Request,
    _: Anyone,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    going_to: Annotated[str, Form()] = "",
) -> Response:
    console: Console = request.app.state.console
    address = door.caller(request)
    if not await console.may_try(address):
        return sign_in_page(request, 429, name=name, wrong=door.TOO_MANY)
    token = await sign_in.check_password(
        console.record, name[:200], password[: passwords.LONGEST_PASSWORD], browser_of(request), console.clock()
    )
    if token is None:
        await console.tried_wrongly(address)
        return sign_in_page(request, 422, name=name, wrong=WRONG)
    response = redirect(request, f"/code?{urlencode({'going_to': going_to})}")
    console.remember(response, token)
    return response


@router.get("/code")
async def show_code(request: Request, me: HalfIn, going_to: str = "") -> Response:
    return await _code_page(request, me, going_to)


@router.post("/code")
async def give_code(request: Request, me: HalfIn, code: Annotated[str, Form()] = "", going_to: Annotated[str, Form()] = "") -> Response:
    console: Console = request.app.state.console
    address = door.caller(request)
    if not await console.may_try(address):
        return sign_in_page(request, 429, wrong=door.TOO_MANY)
    half = request.cookies[console.settings.cookie]
    token = await console.record.awrite(lambda tx: sign_in.enter_code(tx, half, code, console.clock()))
    if token is None:
        await console.tried_wrongly(address)
        return await _code_page(request, me, going_to, 422)
    response = redirect(request, door.home(request, me.role, going_to))
    console.remember(response, token)
    return response


@router.get("/")
async def home(request: Request, me: Me) -> Response:
    return redirect(request, door.home(request, me.role, ""))


@router.post("/sign-out")
async def leave(request: Request, me: Me) -> Response:
    console: Console = request.app.state.console
    await console.record.awrite(lambda tx: sign_in.sign_out(tx, me, console.clock()))
    return _left(request)


@router.post("/sign-out-everywhere")
async def leave_everywhere(request: Request, me: Me) -> Response:
    console: Console = request.app.state.console
    await console.record.awrite(lambda tx: sessions.end_all(tx, me.staff_id, me.staff_id, console.clock()))
    return _left(request)


def _left(request: Request) -> Response:
    console: Console = request.app.state.console
    response = redirect(request, "/sign-in")
    console.forget(response)
    return response


async def _code_page(request: Request, me: SignedIn, going_to: str, status: int = 200) -> Response:
    console: Console = request.app.state.console
    code, wait = await console.record.aread(lambda tx: code_for_demo(tx, console, me))
    wrong = WRONG if status != 200 else ""
    return page(request, "code.html", None, status, demo_code=code, demo_wait=wait, csrf=me.csrf, going_to=going_to, wrong=wrong)


def code_for_demo(tx: Tx, console: Console, me: SignedIn) -> tuple[str | None, int]:
    """The code a demo account may be shown, and otherwise in how many seconds there is one again; 0 for any other account."""
    row, now = staff_of(tx, me), console.clock()
    if not (console.settings.demo and row.demo):
        return None, 0
    return demo_staff.next_code(tx, row, now), 30 - int(now.timestamp()) % 30
