"""Writing to a young person, and ending or handing back a conversation. What was typed always comes back on an error."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlalchemy import select

from escalation import being_written, cases, relay
from escalation.case import NotPossible
from escalation.console.pages import redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import answering, sentence
from escalation.console.routes.cases import Closing, Writing, case_page
from escalation.console.state import Console
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import StaffUpdate
from escalation.relay import Held
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.work import drafts

router = APIRouter(route_class=GatedRoute)
Writer = Annotated[SignedIn, Depends(Gate("write_to_person"))]
Words = Annotated[str, Form()]


@router.post("/cases/{case_id}/say")
async def say(request: Request, case_id: str, me: Writer, text: Words = "", once: Words = "", confirmed: Words = "") -> Response:
    """Send, once for each form and its words. What is not sent stays in the box and is kept."""
    console: Console = request.app.state.console
    try:
        held = await console.record.awrite(lambda tx: _say(tx, console, case_id, me, text, once, confirmed=bool(confirmed)))
    except NotPossible as error:
        await _kept(console, me, case_id, text)
        return await case_page(request, me, case_id, Writing(text, wrong=sentence(str(error))), status=409)
    if held:
        return await case_page(request, me, case_id, Writing(text, held=held), status=422)
    return redirect(request, f"/cases/{case_id}")


@router.post("/cases/{case_id}/draft", status_code=204)
async def keep_draft(request: Request, case_id: str, me: Writer, text: Words = "", once: Words = "") -> Response:
    await _kept(request.app.state.console, me, case_id, text, once)
    return Response(status_code=204)


@router.post("/cases/{case_id}/typing", status_code=204)
async def typing(request: Request, case_id: str, me: Writer) -> Response:
    """This adult is writing. The young person sees that, and nothing of what is written."""
    console: Console = request.app.state.console
    if console.shows_typing(me.staff_id, case_id):
        person_id = await console.record.aread(
            lambda tx: being_written.by_adult(tx, console.service, case_id, staff_of(tx, me), console.clock())
        )
        if person_id is not None:
            console.record.tell(being_written.topic(person_id))
    return Response(status_code=204)


@router.post("/cases/{case_id}/close")
async def close(request: Request, case_id: str, me: Writer, outcome: Words = "", note: Words = "", safer: Words = "") -> Response:
    console: Console = request.app.state.console
    if outcome not in relay.OUTCOMES:
        closing = Closing(outcome, note, safer, "Choose how it ended.")
        return await case_page(request, me, case_id, closing=closing, status=422)
    try:
        await console.record.awrite(lambda tx: _close(tx, console, me, case_id, outcome, note, safer))
    except NotPossible as error:
        closing = Closing(outcome, note, safer, sentence(str(error)))
        return await case_page(request, me, case_id, closing=closing, status=409)
    return redirect(request, "/waiting")


@router.post("/cases/{case_id}/hand-back")
async def hand_back(request: Request, case_id: str, me: Writer) -> Response:
    console: Console = request.app.state.console
    with answering(409):
        await console.record.awrite(lambda tx: relay.hand_back(tx, console.service, case_id, staff_of(tx, me), console.clock()))
    return redirect(request, "/waiting")


def _say(tx: Tx, console: Console, case_id: str, me: SignedIn, text: str, once: str, *, confirmed: bool) -> tuple[str, ...]:
    """Send, or return why it was held. A hold is caught here, inside the transaction, since it is recorded too."""
    staff, now = staff_of(tx, me), console.clock()
    cases.locked(tx, case_id)
    form = _form(tx, me, once or new_id(), text)
    if _was_sent(tx, form):
        drafts.drop(tx, case_id, staff.id)
        return ()
    try:
        relay.say(tx, console.service, case_id, staff, text, now, confirmed=confirmed)
    except Held as held:
        drafts.keep(tx, case_id, staff, text, now)
        return held.reasons
    tx.session.add(StaffUpdate(id=new_id(), staff_id=staff.id, channel="console", external_id=form, kind="text", received_at=now))
    drafts.drop(tx, case_id, staff.id)
    return ()


def _form(tx: Tx, me: SignedIn, once: str, text: str) -> str:
    """A form with its words: sent again it is the same message, with other words a new one."""
    return tx.vault.pseudonym("console", me.staff_id, once, text)


def _was_sent(tx: Tx, form: str) -> bool:
    """Whether this form with its words went out before, also by a program that has ended since."""
    return tx.session.scalar(select(StaffUpdate.id).where(StaffUpdate.channel == "console", StaffUpdate.external_id == form)) is not None


def _close(tx: Tx, console: Console, me: SignedIn, case_id: str, outcome: str, note: str, safer: str) -> None:
    relay.close(tx, console.service, case_id, staff_of(tx, me), outcome, note, console.clock(), safer=safer)
    drafts.drop(tx, case_id, me.staff_id)


def _keep(tx: Tx, console: Console, me: SignedIn, case_id: str, text: str, once: str) -> None:
    """Keep what is in the box, unless it came late and was sent meanwhile."""
    if not _was_sent(tx, _form(tx, me, once, text)):
        drafts.keep(tx, case_id, staff_of(tx, me), text, console.clock())


async def _kept(console: Console, me: SignedIn, case_id: str, text: str, once: str = "") -> None:
    with suppress(NotPossible):
        await console.record.awrite(lambda tx: _keep(tx, console, me, case_id, text, once))
