"""What the routes of a case share: a form is carried out in one transaction, or comes back with what was typed and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import Request
from fastapi.responses import Response

from escalation.case import NotPossible
from escalation.console.filled import Filled
from escalation.console.pages import redirect
from escalation.console.problems import sentence
from escalation.console.routes.cases import Writing, case_page
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.staff.sign_in import SignedIn, staff_of

Given = Mapping[str, str]
Do = Callable[[Tx, Staff, Given], object]


async def carried_out(request: Request, me: SignedIn, case_id: str, form: str, do: Do, *, to: str = "") -> Response:
    """Do what the form named `form` asks for, then show the case again; `to` is the part of the page to come back to."""
    console: Console = request.app.state.console
    given = await given_in(request)
    try:
        await console.record.awrite(lambda tx: do(tx, staff_of(tx, me), given))
    except NotPossible as error:
        filled = Filled(form, given, sentence(str(error)))
        draft = Writing(console.drafts.get((me.staff_id, case_id), ""))
        return await case_page(request, me, case_id, draft, filled=filled, status=422)
    return redirect(request, f"/cases/{case_id}{'#' if to else ''}{to}")


async def given_in(request: Request) -> Given:
    """The fields of the form that was sent; of several with one name, all, separated by commas."""
    form = await request.form()
    return {name: ",".join(str(value) for value in form.getlist(name)) for name in form if name != "csrf"}
