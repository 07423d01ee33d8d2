"""Who is on duty. Pure: shifts in, names out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from escalation.case import Adult


@dataclass(frozen=True, slots=True)
class ShiftView:
    """One shift of somebody who may work it (account open, vetting and training current)."""

    adult: Adult
    starts_at: datetime
    ends_at: datetime
    backup: bool = False


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


def rather_others(now: Staffing, staff_ids: Iterable[str]) -> Staffing:
    """The same staffing without these people, as long as somebody else is there."""
    for staff_id in staff_ids:
        others = without(now, staff_id)
        now = replace(others, leads=now.leads) if others.somebody else now
    return now


def staffing(shifts: Iterable[ShiftView], leads: Iterable[Adult], now: datetime, hidden_from: Iterable[str] = ()) -> Staffing:
    """The staffing at `now`, without the people a young person said no to (S82)."""
    hidden = frozenset(hidden_from)
    ordered = sorted((shift for shift in shifts if shift.adult.staff_id not in hidden), key=lambda shift: shift.starts_at)
    current = [shift for shift in ordered if shift.starts_at <= now < shift.ends_at]
    coming = [shift for shift in ordered if shift.starts_at > now]
    return Staffing(
        on_duty=tuple(shift.adult for shift in current if not shift.backup),
        backup=tuple(shift.adult for shift in current if shift.backup),
        leads=tuple(lead for lead in leads if lead.staff_id not in hidden),
        next_start=min((shift.starts_at for shift in coming), default=None),
        next_lead_start=min((shift.starts_at for shift in coming if shift.adult.role == "lead"), default=None),
    )
