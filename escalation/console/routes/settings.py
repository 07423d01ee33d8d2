"""The settings that are content: policy times and retention periods, each change looked at before it is put in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.console import helplines_page, policy_files
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.policy_files import FILES, RETENTION, TIMES, PolicyFile, PolicyShown
from escalation.console.problems import Problem
from escalation.console.putting_in_force import ask, tried
from escalation.console.routes.forms import Version
from escalation.console.state import Console
from escalation.publishing import Change, Outdated, Unfit
from escalation.record.retention.policy import Confirmed
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Reader = Annotated[SignedIn, Depends(Gate("see_settings"))]
Policymaker = Annotated[SignedIn, Depends(Gate("change_policy"))]
Keeper = Annotated[SignedIn, Depends(Gate("change_settings"))]


@router.get("/settings")
async def overview(request: Request, me: Reader) -> Response:
    console: Console = request.app.state.console

    def read(tx: Tx) -> tuple[list[helplines_page.Area], Confirmed]:
        return helplines_page.areas(tx, console.clock()), policy_files.confirmed(tx)

    areas, confirmed = await console.record.aread(read)
    return page(request, "settings.html", me, areas=areas, retention=confirmed, times=TIMES, area=console.service.area)


@router.get("/settings/checking")
async def checking(request: Request, me: Reader, key: str = "") -> Response:
    """Whether the checks of a change still run; where they have ended, the page that asks is to be loaded again."""
    console: Console = request.app.state.console
    found = await console.record.aread(lambda tx: tried(tx, key, me.staff_id, console.clock()))
    return Response(status_code=204, headers={} if found and found.running else {"hx-refresh": "true"})


@router.get("/settings/times")
async def show_times(request: Request, me: Reader, saved: str = "") -> Response:
    return await _times(request, me, None, saved=saved)


@router.post("/settings/times/{name}")
async def change_times(request: Request, name: str, me: Policymaker) -> Response:
    file = next((one for one in TIMES if one.name == name), None)
    if file is None:
        raise Problem(404, "there is no such policy")
    return await _change(request, me, file)


@router.post("/settings/times/{name}/back")
async def times_back(request: Request, name: str, me: Policymaker, version: Version, base: Version) -> Response:
    if name not in {one.name for one in TIMES}:
        raise Problem(404, "there is no such policy")
    return await _back(request, me, FILES[name], version, base)


@router.get("/settings/retention")
async def show_retention(request: Request, me: Reader, saved: str = "") -> Response:
    return await _retention(request, me, None, saved=saved)


@router.post("/settings/retention")
async def change_retention(request: Request, me: Keeper) -> Response:
    return await _change(request, me, RETENTION)


@router.post("/settings/retention/back")
async def retention_back(request: Request, me: Keeper, version: Version, base: Version) -> Response:
    return await _back(request, me, RETENTION, version, base)


async def _change(request: Request, me: SignedIn, file: PolicyFile) -> Response:
    """Look at what was typed; have it put in force where it is right, was looked at, and nobody was faster."""
    console: Console = request.app.state.console
    form = {name: str(value) for name, value in (await request.form()).items()}
    base, why = _number(form.get("base", "")), form.get("why", "")[:100]
    read = await console.record.aread(lambda tx: _looked_at(tx, file, base, form))
    read = replace(read, note=why)
    assert read.edited is not None
    if read.version != base:
        return await _again(request, me, replace(read, clash=True), 409)
    if read.edited.wrong:
        return await _again(request, me, read, 422)
    if form.get("do") != "publish" or form.get("looked") != read.edited.mark or not read.edited.changes:
        return await _again(request, me, read)
    change = Change(file.key, read.edited.text, base)
    try:
        await ask(console, me, [change], policy_files.note(read.edited, why))
    except Outdated:
        read = await console.record.aread(lambda tx: _looked_at(tx, file, base, form))
        return await _again(request, me, replace(read, note=why, clash=True), 409)
    except Unfit as unfit:
        return await _again(request, me, replace(read, wrong=tuple(one.sentence for one in unfit.problems)), 422)
    return _done(request, file)


async def _back(request: Request, me: SignedIn, file: PolicyFile, version: int, base: int) -> Response:
    """Have an earlier version put in force again, as a new one."""
    console: Console = request.app.state.console
    try:
        text = await console.record.aread(lambda tx: policy_files.text_of_version(tx, file.key, version))
        await ask(console, me, [Change(file.key, text, base)], policy_files.back_to(version))
    except KeyError:
        raise Problem(404, "there is no such version") from None
    except Outdated:
        raise Problem(409, "somebody changed this meanwhile: look at it again") from None
    except Unfit as unfit:
        raise Problem(409, f"that version does not fit the other content any more: {unfit.problems[0].what}") from None
    return _done(request, file)


def _looked_at(tx: Tx, file: PolicyFile, base: int, form: Mapping[str, str]) -> PolicyShown:
    try:
        edited, typed = policy_files.edited(tx, file, base, form)
    except KeyError:
        raise Problem(404, "there is no such version") from None
    return replace(policy_files.shown(tx, file), edited=edited, typed=typed)


async def _again(request: Request, me: SignedIn, read: PolicyShown, status: int = 200) -> Response:
    return await (_retention if read.file is RETENTION else _times)(request, me, read, status)


async def _times(request: Request, me: SignedIn, back: PolicyShown | None, status: int = 200, saved: str = "") -> Response:
    console: Console = request.app.state.console
    read = await console.record.aread(lambda tx: [_policy(tx, file, me, console) for file in TIMES])
    shown = [back if back and back.file is one.file else one for one in read]
    return page(request, "settings_times.html", me, status, policies=shown, saved=saved if saved in FILES else "")


async def _retention(request: Request, me: SignedIn, back: PolicyShown | None, status: int = 200, saved: str = "") -> Response:
    console: Console = request.app.state.console
    read, confirmed = await console.record.aread(lambda tx: (_policy(tx, RETENTION, me, console), policy_files.confirmed(tx)))
    return page(request, "settings_retention.html", me, status, policy=back or read, saved=saved, confirmed=confirmed)


def _policy(tx: Tx, file: PolicyFile, me: SignedIn, console: Console) -> PolicyShown:
    return policy_files.with_try(tx, file, tried(tx, file.key, me.staff_id, console.clock()))


def _done(request: Request, file: PolicyFile) -> Response:
    part = "retention" if file is RETENTION else "times"
    return redirect(request, f"/settings/{part}?saved={file.name}#{file.name}")


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Problem(422, "a part of the form did not arrive: load the page again") from None
