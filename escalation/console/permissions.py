"""Who may do what: one table, and one dependency through which every route declares its line of it."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from escalation.console.security import SAFE
from escalation.console.state import Console
from escalation.record import audit
from escalation.staff.sign_in import SignedIn

PUBLIC, HALF = "public", "half_signed_in"
"""Open to anyone; and open to a browser whose password was right and whose code is still missing."""

REFUSED_AGAIN = timedelta(minutes=10)
"""So long a second try of the same kind by the same person is not noted again."""

TABLE: dict[str, frozenset[str]] = {
    "own_account": frozenset({"worker", "lead", "editor", "admin"}),
    "see_queue": frozenset({"worker", "lead"}),
    "take_conversation": frozenset({"worker", "lead"}),
    "write_to_person": frozenset({"worker", "lead"}),
    "work_on_case": frozenset({"worker", "lead"}),
    "decide_flags": frozenset({"lead"}),
    "release_account": frozenset({"lead"}),
    "see_reads": frozenset({"lead"}),
    "supervise": frozenset({"lead"}),
    "see_desk": frozenset({"lead", "editor"}),
    "edit_content": frozenset({"lead", "editor"}),
    "approve_content": frozenset({"lead"}),
    "publish_content": frozenset({"lead", "editor"}),
    "see_training": frozenset({"lead", "editor", "admin"}),
    "train": frozenset({"lead", "admin"}),
    "see_insight": frozenset({"lead", "admin"}),
    "see_rota": frozenset({"worker", "lead", "admin"}),
    "work_shifts": frozenset({"worker", "lead"}),
    "edit_rota": frozenset({"lead", "admin"}),
    "manage_staff": frozenset({"admin"}),
    "see_settings": frozenset({"lead", "admin"}),
    "see_helplines": frozenset({"lead", "editor", "admin"}),
    "change_policy": frozenset({"lead", "admin"}),
    "change_settings": frozenset({"admin"}),
    "see_health": frozenset({"lead", "admin"}),
    "see_audit": frozenset({"lead", "admin"}),
    "set_up": frozenset({"admin"}),
}


class Refused(Exception):
    """A request that may not go on: 401 without a session, 403 without the right role or the form's token."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def allowed(role: str, permission: str) -> bool:
    """Whether the table gives this role the permission."""
    return role in TABLE[permission]


class Gate:
    """The dependency of every route. Gives the handler who is signed in; `None` on a public route."""

    def __init__(self, permission: str) -> None:
        if permission not in (PUBLIC, HALF) and permission not in TABLE:
            raise KeyError(permission)
        self.permission = permission

    async def __call__(self, request: Request) -> SignedIn | None:
        if self.permission == PUBLIC:
            return None
        console: Console = request.app.state.console
        me = await console.who(request)
        if me is None or (not me.passed_totp and self.permission != HALF):
            raise Refused(401, "Sign in to go on.")
        if self.permission != HALF and not allowed(me.role, self.permission):
            await _note_refusal(console, me, self.permission)
            raise Refused(403, "Your role does not open this page. If you need it, ask your administrator.")
        if request.method not in SAFE:
            await _check_token(request, me)
        await console.note_use(request, me)
        return me


class GatedRoute(APIRoute):
    """A route that exists only with a declared permission: one without cannot even be added."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        gates = [dependency.call for dependency in self.dependant.dependencies if isinstance(dependency.call, Gate)]
        if len(gates) != 1:
            raise TypeError(f"{self.path}: a route declares exactly one permission, this one has {len(gates)}")
        self.permission = gates[0].permission


def gated_routes(routes: list[BaseRoute]) -> Iterator[GatedRoute]:
    """Every gated route below `routes`, those of included routers too."""
    for route in routes:
        if isinstance(route, GatedRoute):
            yield route
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from gated_routes(included.routes)


async def _note_refusal(console: Console, me: SignedIn, permission: str) -> None:
    """Put it into the audit, once for each kind of page in `REFUSED_AGAIN`, so that nobody fills the audit by trying."""
    now = console.clock()
    known = console.shown.get(("refused", me.staff_id, permission))
    if known is not None and now - datetime.fromisoformat(known) < REFUSED_AGAIN:
        return
    console.shown.keep(("refused", me.staff_id, permission), now.isoformat())
    await console.record.awrite(lambda tx: audit.note(tx, "refused", now, staff_id=me.staff_id, subject_id=permission))


async def _check_token(request: Request, me: SignedIn) -> None:
    given = request.headers.get("x-csrf-token")
    if given is None:
        given = str((await request.form()).get("csrf", ""))
    if not hmac.compare_digest(given.encode(), me.csrf.encode()):
        raise Refused(403, "This page was open since before you signed in. Load it again, then try once more.")
