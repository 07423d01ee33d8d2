"""Cases: finding one among all that a role may see. What was looked for stands in the address, and is noted in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.console import labels
from escalation.console.case_filters import SHOWN_STAGES, Filter, address, areas, filters, position_of, search_of
from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.shown import note_shown
from escalation.console.state import Console
from escalation.record import audit, duty
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.work.case_search import Found, Position, Search, find

router = APIRouter(route_class=GatedRoute)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer, by id; `workers` is empty for whoever sees only their own cases."""

    stages: dict[str, str]
    levels: dict[str, str]
    categories: dict[str, str]
    areas: dict[str, str]
    workers: dict[str, str]


@dataclass(frozen=True, slots=True)
class CaseList:
    """Everything the page shows. `first`: whether this is its first page; `newest` and `older`: addresses of the first and the next."""

    search: Search
    found: Found
    choices: Choices
    filters: list[Filter]
    first: bool
    newest: str
    older: str
    agreement_days: int


@router.get("/cases")
async def show_cases(request: Request, me: Annotated[SignedIn, Depends(Gate("see_queue"))]) -> Response:
    console: Console = request.app.state.console
    search, before = search_of(request.query_params, me.role == "lead"), position_of(request.query_params)
    shown = await console.record.aread(lambda tx: _list(tx, console, me, search, before))
    await _note_searched(console, me, search)
    await note_shown(console, me, {(case.id, "listed", *case.about): case.id for case in shown.found.cases if case.about})
    return page(request, "cases.html", me, shown=shown, search=search)


def _list(tx: Tx, console: Console, me: SignedIn, search: Search, before: Position | None) -> CaseList:
    service = console.service
    found = find(tx, service, staff_of(tx, me), search, console.clock(), before)
    workers = {row.id: row.name for row in duty.on_the_rota(tx)} if me.role == "lead" else {}
    categories = {id: labels.plain(id) for id in sorted(service.library.crisis)}
    older = address(search, found.older) if found.older else ""
    choices = Choices(SHOWN_STAGES, labels.LEVELS, categories, areas(service), workers)
    set_now, days = filters(search, service, workers), service.policy.agreement_days
    return CaseList(search, found, choices, set_now, before is None, address(search), older, days)


async def _note_searched(console: Console, me: SignedIn, search: Search) -> None:
    """The audit keeps a digest of what was looked for, once for each session: whether somebody looked for this can be shown."""
    said = address(search)
    if said and (key := (me.digest, "searched", said)) not in console.shown:
        now = console.clock()
        await console.record.awrite(
            lambda tx: audit.note(tx, "cases_searched", now, staff_id=me.staff_id, digest=tx.vault.pseudonym("search", said))
        )
        console.shown.keep(key)
