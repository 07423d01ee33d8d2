"""The youth panel on the desk: rounds are opened, their link is shown once, and what was said is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from bot.desk.drafting import drafts
from bot.desk.library import labels
from bot.desk.panel import rounds
from bot.desk.panel.rounds import KINDS, VALUES, NewRound
from bot.desk.panel.turns import title_of
from escalation.case import NotPossible
from escalation.console.addresses import console_address
from escalation.console.filled import Filled
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute, allowed
from escalation.console.problems import Problem, sentence
from escalation.console.qr import qr_code
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Reader = Annotated[SignedIn, Depends(Gate("see_desk"))]
Editor = Annotated[SignedIn, Depends(Gate("edit_content"))]
Lead = Annotated[SignedIn, Depends(Gate("approve_content"))]
Field = Annotated[str, Form()]
USUAL = timedelta(days=14)
"""How long a round is open if nobody says otherwise."""

T = TypeVar("T")


@router.get("/desk/panel")
async def show_rounds(request: Request, me: Reader) -> Response:
    return await _rounds_page(request, me, Filled())


@router.post("/desk/panel")
async def open_round(request: Request, me: Editor, title: Field = "", group: Field = "", ends: Field = "") -> Response:
    console: Console = request.app.state.console
    chosen = [str(value) for value in (await request.form()).getlist("draft")]
    try:
        given = NewRound(title, group, chosen, _end_of(ends, console))
        round_id, token = await console.record.awrite(lambda tx: rounds.open_round(tx, given, me.staff_id, console.clock()))
    except NotPossible as error:
        typed = {"title": title, "group": group, "ends": ends, "draft": ",".join(chosen)}
        return await _rounds_page(request, me, Filled("round", typed, sentence(str(error))), 422)
    return await _round_page(request, me, round_id, token)


@router.get("/desk/panel/{round_id}")
async def show_round(request: Request, round_id: str, me: Reader) -> Response:
    return await _round_page(request, me, round_id)


@router.post("/desk/panel/{round_id}/link")
async def new_link(request: Request, round_id: str, me: Editor) -> Response:
    console: Console = request.app.state.console
    token = await _done(console, lambda tx: rounds.new_link(tx, round_id, me.staff_id, console.clock()))
    return await _round_page(request, me, round_id, token)


@router.post("/desk/panel/{round_id}/close")
async def close(request: Request, round_id: str, me: Editor) -> Response:
    console: Console = request.app.state.console
    await _done(console, lambda tx: rounds.close(tx, round_id, me.staff_id, console.clock()))
    return redirect(request, f"/desk/panel/{round_id}")


@router.post("/desk/panel/{round_id}/looked/{comment_id}")
async def looked(request: Request, round_id: str, comment_id: str, me: Lead) -> Response:
    console: Console = request.app.state.console
    await _done(console, lambda tx: rounds.looked(tx, comment_id, me.staff_id, console.clock()))
    return redirect(request, f"/desk/panel/{round_id}")


async def _rounds_page(request: Request, me: SignedIn, filled: Filled, status: int = 200) -> Response:
    console: Console = request.app.state.console
    found = await console.record.aread(rounds.listed)
    unseen = await console.record.aread(rounds.unseen_by_round)
    waiting = [draft for draft in await console.record.aread(drafts.all_open) if draft.state == "with_panel"]
    usual = (console.clock() + USUAL).astimezone(console.service.zone).date().isoformat()
    return page(
        request,
        "desk_panel.html",
        me,
        status,
        rounds=found,
        unseen=unseen,
        waiting=[(draft.id, title_of(draft.text, draft.key)) for draft in waiting],
        filled=filled,
        chosen=filled.value("round", "draft").split(","),
        usual=usual,
    )


async def _round_page(request: Request, me: SignedIn, round_id: str, token: str = "") -> Response:
    console: Console = request.app.state.console
    lead = allowed(me.role, "approve_content")

    def read(tx: Tx) -> tuple[rounds.Round, list[rounds.Said]]:
        found = rounds.find(tx, round_id)
        said = [rounds.said_of(tx, item, lead=lead) for item in found.items]
        rounds.note_read(tx, said, me.staff_id, console.clock())
        return found, said

    found, said = await _done(console, read)
    base: str = request.scope.get("root_path", "")
    link = f"{console_address(request).removesuffix(base)}/panel/{token}" if token else ""
    return page(
        request,
        "desk_panel_round.html",
        me,
        round=found,
        said=said,
        link=link,
        picture=qr_code(link) if link else "",
        kinds=KINDS,
        values=VALUES,
        lead=lead,
        desk_labels=labels,
    )


async def _done(console: Console, work: Callable[[Tx], T]) -> T:
    try:
        return await console.record.awrite(work)
    except KeyError:
        raise Problem(404, "there is no such round; it may have been destroyed because its time was over") from None
    except NotPossible as error:
        raise Problem(409, str(error)) from None


def _end_of(day: str, console: Console) -> datetime:
    """The last moment of a day. Raises `NotPossible`."""
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), time(23, 59), console.service.zone)
    except ValueError:
        raise NotPossible("choose the day on which the round ends") from None
