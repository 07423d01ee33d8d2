"""Showing once more that it is you, before you change how you sign in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.console import door
from escalation.console.addresses import party
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.routes.passkeys import as_json, party_here
from escalation.console.routes.sign_in import WRONG, code_for_demo
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.staff import passkeys, passwords, sign_in
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Me = Annotated[SignedIn, Depends(Gate("own_account"))]
Field = Annotated[str, Form()]

NOT_YOURS = "That passkey did not show that it is you. Try once more, or type your password and a code."


@router.get("/account/prove")
async def show_proof(request: Request, me: Me) -> Response:
    return await _proof_page(request, me)


@router.post("/account/prove")
async def prove(request: Request, me: Me, password: Field = "", code: Field = "") -> Response:
    console, address = _console(request), door.caller(request)
    if not await console.may_try(address):
        return await _proof_page(request, me, 429, door.TOO_MANY)
    if await sign_in.prove(console.record, me, password[: passwords.LONGEST_PASSWORD], code, console.clock()):
        return redirect(request, "/account#ways-in")
    await console.tried_wrongly(address)
    return await _proof_page(request, me, 422, WRONG)


@router.post("/account/prove/passkey/options")
async def ask_for_passkey(request: Request, me: Me) -> Response:
    console, site = _console(request), party_here(request)
    return as_json(await console.record.awrite(lambda tx: passkeys.ask_to_prove(tx, me, site, console.clock())))


@router.post("/account/prove/passkey")
async def prove_by_passkey(request: Request, me: Me, answer: Field = "") -> Response:
    console, site = _console(request), party_here(request)
    if await console.record.awrite(lambda tx: passkeys.prove(tx, me, site, answer, console.clock())):
        return redirect(request, "/account#ways-in")
    return await _proof_page(request, me, 422, NOT_YOURS)


async def _proof_page(request: Request, me: SignedIn, status: int = 200, wrong: str = "") -> Response:
    console = _console(request)

    def look(tx: Tx) -> tuple[tuple[str | None, int], bool]:
        return code_for_demo(tx, console, me), bool(passkeys.of(tx, me.staff_id))

    (code, wait), has_passkey = await console.record.aread(look)
    offers = has_passkey and party(request) is not None
    return page(request, "prove.html", me, status, demo_code=code, demo_wait=wait, has_passkey=offers, wrong=wrong)


def _console(request: Request) -> Console:
    console: Console = request.app.state.console
    return console
