"""Staff accounts, for the administrator: invite, dates of vetting and training, close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.console import week
from escalation.console.addresses import console_address
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import Problem, sentence
from escalation.console.state import Console
from escalation.console.week import WhenError
from escalation.record.store import Tx
from escalation.staff import accounts, sessions
from escalation.staff.accounts import AccountError, Invite
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Admin = Annotated[SignedIn, Depends(Gate("manage_staff"))]
Field = Annotated[str, Form()]
T = TypeVar("T")


@dataclass(frozen=True)
class Invitation:
    """The form for a new account as it was filled in, and what is wrong with it."""

    name: str = ""
    first_name: str = ""
    job: str = ""
    role: str = "worker"
    email: str = ""
    wrong: str = ""


@router.get("/team")
async def show_team(request: Request, me: Admin) -> Response:
    return await _team_page(request, me, Invitation())


@router.post("/team")
async def invite(
    request: Request, me: Admin, name: Field = "", first_name: Field = "", job: Field = "", role: Field = "", email: Field = ""
) -> Response:
    console: Console = request.app.state.console
    try:
        made = await console.record.awrite(
            lambda tx: accounts.add_staff(tx, name, role, console.clock(), first_name=first_name, job=job, email=email)
        )
    except AccountError as error:
        return await _team_page(request, me, Invitation(name, first_name, job, role, email, sentence(str(error))), status=422)
    return await _team_page(request, me, Invitation(), made)


@router.post("/team/{staff_id}/invite")
async def invite_again(request: Request, staff_id: str, me: Admin) -> Response:
    console: Console = request.app.state.console
    made = await _done(request, lambda tx: accounts.invite_again(tx, staff_id, console.clock()))
    return await _team_page(request, me, Invitation(), made)


@router.post("/team/{staff_id}/dates")
async def record_dates(request: Request, staff_id: str, me: Admin, vetted_until: Field = "", trained_until: Field = "") -> Response:
    console: Console = request.app.state.console
    try:
        vetted, trained = (week.end_of(day, console.service.zone) for day in (vetted_until, trained_until))
    except WhenError as error:
        raise Problem(422, str(error)) from None
    await _done(request, lambda tx: accounts.record_dates(tx, console.service, staff_id, me.staff_id, vetted, trained, console.clock()))
    return redirect(request, f"/team#{staff_id}")


@router.post("/team/{staff_id}/work")
async def record_work(
    request: Request, staff_id: str, me: Admin, capacity: Field = "", languages: Annotated[tuple[str, ...], Form()] = ()
) -> Response:
    console: Console = request.app.state.console
    known = [language for language in languages if language in console.service.opening.languages]
    at_once = int(capacity) if capacity.isdecimal() and len(capacity) < 3 else 0
    await _done(request, lambda tx: accounts.record_work(tx, staff_id, me.staff_id, at_once, known, console.clock()))
    return redirect(request, f"/team#{staff_id}")


@router.post("/team/{staff_id}/role")
async def change_role(request: Request, staff_id: str, me: Admin, role: Field = "") -> Response:
    console: Console = request.app.state.console
    await _done(request, lambda tx: accounts.change_role(tx, console.service, staff_id, me.staff_id, role, console.clock()))
    return redirect(request, f"/team#{staff_id}")


@router.post("/team/{staff_id}/email")
async def record_email(request: Request, staff_id: str, me: Admin, email: Field = "") -> Response:
    console: Console = request.app.state.console
    await _done(request, lambda tx: accounts.record_email(tx, staff_id, me.staff_id, email[:200], console.clock()))
    return redirect(request, f"/team#{staff_id}")


@router.post("/team/{staff_id}/end-sessions")
async def end_sessions(request: Request, staff_id: str, me: Admin) -> Response:
    console: Console = request.app.state.console
    await _done(request, lambda tx: sessions.end_all(tx, staff_id, me.staff_id, console.clock()))
    return redirect(request, f"/team#{staff_id}")


@router.post("/team/{staff_id}/close")
async def close(request: Request, staff_id: str, me: Admin) -> Response:
    console: Console = request.app.state.console
    await _done(request, lambda tx: accounts.close_account(tx, console.service, staff_id, me.staff_id, console.clock()))
    return redirect(request, "/team")


async def _done(request: Request, work: Callable[[Tx], T]) -> T:
    console: Console = request.app.state.console
    try:
        return await console.record.awrite(work)
    except AccountError as error:
        raise Problem(409, str(error)) from None


async def _team_page(request: Request, me: SignedIn, filled: Invitation, made: Invite | None = None, status: int = 200) -> Response:
    console: Console = request.app.state.console
    people = await console.record.aread(accounts.everyone)
    link = f"{console_address(request)}/invite/{made.token}" if made else ""
    return page(
        request, "team.html", me, status, people=people, filled=filled, made=made, link=link, languages=console.service.opening.languages
    )
