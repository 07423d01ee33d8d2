"""Insight: what a month was like, as counts, for the partnership."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from escalation.console.insight_page import Insight, csv_rows, insight
from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import Problem
from escalation.console.state import Console
from escalation.insight import settling
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Reader = Annotated[SignedIn, Depends(Gate("see_insight"))]


@router.get("/insight")
async def show_latest(request: Request, me: Reader) -> Response:
    return await _show(request, me, None)


@router.get("/insight/{month}")
async def show_month(request: Request, month: str, me: Reader) -> Response:
    return await _show(request, me, _month(month))


@router.get("/insight/{month}/{figure}.csv")
async def download(request: Request, month: str, figure: str, me: Reader) -> Response:
    _, told = await _told(request, _month(month))
    rows = csv_rows(told, figure) if told else None
    if rows is None:
        raise Problem(404, "there is no such table")
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    name = f"{month}-{figure}.csv"
    return Response(text.getvalue(), media_type="text/csv", headers={"content-disposition": f'attachment; filename="{name}"'})


async def _show(request: Request, me: SignedIn, month: date | None) -> Response:
    months, told = await _told(request, month)
    return page(request, "insight.html", me, months=months, told=told)


async def _told(request: Request, month: date | None) -> tuple[list[date], Insight | None]:
    """The months that are counted, and what is told of this one, or of the latest."""
    console: Console = request.app.state.console

    def read(tx: Tx) -> tuple[list[date], Insight | None]:
        months = settling.settled(tx)
        if month is not None and month not in months:
            raise Problem(404, "this month is not counted (yet)")
        return months, insight(tx, console.service, month or months[0]) if months else None

    return await console.record.aread(read)


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise Problem(404, "there is no such month") from None
