"""What a lead does at once, without the long checks: words that do harm are taken out of use, or an earlier version comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.desk.drafting.stopping import STOPPED, stopped
from escalation.console.pages import redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.policy_files import back_to, text_of_version
from escalation.console.problems import Problem
from escalation.console.routes.forms import Version
from escalation.console.state import Console
from escalation.publishing import Change, Outdated, Unfit
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Lead = Annotated[SignedIn, Depends(Gate("approve_content"))]

T = TypeVar("T")


@router.post("/desk/files/{key:path}/back-now")
async def back_now(request: Request, key: str, me: Lead, version: Version, base: Version) -> Response:
    """An earlier version in force again at once; whoever is in the middle of the one that is in force goes on with the earlier one."""
    console: Console = request.app.state.console
    text = await _read(console, lambda tx: text_of_version(tx, key, version))
    await _at_once(console, me, [Change(key, text, base)], back_to(version))
    return redirect(request, f"/desk/files/{key}")


@router.post("/desk/files/{key:path}/stop-now")
async def stop_now(request: Request, key: str, me: Lead) -> Response:
    """A script out of use at once, in every language; nobody finishes it."""
    console: Console = request.app.state.console
    changes = await _read(console, lambda tx: stopped(tx, key))
    if not changes:
        raise Problem(409, "it is out of use already")
    await _at_once(console, me, changes, STOPPED)
    return redirect(request, f"/desk/files/{key}")


async def _at_once(console: Console, me: SignedIn, changes: list[Change], note: str) -> None:
    try:
        await asyncio.to_thread(partial(console.publisher.publish, changes, by=me.staff_id, note=note, at_once=True))
    except Outdated:
        raise Problem(409, "somebody published this file meanwhile: look at it again") from None
    except Unfit as unfit:
        raise Problem(409, f"that does not fit the other content: {unfit.problems[0].what}") from None


async def _read(console: Console, work: Callable[[Tx], T]) -> T:
    try:
        return await console.record.aread(work)
    except KeyError:
        raise Problem(404, "there is no such file or version") from None
