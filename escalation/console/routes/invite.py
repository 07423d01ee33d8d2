"""Accepting an invite: a password, then the code app."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.console.pages import page, redirect
from escalation.console.permissions import PUBLIC, Gate, GatedRoute
from escalation.console.problems import Problem, sentence
from escalation.console.qr import qr_code
from escalation.console.state import Console
from escalation.record.tables import Staff
from escalation.staff import accounts, codes, passwords
from escalation.staff.accounts import AccountError

router = APIRouter(route_class=GatedRoute)
Anyone = Annotated[None, Depends(Gate(PUBLIC))]

NO_MATCH = "That code does not match. Wait for the next one in your app and type it here."


@router.get("/invite/{token}")
async def show_invite(request: Request, token: str, _: Anyone) -> Response:
    return _password_page(request, await _invited(request, token), token)


@router.post("/invite/{token}")
async def choose_password(
    request: Request, token: str, _: Anyone, password: Annotated[str, Form()] = "", again: Annotated[str, Form()] = ""
) -> Response:
    console: Console = request.app.state.console
    row = await _invited(request, token)
    problem = passwords.problem(password, again, row.name)
    if problem:
        return _password_page(request, row, token, sentence(problem))
    hashed = await asyncio.to_thread(passwords.HASHER.hash, password)
    await console.record.awrite(lambda tx: accounts.keep_password(tx, token, hashed, console.clock()))
    return redirect(request, f"/invite/{token}/code")


@router.get("/invite/{token}/code")
async def show_enrolment(request: Request, token: str, _: Anyone) -> Response:
    return await _enrolment_page(request, token)


@router.post("/invite/{token}/code")
async def confirm_enrolment(request: Request, token: str, _: Anyone, code: Annotated[str, Form()] = "") -> Response:
    console: Console = request.app.state.console
    row = await _invited(request, token)
    if not await console.record.awrite(lambda tx: accounts.confirm_code(tx, token, code, console.clock())):
        return await _enrolment_page(request, token, NO_MATCH)
    # The first administrator signs in on the way to the rest of setting up.
    return redirect(request, "/first-run" if console.first_run and row.role == "admin" else "/sign-in")


async def _invited(request: Request, token: str) -> Staff:
    console: Console = request.app.state.console
    try:
        return await console.record.aread(lambda tx: accounts.invited(tx, token, console.clock()))
    except AccountError as error:
        raise Problem(404, str(error)) from None


def _password_page(request: Request, row: Staff, token: str, wrong: str = "") -> Response:
    status = 422 if wrong else 200
    return page(request, "invite.html", None, status, who=row, token=token, wrong=wrong, shortest=passwords.SHORTEST_PASSWORD)


async def _enrolment_page(request: Request, token: str, wrong: str = "") -> Response:
    console: Console = request.app.state.console
    await _invited(request, token)
    found = await console.record.aread(lambda tx: accounts.enrolling(tx, token, console.clock()))
    if found is None:
        return redirect(request, f"/invite/{token}")
    row, secret = found
    picture = qr_code(codes.provisioning_uri(row, secret, console.service.organisation))
    spaced = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return page(request, "enrol.html", None, 422 if wrong else 200, token=token, picture=picture, secret=spaced, wrong=wrong)
