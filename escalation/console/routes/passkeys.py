"""Passkeys: signing in with one, adding one and taking one away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.console import door
from escalation.console.addresses import party
from escalation.console.pages import redirect
from escalation.console.permissions import PUBLIC, Gate, GatedRoute
from escalation.console.problems import Problem
from escalation.console.routes.account import account_page
from escalation.console.routes.sign_in import sign_in_page
from escalation.console.state import Console, browser_of
from escalation.staff import passkeys
from escalation.staff.passkeys import Party
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Anyone = Annotated[None, Depends(Gate(PUBLIC))]
Me = Annotated[SignedIn, Depends(Gate("own_account"))]
Field = Annotated[str, Form()]

NO_ENTRY = "That passkey did not work here. Try once more, or use your name and password."
NOT_KEPT = "The passkey was not kept. Try once more; if it stays like this, take another device or browser."


@router.post("/sign-in/passkey/options")
async def ask_to_sign_in(request: Request, _: Anyone) -> Response:
    console, site = _console(request), party_here(request)
    if not console.may_ask(door.caller(request)):
        raise Problem(429, door.TOO_MANY)
    token = door.new_token()
    response = as_json(await console.record.awrite(lambda tx: passkeys.ask_to_sign_in(tx, token, site, console.clock())))
    door.tie(request, response, token)
    return response


@router.post("/sign-in/passkey")
async def sign_in(request: Request, _: Anyone, answer: Field = "", going_to: Field = "") -> Response:
    console, site, address = _console(request), party_here(request), door.caller(request)
    if not await console.may_try(address):
        return sign_in_page(request, 429, wrong=door.TOO_MANY)
    token, browser, now = door.token_of(request), browser_of(request), console.clock()
    entered = await console.record.awrite(lambda tx: passkeys.enter(tx, token, site, answer, browser, now))
    if entered is None:
        await console.tried_wrongly(address)
        return sign_in_page(request, 422, wrong=NO_ENTRY)
    return door.let_in(request, entered, going_to)


@router.post("/account/passkeys/options")
async def ask_to_add(request: Request, me: Me) -> Response:
    console, site = _console(request), party_here(request)
    must_have_proved(request, me)
    return as_json(await console.record.awrite(lambda tx: passkeys.ask_to_add(tx, me, site, console.clock())))


@router.post("/account/passkeys")
async def add(request: Request, me: Me, answer: Field = "", name: Field = "") -> Response:
    console, site = _console(request), party_here(request)
    must_have_proved(request, me)
    kept = await console.record.awrite(lambda tx: passkeys.add(tx, me, site, answer, name, console.clock()))
    return redirect(request, "/account#ways-in") if kept else await account_page(request, me, 422, wrong=NOT_KEPT)


@router.post("/account/passkeys/{passkey_id}/remove")
async def remove(request: Request, passkey_id: str, me: Me) -> Response:
    console = _console(request)
    must_have_proved(request, me)
    await console.record.awrite(lambda tx: passkeys.remove(tx, me, passkey_id, console.clock()))
    return redirect(request, "/account#ways-in")


def must_have_proved(request: Request, me: SignedIn) -> None:
    """Refuse unless they showed a moment ago who they are. Raises `Problem`."""
    if not me.proved(_console(request).clock()):
        raise Problem(409, "It is a while since you showed that it is you. Go back to your page “You” and do that first")


def party_here(request: Request) -> Party:
    """To whom passkeys belong here. Raises `Problem` where there can be none."""
    found = party(request)
    if found is None:
        raise Problem(409, "Passkeys need an address with a name in it. Use your name and password here")
    return found


def as_json(text: str) -> Response:
    """What the browser's own dialogue is opened with."""
    return Response(text, media_type="application/json")


def _console(request: Request) -> Console:
    console: Console = request.app.state.console
    return console
