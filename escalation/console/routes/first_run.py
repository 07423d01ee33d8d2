"""From nothing to a service that can be tried: the steps of setting up, one page, left and come back to at will."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.console import first_steps, week
from escalation.console.addresses import console_address
from escalation.console.first_steps import Answer, NewPerson
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import Problem, sentence
from escalation.console.state import Console
from escalation.console.week import WhenError
from escalation.operating import NotTaken
from escalation.staff.accounts import AccountError
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Admin = Annotated[SignedIn, Depends(Gate("set_up"))]
Field = Annotated[str, Form()]


@router.get("/first-run")
async def show(request: Request, me: Admin) -> Response:
    return await _steps(request, me)


@router.post("/first-run/organisation")
async def name_the_organisation(
    request: Request, me: Admin, organisation: Field = "", bot_name: Field = "", area: Field = "", contact: Field = ""
) -> Response:
    console: Console = request.app.state.console
    if not organisation.strip() or not bot_name.strip() or area not in console.service.library.directories:
        return await _steps(request, me, Answer("organisation", wrong="Write the organisation's and the bot's name, and choose an area."))
    values = {"organisation": organisation.strip(), "bot_name": bot_name.strip(), "area": area, "contact": contact.strip()}
    return await _keep(request, me, "organisation", values)


@router.post("/first-run/people")
async def add_somebody(
    request: Request,
    me: Admin,
    name: Field = "",
    role: Field = "worker",
    email: Field = "",
    telegram_id: Field = "",
    vetted_until: Field = "",
    trained_until: Field = "",
) -> Response:
    console: Console = request.app.state.console
    try:
        dates = [week.end_of(day, console.service.zone) for day in (vetted_until, trained_until)]
        somebody = NewPerson(name, role, email, telegram_id.strip(), *dates)
        made = await console.record.awrite(lambda tx: first_steps.add_person(tx, console.service, somebody, me.staff_id, console.clock()))
    except (AccountError, WhenError) as error:
        return await _steps(request, me, Answer("team", wrong=sentence(str(error))))
    return await _steps(request, me, Answer("team", invited=name, link=f"{console_address(request)}/invite/{made.token}"))


@router.post("/first-run/rota")
async def accept_the_rota(request: Request, me: Admin) -> Response:
    console: Console = request.app.state.console
    await console.record.awrite(lambda tx: first_steps.plan_week(tx, console.service, me.staff_id, console.clock()))
    return redirect(request, "/first-run#rota")


@router.post("/first-run/telegram")
async def try_the_bot(request: Request, me: Admin, token: Field = "", known: Field = "") -> Response:
    """Ask Telegram for the bot's name; once it was shown (`known`) and is right, keep the token."""
    console: Console = request.app.state.console
    try:
        name = await asyncio.to_thread(console.operator.bot_name, token.strip())
    except NotTaken as error:
        return await _steps(request, me, Answer("telegram", wrong=sentence(str(error))))
    if known != name:
        return await _steps(request, me, Answer("telegram", bot_name=name, token=token.strip()))
    return await _keep(request, me, "telegram", {"telegram_token": token.strip()})


@router.post("/first-run/out-of-hours")
async def name_the_contact(request: Request, me: Admin, address: Field = "", name: Field = "") -> Response:
    if not address.strip() or not name.strip():
        return await _steps(
            request, me, Answer("out_of_hours", wrong="Write both: where the alert goes, and what staff call this contact.")
        )
    return await _keep(request, me, "out_of_hours", {"out_of_hours_url": address.strip(), "out_of_hours_name": name.strip()})


@router.post("/first-run/drill")
async def send_a_drill(request: Request, me: Admin) -> Response:
    console: Console = request.app.state.console
    await console.operator.send_drill()
    return redirect(request, "/first-run#drill")


async def _keep(request: Request, me: SignedIn, step: str, values: dict[str, str]) -> Response:
    console: Console = request.app.state.console
    try:
        kept = await asyncio.to_thread(console.operator.keep, values)
    except NotTaken as error:
        return await _steps(request, me, Answer(step, wrong=sentence(str(error))))
    except OSError as error:
        raise Problem(503, f"the settings could not be written ({type(error).__name__}): look at the server's disk") from None
    await console.record.awrite(lambda tx: first_steps.note_kept(tx, me.staff_id, console.clock()))
    return await _steps(request, me, Answer(step, kept=kept))


async def _steps(request: Request, me: SignedIn, answer: Answer | None = None) -> Response:
    console: Console = request.app.state.console
    found = await asyncio.to_thread(console.operator.look, first_steps.LOOKED_AT)
    shown = await console.record.aread(lambda tx: first_steps.read(tx, console.service, console.clock()))
    areas = {id: directory.title for id, directory in console.service.library.directories.items()}
    named = {"found": found, "shown": shown, "answer": answer or Answer(), "areas": areas, "operator": console.operator}
    named |= {"names": first_steps.STEPS, "before": first_steps.BEFORE_YOUNG_PEOPLE}
    return page(request, "first_run.html", me, 422 if answer and answer.wrong else 200, **named)
