"""The way of a draft: to the lead, to the youth panel, published now or at a time, taken back or dropped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from bot.desk.drafting import drafts, jobs, workflow
from bot.desk.drafting.drafts import Draft, Over
from bot.desk.state import desk_of
from escalation.console.pages import redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import Problem, answering
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Editor = Annotated[SignedIn, Depends(Gate("edit_content"))]
Lead = Annotated[SignedIn, Depends(Gate("approve_content"))]
Publisher = Annotated[SignedIn, Depends(Gate("publish_content"))]
Note = Annotated[str | None, Form()]
LONGEST = 2000
"""Characters of what a lead says of a draft."""

Step = Callable[[Tx, datetime], Draft]


@router.post("/desk/drafts/{draft_id}/send")
async def send_to_lead(request: Request, draft_id: str, me: Editor, note: Note = None) -> Response:
    def send(tx: Tx, now: datetime) -> Draft:
        _note(tx, draft_id, note)
        return workflow.send_to_lead(tx, draft_id, me.staff_id, now)

    return await _take(request, send)


@router.post("/desk/drafts/{draft_id}/judge")
async def judge(
    request: Request,
    draft_id: str,
    me: Lead,
    verdict: Annotated[str, Form()],
    looked: Annotated[str, Form()],
    words: Annotated[str, Form()] = "",
) -> Response:
    if verdict not in ("fits", "change"):
        raise Problem(422, "say whether it fits")

    def say(tx: Tx, now: datetime) -> Draft:
        if drafts.find(tx, draft_id).digest != looked:
            raise Problem(409, "it was changed since you read it: read it again before you judge it")
        return workflow.judge(tx, draft_id, me.staff_id, verdict, words[:LONGEST], now)

    return await _take(request, say)


@router.post("/desk/drafts/{draft_id}/panel")
async def send_to_panel(request: Request, draft_id: str, me: Editor) -> Response:
    return await _take(request, lambda tx, now: workflow.send_to_panel(tx, draft_id, me.staff_id, now))


@router.post("/desk/drafts/{draft_id}/take-back")
async def take_back(request: Request, draft_id: str, me: Editor) -> Response:
    return await _take(request, lambda tx, now: workflow.take_back(tx, draft_id, me.staff_id, now))


@router.post("/desk/drafts/{draft_id}/drop")
async def drop(request: Request, draft_id: str, me: Editor) -> Response:
    return await _take(request, lambda tx, now: workflow.drop(tx, draft_id, me.staff_id, now))


@router.post("/desk/drafts/{draft_id}/schedule")
async def schedule(request: Request, draft_id: str, me: Publisher, at: Annotated[str, Form()], note: Note = None) -> Response:
    console: Console = request.app.state.console
    try:
        when = datetime.fromisoformat(at).replace(tzinfo=console.service.zone)
    except ValueError:
        raise Problem(422, "that is no day and time: choose both") from None

    def put(tx: Tx, now: datetime) -> Draft:
        _note(tx, draft_id, note)
        return workflow.schedule(tx, draft_id, when, me.staff_id, now)

    return await _take(request, put)


@router.post("/desk/drafts/{draft_id}/publish")
async def publish(request: Request, draft_id: str, me: Publisher, looked: Annotated[str, Form()], note: Note = None) -> Response:
    desk = desk_of(request)

    def ask(tx: Tx, now: datetime) -> Draft:
        draft = drafts.find(tx, draft_id)
        if draft.digest != looked:
            raise Problem(409, "it was changed since you opened this page: look at it again before you publish it")
        workflow.refuse_unready(tx, draft, production=desk.production)
        _note(tx, draft_id, note)
        jobs.ask(tx, draft_id, me.staff_id, now)
        return draft

    response = await _take(request, ask)
    await desk.publishing.look()
    return response


async def _take(request: Request, step: Step) -> Response:
    """Take a step, then back to the file."""
    console: Console = request.app.state.console
    with answering(409):
        try:
            draft = await console.record.awrite(lambda tx: step(tx, console.clock()))
        except KeyError:
            raise Problem(404, "there is no such draft") from None
        except Over:
            raise Problem(409, "it was published or dropped meanwhile: look at the file again") from None
    return redirect(request, f"/desk/files/{draft.key}")


def _note(tx: Tx, draft_id: str, note: str | None) -> None:
    """Why, where the form asked for it."""
    if note is not None:
        drafts.annotate(tx, draft_id, note)
