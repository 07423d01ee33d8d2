"""The helplines: each area with its contacts, changed and confirmed one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from content.editorial.helplines import EVERYWHERE
from escalation.console import helplines_page, policy_files
from escalation.console.helplines_page import Area, Back
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute, allowed
from escalation.console.problems import Problem
from escalation.console.putting_in_force import Tried, ask, tried
from escalation.console.routes.forms import Version
from escalation.console.state import Console
from escalation.publishing import Change, Outdated, Unfit
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Reader = Annotated[SignedIn, Depends(Gate("see_helplines"))]
Policymaker = Annotated[SignedIn, Depends(Gate("change_policy"))]


@router.get("/settings/helplines/{area}")
async def show_area(request: Request, area: str, me: Reader, saved: str = "") -> Response:
    return await _shown(request, me, area, Back(), saved=saved)


@router.post("/settings/helplines/{area}/back")
async def area_back(request: Request, area: str, me: Policymaker, version: Version, base: Version) -> Response:
    console: Console = request.app.state.console
    try:
        key = helplines_page.key_of(area)
        text = await console.record.aread(lambda tx: policy_files.text_of_version(tx, key, version))
    except KeyError:
        raise Problem(404, "there is no such version") from None
    return await _put(
        request,
        me,
        area,
        [Change(key, text, base)],
        policy_files.back_to(version),
        Back(),
    )


@router.post("/settings/helplines/{area}/{contact_id}")
async def change_contact(request: Request, area: str, contact_id: str, me: Policymaker, base: Version) -> Response:
    console: Console = request.app.state.console
    typed = {name: str(value)[:400] for name, value in (await request.form()).items()}
    back = Back(contact_id, typed)
    today = console.clock().astimezone(console.service.zone).date()

    def read(tx: Tx) -> tuple[Area, list[Change], Back]:
        found = helplines_page.read_area(tx, area, console.clock())
        if typed.get("do") == "remove":
            return found, helplines_page.removed(tx, found, contact_id), back
        changes, wrong = helplines_page.saved(tx, found, contact_id, typed, me.name, today)
        return found, changes, replace(back, wrong=wrong)

    try:
        found, changes, back = await console.record.aread(read)
    except KeyError:
        raise Problem(404, "there is no such helpline") from None
    if found.version != base:
        return await _shown(request, me, area, back, 409)
    if back.wrong:
        return await _shown(request, me, area, back, 422)
    return await _put(request, me, area, changes, _note(contact_id, typed), back)


async def _put(request: Request, me: SignedIn, area: str, changes: list[Change], note: str, back: Back) -> Response:
    console: Console = request.app.state.console
    try:
        await ask(console, me, changes, note[: policy_files.ROOM_FOR_NOTE])
    except Outdated:
        return await _shown(request, me, area, back, 409)
    except Unfit as unfit:
        wrong = {"": "; ".join(f"{one.file}, line {one.line}: {one.what} ({one.to_do})" for one in unfit.problems[:5])}
        return await _shown(request, me, area, replace(back, wrong=wrong), 422)
    return redirect(request, f"/settings/helplines/{area}?saved=yes")


async def _shown(request: Request, me: SignedIn, area: str, back: Back, status: int = 200, saved: str = "") -> Response:
    console: Console = request.app.state.console

    def read(tx: Tx) -> tuple[Area, Tried | None]:
        found = helplines_page.read_area(tx, area, console.clock())
        return found, tried(tx, helplines_page.key_of(area), me.staff_id, console.clock())

    try:
        found, last = await console.record.aread(read)
    except KeyError:
        raise Problem(404, "there is no such area") from None
    if last and not last.running and back == Back():
        back = helplines_page.came_back(found, last.change, last.wrong)
    clash = status == 409 or (last is not None and last.outdated and back.contact_id != "")
    checking = last is not None and last.running and allowed(me.role, "see_settings")
    shown = {"area": found, "back": back, "clash": clash, "saved": saved, "checking": checking, "ways": helplines_page.WAYS}
    shown |= {"areas": {id: one.title for id, one in console.service.library.directories.items()}}
    shown |= {"everybodys": area in (console.service.area, EVERYWHERE)}
    return page(request, "settings_helplines.html", me, status, **shown)


def _note(contact_id: str, typed: dict[str, str]) -> str:
    if typed.get("do") == "remove":
        return f"{contact_id} taken out"
    what = "added" if contact_id == helplines_page.NEW else "changed"
    return f"{typed.get('name', contact_id)} {'confirmed' if typed.get('confirmed') == 'yes' else what}"
