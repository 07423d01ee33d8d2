"""The training messages: all files, the list of a draft, and the form of one message."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.desk.drafting import drafts
from bot.desk.drafting.drafts import Draft
from bot.desk.editing.forms import Given, clean
from bot.desk.editing.shapes import spoken
from bot.desk.examples import messages, views
from bot.desk.examples.messages import Labels, Message, Wrong
from bot.desk.examples.views import SUBJECTS, Wanted
from bot.desk.library.catalogue import shipped
from bot.desk.routes.reading import console_of, given_of, keep, open_draft
from bot.desk.state import desk_of
from content.editorial.taxonomy import Taxonomy
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import Problem
from escalation.record import published
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Reader = Annotated[SignedIn, Depends(Gate("see_desk"))]
Editor = Annotated[SignedIn, Depends(Gate("edit_content"))]
LONGEST = 100
"""Characters of what somebody looks for."""
GONE = "somebody changed this message or took it out meanwhile: look at the list again"


@router.get("/desk/examples")
async def show_files(request: Request, me: Reader) -> Response:
    read = console_of(request).record.aread
    texts, opened = await read(lambda tx: (published.texts(tx), {draft.key for draft in drafts.all_open(tx)}))
    groups = await asyncio.to_thread(lambda: list(views.files(shipped(), texts, opened)))
    return page(request, "examples_files.html", me, groups=groups)


@router.get("/desk/drafts/{draft_id}/examples")
async def show_list(request: Request, draft_id: str, me: Editor, q: str = "", level: str = "", ours: str = "", at: int = 1) -> Response:
    draft, there = await _opened(request, draft_id)
    wanted = Wanted(q.strip()[:LONGEST], level if level in views.LEVELS else "", bool(ours))
    shown = views.listed(there, wanted, at)
    title, to_page = views.title_of(draft.key), partial(_to_page, wanted)
    return page(
        request, "examples_list.html", me, draft=draft, title=title, shown=shown, wanted=wanted, levels=views.SHORT, to_page=to_page
    )


@router.get("/desk/drafts/{draft_id}/examples/one")
async def show_one(request: Request, draft_id: str, me: Editor, text: str = "") -> Response:
    """The form of a message; of a further one without `text`."""
    draft, there = await _opened(request, draft_id)
    message = next((one for one in there if one.text == text), None)
    if text and message is None:
        raise Problem(404, GONE)
    return await _form(request, me, draft, text, text, message.labels if message else _usual(draft.key, there))


@router.post("/desk/drafts/{draft_id}/examples/one")
async def save(request: Request, draft_id: str, me: Editor) -> Response:
    given = await given_of(request)
    known = await _taxonomy(request)
    labels = _labels(given, known)
    was, said = given.get("was", ""), " ".join(clean(given.get("said", "")).split())

    def made(draft: Draft) -> tuple[str, None]:
        _there(draft)
        if given.get("do") == "remove":
            return messages.without_message(draft.text, was), None
        return messages.with_changed(draft.text, was, said, labels) if was else messages.with_message(draft.text, said, labels), None

    try:
        await keep(request, draft_id, me, made)
    except KeyError:
        raise Problem(409, GONE) from None
    except Wrong as wrong:
        draft, _ = await _opened(request, draft_id)
        return await _form(request, me, draft, was, said, labels, str(wrong))
    return redirect(request, f"/desk/drafts/{draft_id}/examples")


async def _form(request: Request, me: SignedIn, draft: Draft, was: str, said: str, labels: Labels, wrong: str = "") -> Response:
    known = await _taxonomy(request)
    return page(
        request,
        "examples_one.html",
        me,
        422 if wrong else 200,
        draft=draft,
        title=views.title_of(draft.key),
        was=was,
        said=said,
        now_labels=labels,
        wrong=wrong,
        topics=known.topics,
        kinds=list(known.risk_categories),
        levels=views.LEVELS,
        subjects=SUBJECTS,
        fixed="/disclosures/" not in draft.key,
        spoken=spoken,
    )


async def _opened(request: Request, draft_id: str) -> tuple[Draft, list[Message]]:
    draft = await open_draft(request, draft_id)
    return draft, await asyncio.to_thread(_there, draft)


def _there(draft: Draft) -> list[Message]:
    """The messages in a draft. Raises `Problem` where it cannot be read as a list of them."""
    found = messages.messages_of(draft.text) if messages.is_examples(draft.key) else None
    if found is None:
        raise Problem(409, "this draft is edited as text: open it from its file")
    return found


def _labels(given: Given, known: Taxonomy) -> Labels:
    """What the form says of a message. Raises `Problem` for what no form offers."""
    topic, level, subject, kind = (given.get(name, "") for name in ("topic", "level", "subject", "category"))
    if topic not in known.theme_of or level not in known.levels or subject not in known.subjects:
        raise Problem(422, "choose topic, level and who it is about from the lists")
    main = [kind] if kind in known.risk_categories else []
    further = [one for one in given.get("further", "").split() if one in known.risk_categories and one != kind]
    return Labels(topic, level, tuple([*main, *further] if main else []), subject)


def _usual(key: str, there: list[Message]) -> Labels:
    """What most messages of a file say of themselves, of one about harm those that tell of it, to begin with."""
    harm = key.rpartition("/")[2].removesuffix(".yml")
    about = [one for one in there if harm in one.labels.categories] or there
    labels = Counter(replace(one.labels, writer=messages.WRITER) for one in about)
    return labels.most_common(1)[0][0] if labels else Labels("", "none", (), "self")


async def _taxonomy(request: Request) -> Taxonomy:
    console = console_of(request)
    known = await desk_of(request).library.known(console.record, console.clock().astimezone(console.service.zone).date())
    return known.shelf.taxonomy


def _to_page(wanted: Wanted, number: int) -> str:
    more: dict[str, Any] = {"q": wanted.words, "level": wanted.level, "at": number} | ({"ours": "yes"} if wanted.ours else {})
    return "?" + urlencode(more)
