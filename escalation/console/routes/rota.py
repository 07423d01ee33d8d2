"""The rota: a week at a glance, with its gaps; shifts added, repeated and removed; the whole of it for other calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from escalation.console import rota_page
from escalation.console import week as when
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute, allowed
from escalation.console.problems import Problem, sentence
from escalation.console.state import Console
from escalation.console.week import WhenError
from escalation.record.duty import RotaError
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.rota import exchange, shifts
from escalation.rota.spans import Span
from escalation.staff.sign_in import SignedIn, staff_of

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
    until: str = ""
    wrong: str = ""
    left_out: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True)
class Changed:
    """The form for a shift that is on the rota, as it was filled in, and what is wrong with it."""

    shift_id: str = ""
    starts: str = ""
    ends: str = ""
    wrong: str = ""


@router.get("/rota")
async def show_rota(
    request: Request, me: Reader, week: str = "", shift: str = "", day: str = "", starts: str = "", ends: str = ""
) -> Response:
    """A week; with `shift`, what can be done about that one; with a day and two times, who could work then."""
    return await shown(request, me, week or day, Filled(day=day, starts=starts or "18:00", ends=ends or "22:00"), changed=Changed(shift))


@router.get("/rota.ics")
async def calendar_file(request: Request, me: Reader, mine: str = "") -> Response:
    console: Console = request.app.state.console
    staff_id = me.staff_id if mine else None
    data = await console.record.aread(lambda tx: exchange.export(tx, console.service, console.clock(), staff_id))
    headers = {"content-disposition": 'attachment; filename="rota.ics"', "cache-control": "no-store"}
    return Response(data, media_type="text/calendar; charset=utf-8", headers=headers)


@router.post("/rota")
async def add_shift(
    request: Request,
    me: Planner,
    who: Field = "",
    day: Field = "",
    starts: Field = "",
    ends: Field = "",
    backup: Field = "",
    until: Field = "",
) -> Response:
    console: Console = request.app.state.console
    filled = Filled(who, day, starts, ends, bool(backup), until)
    try:
        span, last = Span(*when.span(day, starts, ends, console.service.zone)), _last(until)
        added = await console.record.awrite(lambda tx: _add(tx, console, me, who, span, bool(backup), last))
    except (RotaError, WhenError) as error:
        return await shown(request, me, day, Filled(who, day, starts, ends, bool(backup), until, sentence(str(error))), 422)
    if added.left_out:
        return await shown(request, me, day, Filled(filled.who, left_out=added.left_out))
    return redirect(request, f"/rota?week={day}")


@router.post("/rota/{shift_id}/change")
async def change_shift(request: Request, shift_id: str, me: Planner, week: Field = "", starts: Field = "", ends: Field = "") -> Response:
    console: Console = request.app.state.console
    zone = console.service.zone
    try:
        span = Span(when.moment(starts, zone), when.moment(ends, zone))
        await console.record.awrite(lambda tx: shifts.change(tx, console.service, shift_id, span, staff_of(tx, me), console.clock()))
    except (RotaError, WhenError) as error:
        wrong = f"{sentence(str(error))} Nothing was changed."
        return await shown(request, me, week, Filled(), 409, changed=Changed(shift_id, starts, ends, wrong))
    return _back(request, week)


@router.post("/rota/{shift_id}/remove")
async def remove_shift(request: Request, shift_id: str, me: Planner, week: Field = "", later: Field = "") -> Response:
    console: Console = request.app.state.console
    try:
        await console.record.awrite(
            lambda tx: shifts.remove(tx, console.service, shift_id, me.staff_id, console.clock(), and_later=bool(later))
        )
    except RotaError as error:
        raise Problem(409, str(error)) from None
    return _back(request, week)


def _back(request: Request, week: str) -> Response:
    return redirect(request, f"/rota?week={week}" if date_in(week) else "/rota")


async def shown(request: Request, me: SignedIn, day: str, filled: Filled, status: int = 200, changed: Changed = Changed()) -> Response:
    """The page, for the week of `day`."""
    console: Console = request.app.state.console
    first = when.monday(date_in(day) or console.clock().astimezone(console.service.zone).date())
    read = await console.record.aread(lambda tx: rota_page.read(tx, console.service, me, first, console.clock()))
    gap = _gap(console, me, filled)
    can, why_not = await console.record.aread(lambda tx: rota_page.could_work(tx, read.people, gap)) if gap else ([], [])
    return page(
        request,
        "rota.html",
        me,
        status,
        shown=read,
        filled=filled,
        changed=changed,
        chosen=rota_page.chosen(read, changed.shift_id),
        gap=gap,
        can=can,
        why_not=why_not,
        step=timedelta(days=7),
    )


def _gap(console: Console, me: SignedIn, filled: Filled) -> Span | None:
    """The time that somebody is looked for, as an address names it."""
    if not (filled.day and allowed(me.role, "edit_rota")) or filled.wrong:
        return None
    try:
        return Span(*when.span(filled.day, filled.starts, filled.ends, console.service.zone))
    except WhenError:
        return None


def date_in(text: str) -> date | None:
    """The day that a form or an address names, or `None` for nonsense."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _last(until: str) -> date | None:
    last = date_in(until)
    if until and last is None:
        raise WhenError("write the last day of the repeats in full, for example 21/11/2026")
    return last


def _add(tx: Tx, console: Console, me: SignedIn, staff_id: str, span: Span, backup: bool, until: date | None) -> shifts.Added:
    row = tx.session.get(Staff, staff_id)
    if row is None or row.closed_at:
        raise RotaError("choose who works this shift")
    service, now = console.service, console.clock()
    if until:
        return shifts.add_weekly(tx, service, row, span, until, backup, now, by=me.staff_id)
    return shifts.Added((shifts.add(tx, service, row, span, backup, now, by=me.staff_id),))
