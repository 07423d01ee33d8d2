"""What people on the rota do about their own time: swaps, stepping away, holidays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.console.pages import redirect
from escalation.console.permissions import Gate, GatedRoute, allowed
from escalation.console.problems import Problem
from escalation.console.routes.rota import date_in
from escalation.console.state import Console
from escalation.record.duty import RotaError
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.rota import shifts, swaps
from escalation.rota.spans import Span
from escalation.staff.sign_in import SignedIn, staff_of

router = APIRouter(route_class=GatedRoute)
Reader = Annotated[SignedIn, Depends(Gate("see_rota"))]
Worker = Annotated[SignedIn, Depends(Gate("work_shifts"))]
Field = Annotated[str, Form()]


@router.post("/rota/{shift_id}/swap")
async def ask_for_swap(request: Request, shift_id: str, me: Worker) -> Response:
    return await _done(request, me, lambda tx, console, row: swaps.ask(tx, console.service, shift_id, row, console.clock()))


@router.post("/rota/swaps/{swap_id}/take")
async def take_swap(request: Request, swap_id: str, me: Worker) -> Response:
    return await _done(request, me, lambda tx, console, row: swaps.take(tx, console.service, swap_id, row, console.clock()))


@router.post("/rota/swaps/{swap_id}/withdraw")
async def withdraw_swap(request: Request, swap_id: str, me: Worker) -> Response:
    return await _done(request, me, lambda tx, console, row: swaps.withdraw(tx, swap_id, row, console.clock()))


@router.post("/rota/away")
async def step_away(request: Request, me: Worker, minutes: Field = "") -> Response:
    def go(tx: Tx, console: Console, row: Staff) -> None:
        if not minutes.isdecimal() or len(minutes) > 3:
            raise RotaError("choose for how long you step away")
        shifts.step_away(tx, console.service, row, console.clock() + timedelta(minutes=int(minutes)), console.clock())

    return await _done(request, me, go)


@router.post("/rota/back")
async def come_back(request: Request, me: Worker) -> Response:
    return await _done(request, me, lambda tx, console, row: shifts.come_back(tx, console.service, row, console.clock()))


@router.post("/rota/holidays")
async def note_holiday(request: Request, me: Reader, who: Field = "", first: Field = "", last: Field = "") -> Response:
    """One's own holiday; who plans the rota may note anybody's."""

    def note(tx: Tx, console: Console, row: Staff) -> None:
        whose = tx.session.get(Staff, who) if allowed(me.role, "edit_rota") else row
        if whose is None or whose.closed_at:
            raise RotaError("choose whose holiday it is")
        shifts.note_holiday(tx, console.service, whose, _whole_days(console, first, last), row.id, console.clock())

    return await _done(request, me, note)


@router.post("/rota/holidays/{absence_id}/cancel")
async def cancel_holiday(request: Request, absence_id: str, me: Reader) -> Response:
    return await _done(request, me, lambda tx, console, row: shifts.cancel_holiday(tx, console.service, absence_id, row, console.clock()))


async def _done(request: Request, me: SignedIn, work: Callable[[Tx, Console, Staff], object]) -> Response:
    console: Console = request.app.state.console
    try:
        await console.record.awrite(lambda tx: work(tx, console, staff_of(tx, me)))
    except RotaError as error:
        raise Problem(409, str(error)) from None
    return redirect(request, "/rota")


def _whole_days(console: Console, first: str, last: str) -> Span:
    starts, ends = date_in(first), date_in(last)
    if starts is None or ends is None or ends == date.max:
        raise RotaError("write the first and the last day in full, for example 21/11/2026")
    zone = console.service.zone
    return Span(datetime.combine(starts, time(), zone), datetime.combine(ends + timedelta(days=1), time(), zone))
