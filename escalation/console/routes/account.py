"""One's own account: how to sign in, and where one is signed in."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.console.addresses import named_address, party
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import sentence
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.record.tables import Passkey, Staff, StaffSession
from escalation.staff import passkeys, passwords, sessions, sign_in
from escalation.staff.sign_in import SignedIn, staff_of

router = APIRouter(route_class=GatedRoute)
Me = Annotated[SignedIn, Depends(Gate("own_account"))]
Field = Annotated[str, Form()]


@router.get("/account")
async def show_account(request: Request, me: Me) -> Response:
    return await account_page(request, me)


@router.post("/account/password")
async def change_password(request: Request, me: Me, password: Field = "", again: Field = "") -> Response:
    console: Console = request.app.state.console
    if not me.proved(console.clock()):
        return redirect(request, "/account/prove")
    problem = passwords.problem(password, again, me.name)
    if problem:
        return await account_page(request, me, 422, wrong_password=sentence(problem))
    hashed = await asyncio.to_thread(passwords.HASHER.hash, password)

    def change(tx: Tx) -> None:
        sign_in.change_password(tx, me, hashed, console.clock())
        sessions.end_others(tx, me, console.clock())

    await console.record.awrite(change)
    return redirect(request, "/account#ways-in")


@router.post("/account/sessions/{digest}/end")
async def end_session(request: Request, digest: str, me: Me) -> Response:
    console: Console = request.app.state.console
    await console.record.awrite(lambda tx: sessions.end_one(tx, me, digest, console.clock()))
    return redirect(request, "/account#sessions")


@router.get("/here")
async def still_here(_: Request, me: Me) -> dict[str, str]:
    """Says that somebody is at the page, and gives a page that outlived its session the present form token."""
    return {"csrf": me.csrf}


async def account_page(request: Request, me: SignedIn, status: int = 200, *, wrong: str = "", wrong_password: str = "") -> Response:
    """One's own page, with what went wrong with a form of it."""
    console: Console = request.app.state.console

    def look(tx: Tx) -> tuple[Staff, list[Passkey], list[StaffSession]]:
        open_ones = sessions.of(tx, me.staff_id, console.settings.limits, console.clock())
        return staff_of(tx, me), passkeys.of(tx, me.staff_id), open_ones

    who, keys, open_ones = await console.record.aread(look)
    return page(
        request,
        "account.html",
        me,
        status,
        who=who,
        passkeys=keys,
        full=len(keys) >= passkeys.MOST,
        sessions=open_ones,
        proved=me.proved(console.clock()),
        by_name=party(request) is not None,
        named_address=named_address(request),
        shortest=passwords.SHORTEST_PASSWORD,
        wrong=wrong,
        wrong_password=wrong_password,
    )
