"""What a draft means for the rest of the library, as it is saved: a part of its pages, which asks for it once somebody pauses."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.desk.drafting import drafts
from bot.desk.drafting.drafts import Draft
from bot.desk.editing.shapes import spoken
from bot.desk.library import catalogue
from bot.desk.routes.reading import console_of, tried
from bot.desk.state import desk_of
from content.editorial.edition import Texts, kind_of, text_of
from content.editorial.problems import Problem
from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.record import published
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Reader = Annotated[SignedIn, Depends(Gate("see_desk"))]
log = logging.getLogger(__name__)

MOST = 20
"""So many findings are told one by one."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as an editor reads it. `title`: of its file, empty where the list has none; `place`: which step or message, where it is one."""

    what: str
    to_do: str
    key: str
    title: str
    line: int
    place: str
    stops: bool


@router.get("/desk/drafts/{draft_id}/across")
async def look_across(request: Request, draft_id: str, me: Reader) -> Response:
    def read(tx: Tx) -> tuple[Draft, int, Texts]:
        return tried(lambda: drafts.find(tx, draft_id)), published.number(tx), published.texts(tx)

    draft, number, texts = await console_of(request).record.aread(read)
    text, failed = None if draft.retire else draft.text, False
    try:
        found = await desk_of(request).across.look(draft.id, number, texts, draft.key, text)
    except RuntimeError as error:
        log.warning("a draft was not looked at across the library: %s", error)
        found, failed = None, True
    if found is None and not failed:
        return Response(status_code=204)  # a later text of it is being looked at
    shown = [_told(one, texts) for one in found.all[:MOST]] if found else []
    return page(
        request,
        "desk_across.html",
        me,
        draft=draft,
        found=found,
        shown=shown,
        more=len(found.all) - len(shown) if found else 0,
    )


def _told(one: Problem, texts: Texts) -> Told:
    key, (head, found, rest) = one.file.as_posix(), one.what.partition(": ")
    in_a_turn = found and "/" in head and " " not in head
    what, place = (rest, spoken(head.rpartition("/")[2])) if in_a_turn else (one.what, "")
    text = text_of(texts, key)
    title = catalogue.entry(key, text).title if text is not None and kind_of(key) in catalogue.KINDS else ""
    return Told(_capital(what), _capital(one.to_do), key, title, one.line, place, one.severity == "error")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
