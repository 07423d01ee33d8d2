"""Who did what: the audit, for leads and administrators."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy import select

from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.state import Console
from escalation.record import audit
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.work import audit_trail
from escalation.work.audit_trail import Asked, Entry

router = APIRouter(route_class=GatedRoute)
NUMBERS = 2**63 - 1
Found = tuple[list[Entry], int | None, list[tuple[str, str]], list[str]]


@router.get("/audit")
async def show_audit(
    request: Request,
    me: Annotated[SignedIn, Depends(Gate("see_audit"))],
    since: str = "",
    staff: str = "",
    action: str = "",
    before: Annotated[int | None, Query(ge=1, le=NUMBERS)] = None,
) -> Response:
    console: Console = request.app.state.console
    asked = Asked(_midnight(since, console), staff or None, action or None, before)
    entries, more, colleagues, actions = await console.record.awrite(lambda tx: _look(tx, console, me, asked))
    filled = {"since": since if asked.since else "", "staff": staff, "action": action}
    return page(request, "audit.html", me, entries=entries, more=more, colleagues=colleagues, actions=actions, filled=filled, words=_words)


def _words(action: str) -> str:
    return audit_trail.in_words(action)


def _midnight(day: str, console: Console) -> datetime | None:
    """The beginning of a day here; what is no day asks for nothing."""
    try:
        return datetime.combine(date.fromisoformat(day), time(), console.service.zone)
    except ValueError:
        return None


def _look(tx: Tx, console: Console, me: SignedIn, asked: Asked) -> Found:
    entries, more = audit_trail.entries(tx, asked, staff_of(tx, me))
    colleagues = [(one.id, one.name) for one in tx.session.scalars(select(Staff).order_by(Staff.name))]
    actions = list(audit_trail.actions(tx))
    audit.note(tx, "audit_read", console.clock(), staff_id=me.staff_id)
    return entries, more, colleagues, actions
