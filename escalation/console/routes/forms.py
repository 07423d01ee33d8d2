"""What routes with a form share: it is carried out in one transaction, or comes back with what was typed and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.case import NotPossible
from escalation.console.filled import Filled
from escalation.console.pages import redirect
from escalation.console.permissions import Gate
from escalation.console.problems import sentence
from escalation.console.routes.cases import case_page
from escalation.console.state import Console
from escalation.context import Service
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.staff.sign_in import SignedIn, staff_of

Given = Mapping[str, str]
Version = Annotated[int, Form(ge=0, le=2**31 - 1)]
"""The number of a version, no larger than its column takes."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent: by whom, when, what stands in it, and what its address names."""

    tx: Tx
    service: Service
    staff: Staff
    now: datetime
    given: Given
    path: Given

    @property
    def case_id(self) -> str:
        """The case that the form is about."""
        return self.path["case_id"]

    def __getitem__(self, name: str) -> str:
        """What stands in a field; empty where it was not sent."""
        return self.given.get(name, "")


Do = Callable[[Sent], object]
Again = Callable[[Filled], Awaitable[Response]]
"""The page once more, with a form that could not be carried out."""


async def carried_out(request: Request, me: SignedIn, form: str, do: Do, to: str, again: Again) -> Response:
    """Do what the form named `form` asks for, then go on to the page `to`; where that is not possible, show the form again."""
    console: Console = request.app.state.console
    given, path = await given_in(request), request.path_params
    try:
        await console.record.awrite(lambda tx: do(Sent(tx, console.service, staff_of(tx, me), console.clock(), given, path)))
    except NotPossible as error:
        return await again(Filled(form, given, sentence(str(error))))
    return redirect(request, to)


def on_case(router: APIRouter, permission: str, address: str, form: str, do: Do, *, to: str = "") -> None:
    """Declare the route of one form of a case.

    `address` follows the case's own; `form` is its name on the page, in which `{}` names a part of the address; `to` is the
    part of the page to come back to.
    """

    async def carry_out(request: Request, case_id: str, me: SignedIn = Depends(Gate(permission))) -> Response:
        async def again(filled: Filled) -> Response:
            return await case_page(request, me, case_id, filled=filled, status=422)

        back = f"/cases/{case_id}{'#' if to else ''}{to}"
        return await carried_out(request, me, form.format(**request.path_params), do, back, again)

    router.add_api_route(f"/cases/{{case_id}}/{address}", carry_out, methods=["POST"])


async def given_in(request: Request) -> Given:
    """The fields of the form that was sent; of several with one name, all, separated by commas."""
    form = await request.form()
    return {name: ",".join(str(value) for value in form.getlist(name)) for name in form if name != "csrf"}
