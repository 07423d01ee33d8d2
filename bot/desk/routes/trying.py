"""Trying a draft as a chat, in a rehearsal that nobody else sees."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.desk.drafting import drafts
from bot.desk.drafting.drafts import Draft
from bot.desk.editing.preview import Look
from bot.desk.state import desk_of
from bot.desk.trying import Full, Rehearsal
from content.editorial.reading import ContentError
from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import Problem
from escalation.console.state import Console
from escalation.record import published
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Editor = Annotated[SignedIn, Depends(Gate("edit_content"))]
LONG = "This rehearsal has gone on for long enough. Begin again to go on."


@router.get("/desk/drafts/{draft_id}/try")
async def show(request: Request, draft_id: str, me: Editor, card: str = "") -> Response:
    console: Console = request.app.state.console
    draft, _ = await _read(request, draft_id)
    found = desk_of(request).rehearsals.find((me.staff_id, draft_id), console.clock())
    return _shown(request, me, draft, found, card)


@router.post("/desk/drafts/{draft_id}/try")
async def go_on(request: Request, draft_id: str, me: Editor) -> Response:
    """Begin, write, tap a button, or end."""
    console: Console = request.app.state.console
    form = await request.form()
    do, card = str(form.get("do", "say")), str(form.get("card", ""))
    draft, texts = await _read(request, draft_id)
    whose, rehearsals = (me.staff_id, draft_id), desk_of(request).rehearsals
    if do == "end":
        rehearsals.end(whose)
        return _shown(request, me, draft, None, card)
    if do == "begin":
        try:
            edition = {**texts, draft.key: draft.text}
            look = Look.chosen({name: str(value) for name, value in form.items()})
            begun = await rehearsals.begin(whose, console.service, edition, look, _start(draft.key, card), console.clock())
        except ContentError as error:
            return _shown(request, me, draft, None, card, wrong=str(error).splitlines(), status=422)
        return _shown(request, me, draft, begun, card)
    found = rehearsals.find(whose, console.clock())
    return _shown(request, me, draft, found, card, wrong=await _done(found, do, str(form.get("text", ""))) if found else ())


async def _done(found: Rehearsal, do: str, text: str) -> tuple[str, ...]:
    """What one asked for is done, one thing after the other; what could not be is said."""
    async with found.busy:
        try:
            await (found.taps(do.removeprefix("tap:")) if do.startswith("tap:") else found.says(text))
        except Full:
            return (LONG,)
    return ()


def _start(key: str, card: str) -> str:
    """Where a chat begins that is to show this card: only a script's step can be gone to."""
    if not key.startswith("guidance/") or not card:
        return ""
    return f"go:{key.rpartition('/')[2].removesuffix('.yml')}/{card}"


async def _read(request: Request, draft_id: str) -> tuple[Draft, dict[str, str | None]]:
    console: Console = request.app.state.console

    def read(tx: Tx) -> tuple[Draft, dict[str, str | None]]:
        return drafts.find(tx, draft_id), dict(published.texts(tx))

    try:
        return await console.record.aread(read)
    except KeyError:
        raise Problem(404, "there is no such draft") from None


def _shown(
    request: Request,
    me: SignedIn,
    draft: Draft,
    found: Rehearsal | None,
    card: str,
    wrong: tuple[str, ...] | list[str] = (),
    status: int = 200,
) -> Response:
    said = found.said() if found else []
    happened = found.happened() if found else ""
    named = {"draft": draft, "running": found is not None, "said": said, "happened": happened, "card": card, "wrong": wrong}
    return page(request, "try.html", me, status, **named)
