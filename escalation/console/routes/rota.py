"""The rota: a week at a glance, with its gaps; shifts added and removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlalchemy import select

from escalation import accounts
from escalation.console import week
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import Problem, sentence
from escalation.console.state import Console
from escalation.console.week import Day, OnRota, WhenError
from escalation.record import audit, duty
from escalation.record.duty import RotaError
from escalation.record.store import Tx
from escalation.record.tables import Shift, Staff
from escalation.rota import Staffing
from escalation.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Reader = Annotated[SignedIn, Depends(Gate("see_rota"))]
Planner = Annotated[SignedIn, Depends(Gate("edit_rota"))]
Field = Annotated[str, Form()]


@dataclass(frozen=True)
class Filled:
    """The form for a new shift as it was filled in, and what is wrong with it."""

    who: str = ""
    day: str = ""
    starts: str = "18:00"
    ends: str = "22:00"
    backup: bool = False
    wrong: str = ""


@dataclass(frozen=True)
class Week:
    """What the page shows."""

    first: date
    days: list[Day]
    staffing: Staffing
    people: list[Staff]


@router.get("/rota")
async def show_rota(request: Request, me: Reader, week: str = "") -> Response:
    return await _rota_page(request, me, week, Filled())


@router.post("/rota")
async def add_shift(
    request: Request, me: Planner, who: Field = "", day: Field = "", starts: Field = "", ends: Field = "", backup: Field = ""
) -> Response:
    console: Console = request.app.state.console
    try:
        start, end = week.span(day, starts, ends, console.service.zone)
        await console.record.awrite(lambda tx: _add(tx, console, me, who, start, end, bool(backup)))
    except (RotaError, WhenError) as error:
        return await _rota_page(request, me, day, Filled(who, day, starts, ends, bool(backup), sentence(str(error))), 422)
    return redirect(request, f"/rota?week={day}")


@router.post("/rota/{shift_id}/remove")
async def remove_shift(request: Request, shift_id: str, me: Planner, week: Field = "") -> Response:
    console: Console = request.app.state.console
    try:
        await console.record.awrite(lambda tx: _remove(tx, console, me, shift_id))
    except RotaError as error:
        raise Problem(409, str(error)) from None
    return redirect(request, f"/rota?week={week}" if _date(week) else "/rota")


async def _rota_page(request: Request, me: SignedIn, day: str, filled: Filled, status: int = 200) -> Response:
    console: Console = request.app.state.console
    first = week.monday(_date(day) or console.clock().astimezone(console.service.zone).date())
    shown = await console.record.aread(lambda tx: _week(tx, console, first))
    return page(request, "rota.html", me, status, shown=shown, filled=filled, step=timedelta(days=7))


def _week(tx: Tx, console: Console, first: date) -> Week:
    zone, now = console.service.zone, console.clock()
    begins = datetime.combine(first, time(), zone)
    ends = datetime.combine(first + timedelta(days=7), time(), zone)
    rows = select(Shift, Staff).join(Staff, Staff.id == Shift.staff_id).where(Shift.starts_at < ends, Shift.ends_at > begins)
    shifts = [
        OnRota(shift.id, who.first_name, shift.starts_at, shift.ends_at, shift.backup, duty.may_serve(who, shift.starts_at))
        for shift, who in tx.session.execute(rows)
    ]
    people = [row for row in accounts.everyone(tx) if row.closed_at is None and row.role in ("worker", "lead")]
    return Week(first, week.days(first, shifts, zone), duty.staffing_now(tx, now), people)


def _add(tx: Tx, console: Console, me: SignedIn, staff_id: str, start: datetime, end: datetime, backup: bool) -> None:
    row = tx.session.get(Staff, staff_id)
    if row is None or row.closed_at:
        raise RotaError("choose who works this shift")
    shift = duty.add_shift(tx, row, start, end, backup)
    audit.note(tx, "shift_added", console.clock(), staff_id=me.staff_id, subject_id=shift.id)


def _remove(tx: Tx, console: Console, me: SignedIn, shift_id: str) -> None:
    duty.remove_shift(tx, shift_id)
    audit.note(tx, "shift_removed", console.clock(), staff_id=me.staff_id, subject_id=shift_id)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
