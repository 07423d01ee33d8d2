"""Times inside opening hours for which nobody is on the rota: found, and warned of in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from escalation.alerts.team import notify
from escalation.context import Service
from escalation.record import duty
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import DueRow
from escalation.rota import opening
from escalation.rota.spans import Span, without
from escalation.words import clock

WARNED = "rota_gap"
"""Kind of the due rows that remember a warning; they are done from the start."""

NAMED = 5
ONE_DAY = timedelta(days=1)


def gaps_on(tx: Tx, service: Service, day: date) -> list[Span]:
    """The times of this local day at which somebody should be on duty and nobody is on the rota."""
    hours = opening.hours_of_a_day(service.opening, day, service.zone)
    if not hours:
        return []
    return without(hours, duty.covered(tx, hours[0].starts_at, hours[-1].ends_at))


def coming(tx: Tx, service: Service, span: Span) -> Iterator[Span]:
    """The gaps that touch this span, as long as they are. Hours over midnight belong to the day on which they begin."""
    first, last = (at.astimezone(service.zone).date() for at in (span.starts_at - ONE_DAY, span.ends_at))
    for number in range((last - first).days + 1):
        for gap in gaps_on(tx, service, first + timedelta(days=number)):
            if gap.starts_at <= span.ends_at and gap.ends_at > span.starts_at:
                yield gap


def inside(tx: Tx, service: Service, span: Span) -> list[Span]:
    """The parts of the gaps that are inside this span."""
    cut = (Span(max(gap.starts_at, span.starts_at), min(gap.ends_at, span.ends_at)) for gap in coming(tx, service, span))
    return [gap for gap in cut if gap.starts_at < gap.ends_at]


def unwarned(tx: Tx, service: Service, now: datetime) -> list[tuple[Span, int]]:
    """The gaps that are near and of which nobody was warned yet, each with how many hours ahead it is to be."""
    found: list[tuple[Span, int]] = []
    for hours in sorted(service.opening.warn_hours_ahead):
        known = [*_warned(tx, hours, now), *(gap for gap, _ in found)]
        found += [(gap, hours) for gap in coming(tx, service, Span(now, now + timedelta(hours=hours))) if without([gap], known)]
    return found


def warn(tx: Tx, service: Service, now: datetime) -> int:
    """Warn the leads of gaps that are near, once for each of the policy's times ahead. Returns how many gaps were new."""
    found = unwarned(tx, service, now)
    for gap, hours in found:
        _remember(tx, gap, hours, now)
    new = list(dict.fromkeys(gap for gap, _ in found))
    if new:
        leads = [row for row in duty.on_the_rota(tx) if row.role == "lead"]
        notify(tx, service, leads, "staff.rota_gaps", now, gaps=_named(service, new, now))
        tx.signal("rota:all")
    return len(new)


def _warned(tx: Tx, hours: int, now: datetime) -> list[Span]:
    rows = tx.session.scalars(select(DueRow).where(DueRow.kind == WARNED, DueRow.due_at > now - timedelta(days=2)))
    at = datetime.fromisoformat
    return [Span(at(row.detail["starts_at"]), at(row.detail["ends_at"])) for row in rows if row.detail["hours"] <= hours]


def _remember(tx: Tx, gap: Span, hours: int, now: datetime) -> None:
    detail = {"starts_at": gap.starts_at.isoformat(), "ends_at": gap.ends_at.isoformat(), "hours": hours}
    tx.session.add(DueRow(id=new_id(), kind=WARNED, due_at=gap.starts_at, detail=detail, created_at=now, done_at=now, result="done"))
    tx.session.flush()


def _named(service: Service, gaps: list[Span], now: datetime) -> str:
    named = [f"{clock(gap.starts_at, now, service)}, until {_end(gap, service)}" for gap in sorted(gaps)[:NAMED]]
    more = len(gaps) - len(named)
    return "; ".join(named) + (f"; and {more} more" if more > 0 else "")


def _end(gap: Span, service: Service) -> str:
    at = gap.ends_at.astimezone(service.zone)
    return "24:00" if at.time() == time() else f"{at:%H:%M}"
