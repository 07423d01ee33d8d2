"""Writing to a young person, and ending or handing back a conversation. What was typed always comes back on an error."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation import being_written, relay
from escalation.case import NotPossible
from escalation.console.pages import redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import answering, sentence
from escalation.console.routes.cases import Closing, Writing, case_page
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.relay import Held
from escalation.staff.sign_in import SignedIn, staff_of

router = APIRouter(route_class=GatedRoute)
Writer = Annotated[SignedIn, Depends(Gate("write_to_person"))]
Words = Annotated[str, Form()]


@router.post("/cases/{case_id}/say")
async def say(request: Request, case_id: str, me: Writer, text: Words = "", once: Words = "", confirmed: Words = "") -> Response:
    console: Console = request.app.state.console
    form = (me.staff_id, once)
    if once and form in console.sent:
        return redirect(request, f"/cases/{case_id}")
    console.sent.keep(form)
    console.drafts.keep((me.staff_id, case_id), text)
    try:
        held = await console.record.awrite(lambda tx: _say(tx, console, case_id, me, text, bool(confirmed)))
    except Exception as error:
        console.sent.pop(form, None)
        if not isinstance(error, NotPossible):
            raise
        return await case_page(request, me, case_id, Writing(text, wrong=sentence(str(error))), status=409)
    if held:
        return await case_page(request, me, case_id, Writing(text, held=held), status=422)
    console.drafts.pop((me.staff_id, case_id), None)
    return redirect(request, f"/cases/{case_id}")


@router.post("/cases/{case_id}/draft", status_code=204)
async def keep_draft(request: Request, case_id: str, me: Writer, text: Words = "") -> Response:
    console: Console = request.app.state.console
    if text:
        console.drafts.keep((me.staff_id, case_id), text)
    else:
        console.drafts.pop((me.staff_id, case_id), None)
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
            console.record.signals.publish(being_written.topic(person_id))
    return Response(status_code=204)


@router.post("/cases/{case_id}/close")
async def close(request: Request, case_id: str, me: Writer, outcome: Words = "", note: Words = "", safer: Words = "") -> Response:
    console: Console = request.app.state.console
    if outcome not in relay.OUTCOMES:
        closing = Closing(outcome, note, safer, "Choose how it ended.")
        return await case_page(request, me, case_id, _draft(console, me, case_id), closing, 422)
    try:
        await console.record.awrite(
            lambda tx: relay.close(tx, console.service, case_id, staff_of(tx, me), outcome, note, console.clock(), safer=safer)
        )
    except NotPossible as error:
        closing = Closing(outcome, note, safer, sentence(str(error)))
        return await case_page(request, me, case_id, _draft(console, me, case_id), closing, 409)
    console.drafts.pop((me.staff_id, case_id), None)
    return redirect(request, "/waiting")


@router.post("/cases/{case_id}/hand-back")
async def hand_back(request: Request, case_id: str, me: Writer) -> Response:
    console: Console = request.app.state.console
    with answering(409):
        await console.record.awrite(lambda tx: relay.hand_back(tx, console.service, case_id, staff_of(tx, me), console.clock()))
    return redirect(request, "/waiting")


def _say(tx: Tx, console: Console, case_id: str, me: SignedIn, text: str, confirmed: bool) -> tuple[str, ...]:
    """Send, or return why it was held. A hold is caught here, inside the transaction, since it is recorded too."""
    try:
        relay.say(tx, console.service, case_id, staff_of(tx, me), text, console.clock(), confirmed=confirmed)
    except Held as held:
        return held.reasons
    return ()


def _draft(console: Console, me: SignedIn, case_id: str) -> Writing:
    return Writing(console.drafts.get((me.staff_id, case_id), ""))
