"""Who is on duty. Pure: shifts in, names out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from escalation.case import Adult
from escalation.rota.spans import Span, common


@dataclass(frozen=True, slots=True)
class ShiftView:
    """One shift of somebody who may work it (account open, vetting and training current).

    `full`: whether they hold as many conversations now as they can.
    """

    adult: Adult
    starts_at: datetime
    ends_at: datetime
    backup: bool = False
    full: bool = False
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who could take a conversation now, in the order in which they are asked, and when somebody next will be there."""

    on_duty: tuple[Adult, ...] = ()
    backup: tuple[Adult, ...] = ()
    leads: tuple[Adult, ...] = ()
    next_start: datetime | None = None
    next_lead_start: datetime | None = None

    @property
    def somebody(self) -> bool:
        """Whether an adult is on duty. A lead who is not on the rota does not count as being there (S65)."""
        return bool(self.on_duty or self.backup)

    @property
    def first(self) -> Adult | None:
        """The adult a young person is told of."""
        return next(iter((*self.on_duty, *self.backup)), None)


def only_leads(now: Staffing) -> Staffing:
    """The staffing for a case in which somebody in a position of trust is named: it skips the ordinary rota (S83)."""
    here = tuple(adult for adult in (*now.on_duty, *now.backup) if adult.role == "lead")
    return Staffing(on_duty=here, leads=now.leads, next_start=now.next_lead_start, next_lead_start=now.next_lead_start)


def without(now: Staffing, staff_id: str) -> Staffing:
    """The same staffing without one person (S82)."""
    on_duty, backup, leads = (tuple(a for a in group if a.staff_id != staff_id) for group in (now.on_duty, now.backup, now.leads))
    return replace(now, on_duty=on_duty, backup=backup, leads=leads)


def asked_first(now: Staffing, staff_id: str) -> Staffing:
    """The same staffing with one person asked alone at first, and everybody else after them; as it was where they are not there."""
    everyone = (*now.on_duty, *now.backup)
    chosen = tuple(adult for adult in everyone if adult.staff_id == staff_id)
    return replace(now, on_duty=chosen, backup=tuple(adult for adult in everyone if adult not in chosen)) if chosen else now


def rather_others(now: Staffing, staff_ids: Iterable[str]) -> Staffing:
    """The same staffing without these people, as long as somebody else is there."""
    for staff_id in staff_ids:
        others = without(now, staff_id)
        now = replace(others, leads=now.leads) if others.somebody else now
    return now


def staffing(
    shifts: Iterable[ShiftView], leads: Iterable[Adult], now: datetime, hidden_from: Iterable[str] = (), language: str | None = None
) -> Staffing:
    """The staffing at `now`, without the people a young person said no to (S82).

    Whoever speaks their `language` comes first in each group, then who began first. Whoever holds as many conversations
    as they can comes after everybody else, the back-ups included.
    """
    hidden = frozenset(hidden_from)
    theirs = [shift for shift in shifts if shift.adult.staff_id not in hidden]
    ordered = sorted(theirs, key=lambda shift: (language not in shift.languages, shift.starts_at))
    current = [shift for shift in ordered if shift.starts_at <= now < shift.ends_at]
    on_duty, backup = _in_turn(current)
    coming = [shift for shift in ordered if shift.starts_at > now]
    return Staffing(
        on_duty=tuple(shift.adult for shift in on_duty),
        backup=tuple(shift.adult for shift in backup),
        leads=tuple(lead for lead in leads if lead.staff_id not in hidden),
        next_start=min((shift.starts_at for shift in coming), default=None),
        next_lead_start=min((shift.starts_at for shift in coming if shift.adult.role == "lead"), default=None),
    )


def during(shifts: Iterable[ShiftView], hours: Iterable[Span]) -> list[ShiftView]:
    """What of these shifts falls into `hours`: a shift may be cut short, cut in two, or fall out."""
    hours = list(hours)
    return [
        replace(shift, starts_at=part.starts_at, ends_at=part.ends_at)
        for shift in shifts
        for part in common([Span(shift.starts_at, shift.ends_at)], hours)
    ]


def weekly(first: Span, until: date, zone: ZoneInfo) -> list[Span]:
    """`first` and the same local times each week after it, as long as they begin by `until`, also across the clock change."""
    start, end = first.starts_at.astimezone(zone), first.ends_at.astimezone(zone)
    found = [first]
    while (start := start + timedelta(weeks=1)).date() <= until:
        end += timedelta(weeks=1)
        found.append(Span(start.astimezone(UTC), end.astimezone(UTC)))
    return found


def _in_turn(current: list[ShiftView]) -> tuple[list[ShiftView], list[ShiftView]]:
    """Who is asked first, and who after them: with room before full, and on duty before back-ups."""
    in_turn = sorted(current, key=_turn)
    first = [shift for shift in in_turn if _turn(shift) == _turn(in_turn[0])]
    return first, in_turn[len(first) :]


def _turn(shift: ShiftView) -> tuple[bool, bool]:
    return shift.full, shift.backup
