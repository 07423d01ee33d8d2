"""A referral: choosing what goes to somebody outside, leaving out other people's names, and the file or the page to print."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.case import TALKING, NotPossible
from escalation.console.filled import Filled
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import answering, sentence
from escalation.console.routes.forms import Given, given_in
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.sharing import redacting, referral, referral_agreement, referral_file
from escalation.sharing.redacting import Redacted
from escalation.sharing.referral import Draft, Part, Referral
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.work.case_work import working_on

router = APIRouter(route_class=GatedRoute)
Worker = Annotated[SignedIn, Depends(Gate("work_on_case"))]
MOST_OFFERED = 12
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Shown:
    """One part as the page shows it: without the names, whether it is chosen, and words in which a name may still stand."""

    part: Part
    text: Redacted
    chosen: bool
    look_at: list[str]


@dataclass(frozen=True, slots=True)
class Making:
    """A referral being made. `perhaps`: words that may be names, and whether they are ticked; `can_ask`: whether the young person can be
    asked in the chat now."""

    draft: Draft
    parts: dict[str, list[Shown]]
    names: tuple[str, ...]
    perhaps: list[tuple[str, bool]]
    places: int
    can_ask: bool
    asked: bool
    danger: bool


@router.get("/cases/{case_id}/referral")
async def choose(request: Request, case_id: str, me: Worker) -> Response:
    to = request.query_params.get("to", "")
    return await _referral_page(request, me, case_id, to, None, Filled())


@router.post("/cases/{case_id}/referral/ask")
async def ask(request: Request, case_id: str, me: Worker) -> Response:
    console: Console = request.app.state.console
    given, now = await given_in(request), console.clock()
    to, scope = given.get("to", ""), given.get("scope", "")
    try:
        await console.record.awrite(lambda tx: referral_agreement.ask_them(tx, console.service, case_id, staff_of(tx, me), to, scope, now))
    except NotPossible as error:
        return await _referral_page(request, me, case_id, to, None, Filled("ask", given, sentence(str(error))), 422)
    return redirect(request, f"/cases/{case_id}/referral?to={to}")


@router.post("/cases/{case_id}/referral")
async def make(request: Request, case_id: str, me: Worker) -> Response:
    """Look at it again, or make the Word file or the page to print."""
    given = await given_in(request)
    to, kind = given.get("to", ""), given.get("as", "")
    if kind not in ("word", "print"):
        return await _referral_page(request, me, case_id, to, given, Filled())
    try:
        return await _made(request, me, case_id, to, given, kind)
    except NotPossible as error:
        return await _referral_page(request, me, case_id, to, given, Filled("make", given, sentence(str(error))), 422)


async def _made(request: Request, me: SignedIn, case_id: str, to: str, given: Given, kind: str) -> Response:
    """The file or the page, once it is on the record that it was made."""
    console: Console = request.app.state.console
    service, now = console.service, console.clock()
    drafted = await console.record.awrite(lambda tx: referral.draft(tx, service, case_id, staff_of(tx, me), to, now))
    if given.get("looked", drafted.digest) != drafted.digest:
        raise NotPossible("what can go has changed since you looked: look at it again, and at the names in it")
    made = referral.made_of(service, drafted, _ids(given), _names(given), now)
    answer = await _word(console, made) if kind == "word" else _print(request, made)
    digest = hashlib.sha256(bytes(answer.body)).hexdigest()
    await console.record.awrite(lambda tx: referral.record(tx, service, case_id, staff_of(tx, me), to, made, kind, digest, now))
    return answer


async def _word(console: Console, made: Referral) -> Response:
    content = await asyncio.to_thread(referral_file.word, made, console.service.zone)
    named = {"content-disposition": f'attachment; filename="referral-{made.reference}.docx"'}
    return Response(content, media_type=WORD, headers=named)


def _print(request: Request, made: Referral) -> Response:
    console: Console = request.app.state.console
    facts = referral_file.facts(made, console.service.zone)
    return page(request, "referral_print.html", None, made=made, title=referral_file.title(made), facts=facts)


async def _referral_page(
    request: Request, me: SignedIn, case_id: str, to: str, given: Given | None, filled: Filled, status: int = 200
) -> Response:
    console: Console = request.app.state.console
    recipients = {id: one.staff for id, one in console.service.staff_policy.sharing.recipients.items()}
    with answering(404):
        making = await console.record.awrite(lambda tx: _making(tx, console, me, case_id, to if to in recipients else "", given))
    return page(
        request, "referral.html", me, status, making=making, case_id=case_id, to=to, recipients=recipients, filled=filled, given=given or {}
    )


def _making(tx: Tx, console: Console, me: SignedIn, case_id: str, to: str, given: Given | None) -> Making | None:
    """The page's contents; `None` before a recipient is chosen. Without a form yet, what was agreed to is chosen."""
    staff, service = staff_of(tx, me), console.service
    case = working_on(tx, case_id, staff)
    if not to:
        return None
    drafted = referral.draft(tx, service, case_id, staff, to, console.clock())
    names = _names(given or {})
    ids = {part.id for part in drafted.parts if part.agreed} if given is None else _ids(given)
    chosen = {part.id for part in drafted.chosen(ids)}
    parts: dict[str, list[Shown]] = {}
    for part in drafted.parts:
        parts.setdefault(part.section, []).append(_shown(part, names, part.id in chosen))
    ticked = _ticked(given or {})
    perhaps = redacting.perhaps_names((part.text for part in drafted.parts if part.free), names)[:MOST_OFFERED]
    return Making(
        draft=drafted,
        parts=parts,
        names=names,
        perhaps=[(name, True) for name in ticked] + [(name, False) for name in perhaps],
        places=sum(one.text.places for some in parts.values() for one in some if one.chosen),
        can_ask=case.stage in TALKING,
        asked=referral_agreement.waits_for_answer(tx, case),
        danger=referral_agreement.may_be_the_danger(service, case, to),
    )


def _shown(part: Part, names: tuple[str, ...], chosen: bool) -> Shown:
    text = redacting.redact(part.text, names)
    return Shown(part, text, chosen, redacting.still_there(text.text, names))


def _ids(given: Given) -> set[str]:
    return set(given.get("part", "").split(","))


def _ticked(given: Given) -> tuple[str, ...]:
    """The words that may be names and were ticked as such."""
    return redacting.names_in(given.get("name", ""))


def _names(given: Given) -> tuple[str, ...]:
    """The names that were typed, and those that were ticked."""
    return redacting.names_in("\n".join((given.get("names", ""), *_ticked(given))))
