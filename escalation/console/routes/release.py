"""A release of an account or number to the emergency services: a lead's decision, and what it opens, shown once and kept by no browser."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.case import NotPossible
from escalation.console.filled import Filled
from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import answering, sentence
from escalation.console.routes.forms import given_in
from escalation.console.state import Console
from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow
from escalation.sharing import account_release
from escalation.sharing.account_release import SERVICES, Known, Release, Released
from escalation.staff.sign_in import SignedIn, staff_of

router = APIRouter(route_class=GatedRoute)
Lead = Annotated[SignedIn, Depends(Gate("release_account"))]
FORM = "release"
_WRITTEN = ("once", "service", "reason", "risk", "reference", "told", "unsafe_to_tell", "ground")


@router.get("/cases/{case_id}/release")
async def decide(request: Request, case_id: str, me: Lead) -> Response:
    return await _form(request, me, case_id, Filled(), 200)


@router.post("/cases/{case_id}/release")
async def release(request: Request, case_id: str, me: Lead) -> Response:
    """The form once more where something is missing, else the accounts. A form that is sent twice, or loaded again, is one release."""
    console: Console = request.app.state.console
    given, now = await given_in(request), console.clock()
    made = Release(**{name: given.get(name, "")[:4000] for name in _WRITTEN})
    try:
        released = await console.record.awrite(
            lambda tx: account_release.release(tx, console.service, case_id, staff_of(tx, me), made, now)
        )
    except NotPossible as error:
        return await _form(request, me, case_id, Filled(FORM, given, sentence(str(error))), 422)
    return _page(request, me, 200, case_id=case_id, released=released)


async def _form(request: Request, me: SignedIn, case_id: str, filled: Filled, status: int) -> Response:
    console: Console = request.app.state.console

    def read(tx: Tx) -> tuple[tuple[Known, ...], bool]:
        there = account_release.there_is(tx, console.service, case_id, staff_of(tx, me))
        case = tx.session.get_one(CaseRow, case_id)
        return there, people.person(tx, case.person_id).age_band == "18_25"

    with answering(404):
        there, adult = await console.record.awrite(read)
    once = filled.value(FORM, "once") or secrets.token_urlsafe(12)
    named = {"there": there, "adult": adult, "filled": filled, "once": once, "services": SERVICES}
    return _page(request, me, status, case_id=case_id, policy=console.service.staff_policy, released=None, **named)


def _page(request: Request, me: SignedIn, status: int, *, released: Released | None, **named: object) -> Response:
    answer = page(request, "release.html", me, status, released=released, **named)
    answer.headers["cache-control"] = "no-store, private"
    return answer
