"""What changed, as it changes: a stream of ids, never of words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from escalation import reading
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.record.tables import CaseRow
from escalation.staff import sign_in
from escalation.staff.sign_in import SignedIn, staff_of

router = APIRouter(route_class=GatedRoute)
HEARTBEAT = 15
"""Seconds between two signs of life; as often, the stream looks whether its session still lasts."""


@router.get("/events")
async def stream(request: Request, me: Annotated[SignedIn, Depends(Gate("see_queue"))], case: str = "") -> Response:
    console: Console = request.app.state.console
    person = await console.record.aread(lambda tx: _person_of(tx, me, case)) if case else None
    return EventSourceResponse(changes(console, me, case, person), ping=HEARTBEAT)


async def changes(console: Console, me: SignedIn, case: str, person: str | None) -> AsyncIterator[ServerSentEvent]:
    """Events for one open page: `queue`, `rota`, and `case` with the id of a case that this person may see.

    `person` is whose words belong to the open `case`; their id stays here. Ends when the session ends.
    """
    loop, heard = asyncio.get_running_loop(), asyncio.Queue[str]()
    topics = ["queue:*", "case:*", "rota:*", f"staff:{me.staff_id}", *([f"person:{person}"] if person else [])]
    with console.record.signals.listening(*topics, to=lambda topic: loop.call_soon_threadsafe(heard.put_nowait, topic)):
        yield ServerSentEvent(event="open", data="")
        while await console.record.aread(lambda tx: sign_in.still(tx, me, console.settings.limits, console.clock())):
            try:
                async with asyncio.timeout(HEARTBEAT):
                    topic = await heard.get()
            except TimeoutError:
                continue
            kind, _, id = topic.partition(":")
            if kind == "person":
                yield ServerSentEvent(event="case", data=case)
            elif kind == "case":
                id = case if id == "*" else id
                if await console.record.aread(partial(_may_see, me=me, case_id=id)):
                    yield ServerSentEvent(event="case", data=id)
            else:
                yield ServerSentEvent(event="rota" if kind == "rota" else "queue", data="")
        yield ServerSentEvent(event="ended", data="")


def _person_of(tx: Tx, me: SignedIn, case_id: str) -> str | None:
    case = tx.session.get(CaseRow, case_id)
    return case.person_id if case and _may_see(tx, me, case_id) else None


def _may_see(tx: Tx, me: SignedIn, case_id: str) -> bool:
    case = tx.session.get(CaseRow, case_id)
    return case is not None and reading.may_see(case, staff_of(tx, me))
