"""Editing a draft in its form or as text, with the preview beside it, and trying it as a chat."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.channels.webchat.routes import DRAWING_ONLY
from bot.desk.drafting.drafts import Draft, Overtaken
from bot.desk.editing import opened, preview
from bot.desk.editing.comparing import compared, words
from bot.desk.editing.findings import Known
from bot.desk.editing.forms import Given
from bot.desk.editing.opened import Applied, Clash, Opened
from bot.desk.editing.preview import Look
from bot.desk.editing.text_edits import NotPlain
from bot.desk.editing.text_findings import found_in_text
from bot.desk.editing.views import View, view
from bot.desk.examples.messages import is_examples, messages_of
from bot.desk.phrases.groups import data_of
from bot.desk.routes.reading import console_of, given_of, keep, name_of, open_draft, tried
from bot.desk.state import desk_of
from content.editorial.library import CONTENT
from content.editorial.pictures import read_picture
from content.editorial.problems import Problem as Finding
from content.editorial.reading import ContentError
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import Problem
from escalation.console.state import Console
from escalation.record import published
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
AS_TEXT = "this draft is edited as text now: load the page again"
Editor = Annotated[SignedIn, Depends(Gate("edit_content"))]


@router.get("/desk/drafts/{draft_id}/edit")
async def edit(request: Request, draft_id: str, me: Editor, card: str | None = None, at: str = "", text: str = "") -> Response:
    draft = await open_draft(request, draft_id)
    if not text and data_of(draft.key, draft.text):
        return redirect(request, f"/desk/drafts/{draft_id}/phrases")
    if not text and is_examples(draft.key) and messages_of(draft.text) is not None:
        return redirect(request, f"/desk/drafts/{draft_id}/examples")
    there = opened.opened(draft)
    if text or there.shape is None:
        return await _text_page(request, me, there)
    return await _form_page(request, me, there, there.data, there.card(card), focus=at)


@router.post("/desk/drafts/{draft_id}/edit")
async def save(request: Request, draft_id: str, me: Editor) -> Response:
    given = await given_of(request)

    def made(draft: Draft) -> tuple[str, Applied]:
        form = opened.applied(draft, given)
        return form.text, form

    try:
        draft, form = await keep(request, draft_id, me, made)
    except NotPlain:
        raise Problem(409, AS_TEXT) from None
    except Clash as clash:
        return await _clash_page(request, me, clash, given)
    card = given["do"].removeprefix("go:") if given.get("do", "").startswith("go:") else form.card
    if "hx-request" not in request.headers:
        return redirect(request, f"/desk/drafts/{draft_id}/edit?card={card}{f'&at={form.field}' if form.field else ''}")
    if given.get("do", "") in ("", "save"):
        other = await name_of(request, form.together) if form.together else ""
        return page(request, "edit_kept.html", me, draft=draft, form=form, other=other)
    there = opened.opened(draft)
    return _in_place(await _form_page(request, me, there, there.data, there.card(card), focus=form.field))


@router.post("/desk/drafts/{draft_id}/edit/look")
async def look(request: Request, draft_id: str, me: Editor) -> Response:
    """How the words that are typed look and what is wrong with them; nothing is stored."""
    there = opened.opened(await open_draft(request, draft_id))
    given = await given_of(request)
    if there.shape is None:
        raise Problem(409, AS_TEXT)
    data, card = opened.with_typed(there, given)
    known = await _known(request)
    shown = await asyncio.to_thread(view, there.draft.key, there.shape, data, card, known)
    return page(request, "edit_looked.html", me, **_preview(there, data, shown, Look.chosen(given)))


@router.post("/desk/drafts/{draft_id}/edit/together")
async def edit_together(request: Request, draft_id: str, me: Editor) -> Response:
    """The form with one's own words, and a colleague's beside each field in which they differ."""
    there = opened.opened(await open_draft(request, draft_id))
    if there.shape is None:
        raise Problem(409, AS_TEXT)
    given = await given_of(request)
    data, card = opened.with_typed(there, given)
    return await _form_page(request, me, there, data, card, theirs=there.data)


@router.post("/desk/drafts/{draft_id}/edit/text")
async def save_text(request: Request, draft_id: str, me: Editor) -> Response:
    console: Console = request.app.state.console
    given = await given_of(request)
    try:
        draft = await console.record.awrite(lambda tx: tried(lambda: opened.keep_text(tx, draft_id, given, me.staff_id, console.clock())))
    except Overtaken as overtaken:
        who = await name_of(request, overtaken.current.changed_by)
        mine = given.get("text", "").replace("\r\n", "\n")
        rows = compared(overtaken.current.text, mine)
        return page(request, "edit_text_clash.html", me, 409, draft=overtaken.current, mine=mine, who=who, rows=rows)
    if "hx-request" in request.headers:
        return page(request, "edit_text_looked.html", me, problems=await _found(request, draft.key, draft.text), draft=draft)
    return redirect(request, f"/desk/drafts/{draft_id}/edit?text=yes")


@router.post("/desk/drafts/{draft_id}/edit/text/look")
async def look_at_text(request: Request, draft_id: str, me: Editor) -> Response:
    """What is wrong with the text that is typed, by line; nothing is stored."""
    draft, given = await open_draft(request, draft_id), await given_of(request)
    return page(
        request, "edit_text_looked.html", me, problems=await _found(request, draft.key, given.get("text", "").replace("\r\n", "\n"))
    )


@router.get("/desk/preview.css")
async def preview_style(me: Editor) -> Response:
    return Response(preview.style(), media_type="text/css")


@router.get("/desk/pictures/{name}")
async def picture(name: str, me: Editor) -> Response:
    try:
        content = read_picture(CONTENT / "pictures" / name)
    except ContentError:
        raise Problem(404, "there is no such picture") from None
    return Response(content, media_type="image/svg+xml", headers={"content-security-policy": DRAWING_ONLY})


async def _form_page(
    request: Request, me: SignedIn, there: Opened, data: Any, card: str, *, focus: str = "", theirs: Any = None, status: int = 200
) -> Response:
    assert there.shape is not None
    known = await _known(request)
    shown = await asyncio.to_thread(view, there.draft.key, there.shape, data, card, known, theirs)
    who = await name_of(request, there.draft.changed_by)
    more = _preview(there, data, shown, Look())
    return page(request, "edit.html", me, status, draft=there.draft, focus=focus, who=who, merging=theirs is not None, **more)


async def _text_page(request: Request, me: SignedIn, there: Opened) -> Response:
    draft = there.draft
    problems = await _found(request, draft.key, draft.text)
    return page(
        request,
        "edit_text.html",
        me,
        draft=draft,
        problems=problems,
        has_form=there.shape is not None,
        who=await name_of(request, draft.changed_by),
    )


async def _clash_page(request: Request, me: SignedIn, clash: Clash, given: Given) -> Response:
    """Both versions of the card side by side; nothing was stored."""
    there = clash.theirs
    assert there.shape is not None
    known = await _known(request)
    mine = view(there.draft.key, there.shape, clash.mine, clash.card, known, there.data)
    who = await name_of(request, there.draft.changed_by)
    typed = {name: value for name, value in given.items() if name not in ("csrf", "revision", "base", "do", "card")}
    return _in_place(
        page(request, "edit_clash.html", me, 409, draft=there.draft, mine=mine, typed=typed, who=who, card=clash.card, words=words)
    )


def _in_place(response: Response) -> Response:
    """The page in the place of the one that is shown, where a script asked for it."""
    response.headers.update({"hx-retarget": "#desk", "hx-reselect": "#desk", "hx-reswap": "outerHTML"})
    return response


async def _found(request: Request, key: str, text: str) -> list[Finding]:
    known, texts = await _known(request), await console_of(request).record.aread(published.texts)
    return await asyncio.to_thread(found_in_text, key, text, known, texts)


async def _known(request: Request) -> Known:
    console = console_of(request)
    return await desk_of(request).library.known(console.record, console.clock().astimezone(console.service.zone).date())


def _preview(there: Opened, data: Any, shown: View, chosen: Look) -> dict[str, Any]:
    assert there.shape is not None
    seen = preview.seen(there.shape, data, shown.card, chosen)
    return {"view": shown, "look": chosen, "bands": preview.BANDS, "seen": seen, "key": there.draft.key}
