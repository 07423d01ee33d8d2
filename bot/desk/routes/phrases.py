"""A draft of risk phrases as a list, and the form of one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.desk.drafting.drafts import Draft
from bot.desk.editing.forms import Given
from bot.desk.editing.text_edits import NotPlain
from bot.desk.library import catalogue
from bot.desk.phrases import noticed, putting, views
from bot.desk.phrases.fields import SHORT
from bot.desk.phrases.groups import Wrong, base_of, data_of, group_of, phrase_of, typed
from bot.desk.phrases.noticed import Book, Unreadable
from bot.desk.phrases.putting import Changed
from bot.desk.phrases.views import Form, Wanted
from bot.desk.routes.reading import console_of, given_of, keep, name_of, open_draft
from bot.desk.state import desk_of
from content.editorial.edition import Texts, text_of
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import Problem
from escalation.record import published
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Editor = Annotated[SignedIn, Depends(Gate("edit_content"))]
LONGEST = 100
"""Characters of what somebody looks for."""


@router.get("/desk/drafts/{draft_id}/phrases")
async def show_list(request: Request, draft_id: str, me: Editor, q: str = "", kind: str = "", at: int = 1) -> Response:
    draft, data = await _opened(request, draft_id)
    wanted = Wanted(q.strip()[:LONGEST], kind if kind in SHORT else "")
    book = await asyncio.to_thread(Book.in_force, await _texts(request))
    shown = await asyncio.to_thread(views.listed, data, wanted, at, book)
    return page(request, "phrases.html", me, **_about(draft, data), shown=shown, wanted=wanted, to_page=partial(_to_page, wanted))


@router.get("/desk/drafts/{draft_id}/phrases/one")
async def show_one(request: Request, draft_id: str, me: Editor, group: str = "", phrase: str = "") -> Response:
    """The form of a phrase; of a further one without `phrase`, and of a further group without `group`."""
    draft, data = await _opened(request, draft_id)
    there = group_of(data, group)
    if (group and there is None) or (phrase and phrase not in (there or {}).get("phrases", ())):
        raise Problem(404, "there is no such phrase any more: look at the list again")
    return await _form(request, me, draft, data, {"group": group, "was": phrase, "phrase": phrase, "stem": _stem(draft)})


@router.post("/desk/drafts/{draft_id}/phrases/one")
async def save(request: Request, draft_id: str, me: Editor) -> Response:
    given = await given_of(request)
    try:
        draft, _ = await keep(request, draft_id, me, lambda draft: (putting.applied(draft, {**given, "stem": _stem(draft)}), None))
    except NotPlain:
        raise Problem(409, "this draft is edited as text now: load the page again") from None
    except Wrong as wrong:
        draft, data = await _opened(request, draft_id)
        return await _form(request, me, draft, data, given, wrong=str(wrong))
    except Changed as changed:
        return await _form(request, me, changed.draft, changed.data, given, clash=True)
    return redirect(request, f"/desk/drafts/{draft.id}/phrases#{quote(given.get('group', ''))}")


@router.post("/desk/drafts/{draft_id}/phrases/look")
async def look(request: Request, draft_id: str, me: Editor) -> Response:
    """What is wrong with what is typed, and whether its own examples go as they should; nothing is stored."""
    _, data = await _opened(request, draft_id)
    given = await given_of(request)
    made, book = await _made(request, data, given), await asyncio.to_thread(Book.in_force, await _texts(request))
    found, own = await asyncio.to_thread(_tried, book, data, typed(data, given), phrase_of(given))
    return page(request, "phrase_looked.html", me, form=views.with_problems(made, found), own=own)


@router.post("/desk/drafts/{draft_id}/phrases/search")
async def search(request: Request, draft_id: str, me: Editor) -> Response:
    """What it finds among the training messages, against what is in force; nothing is stored."""
    draft, data = await _opened(request, draft_id)
    given = await given_of(request)
    texts = await _texts(request)
    book = await asyncio.to_thread(Book.in_force, texts)
    messages = await desk_of(request).messages.messages(book.forms, texts)
    found: noticed.Change | None = None
    with suppress(Unreadable):
        after = noticed.readable(typed(data, given))
        found = await asyncio.to_thread(noticed.change, book, messages, _before(texts, draft.key, after.id), after)
    return page(request, "phrase_found.html", me, change=found, of=len(messages))


def _tried(book: Book, data: Any, group: dict[str, Any], phrase: str) -> tuple[Mapping[str, list[str]], list[noticed.Own]]:
    """What is wrong with a group by field, and its examples as they go."""
    found = noticed.problems(group, phrase, needs_category=not data.get("category"))
    try:
        fit = noticed.readable(group)
        return found, noticed.own(noticed.compiled(book, fit), fit)
    except Unreadable as error:
        return error.found | found, []


def _before(texts: Texts, key: str, id: str) -> Any:
    """The group as it is in force; `None` where there is none that can be read."""
    data = data_of(key, text_of(texts, key) or "")
    group = group_of(data, id) if data else None
    with suppress(Unreadable):
        return noticed.readable(group) if group else None
    return None


async def _form(request: Request, me: SignedIn, draft: Draft, data: Any, given: Given, *, wrong: str = "", clash: bool = False) -> Response:
    made = await _made(request, data, {**given, "stem": _stem(draft)}, clash=clash)
    if wrong:
        made = views.with_problems(made, {"phrase": [wrong]})
    id = given.get("group", "")
    return page(
        request,
        "phrase.html",
        me,
        409 if clash else 422 if wrong else 200,
        **_about(draft, data),
        form=made,
        group=id,
        was=given.get("was", ""),
        base_of_group=base_of(data, id),
        who=await name_of(request, draft.changed_by) if clash else "",
    )


async def _made(request: Request, data: Any, given: Given, *, clash: bool = False) -> Form:
    """The form with what is typed."""
    console = console_of(request)
    known = await desk_of(request).library.known(console.record, console.clock().astimezone(console.service.zone).date())
    theirs = (group_of(data, given.get("group", "")) or {}) if clash else None
    return views.form(data, typed(data, given), phrase_of(given), tuple(known.shelf.taxonomy.risk_categories), theirs)


async def _opened(request: Request, draft_id: str) -> tuple[Draft, Any]:
    draft = await open_draft(request, draft_id)
    try:
        return draft, await asyncio.to_thread(putting.opened, draft)
    except NotPlain:
        raise Problem(409, "this draft is edited as text: open it from its file") from None


async def _texts(request: Request) -> Texts:
    return await console_of(request).record.aread(published.texts)


def _about(draft: Draft, data: Any) -> dict[str, Any]:
    return {"draft": draft, "title": catalogue.entry(draft.key, draft.text).title, "note": str(data.get("note", ""))}


def _stem(draft: Draft) -> str:
    return draft.key.rpartition("/")[2].removesuffix(".yml")


def _to_page(wanted: Wanted, number: int) -> str:
    return "?" + urlencode({"q": wanted.words, "kind": wanted.kind, "at": number})
