"""What a lead sees of the work as it is: who is there, how fast young people were answered, and who has had how much.

Nothing here is counted of a case that this lead may not see: a concern about them must not show by a number either (S63, S82).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import ceil

from sqlalchemy import CompoundSelect, select

from escalation import reading
from escalation.case import TALKING, Stage
from escalation.context import Service
from escalation.insight.waits import waits
from escalation.reading import CaseReading, Guard, may_see
from escalation.record import duty
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow, PromiseRow, Shift, Staff
from escalation.rota.spans import Span, without

LATELY = timedelta(days=30)
FOUR_WEEKS = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody on duty, or in a conversation. `shift_until` and `backup` are `None` off duty; `away_until`: stepped away or on holiday."""

    name: str
    shift_until: datetime | None
    backup: bool | None
    away_until: datetime | None
    may_serve: bool
    conversations: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Speed:
    """How long young people waited for an adult in a stretch of time, and what became of promises made in it."""

    picked_up: int
    median: timedelta | None
    nine_in_ten: timedelta | None
    kept: int
    broken: int

    @property
    def share(self) -> float | None:
        """Which share of the promises was kept, from 0 to 1."""
        over = self.kept + self.broken
        return self.kept / over if over else None


@dataclass(frozen=True, slots=True)
class Load:
    """What one member of staff has done in four weeks: hours on duty, and cases picked up."""

    staff_id: str
    name: str
    hours: float
    cases: int


@dataclass(frozen=True, slots=True)
class FloorNow:
    """Everything of the floor at one moment."""

    here: list[Here]
    waiting: list[CaseReading]
    today: Speed
    lately: Speed
    to_decide: list[CaseReading]
    loads: list[Load]


def floor_now(tx: Tx, service: Service, lead: Staff, now: datetime) -> FloorNow:
    """The floor as this lead may see it."""
    cards = reading.queue(tx, service, lead, now)
    midnight = datetime.combine(now.astimezone(service.zone).date(), time(), service.zone).astimezone(UTC)
    past = _Past.read(tx, lead, now - LATELY)
    return FloorNow(
        here=_here(tx, Counter(card.worker.staff_id for card in cards if card.worker and card.stage in TALKING), now),
        waiting=[card for card in cards if card.stage == Stage.WAITING],
        today=past.speed(midnight),
        lately=past.speed(now - LATELY),
        to_decide=reading.flags_to_decide(tx, service, lead, now),
        loads=_loads(tx, past.seen, Span(now - FOUR_WEEKS, now)),
    )


@dataclass(frozen=True, slots=True)
class _Past:
    """Of the cases that a lead may see and in which something of this happened: each wait that ended, as its length and its end, and
    each promise that is over, as when it was made and whether it was kept."""

    seen: set[str]
    waits: list[tuple[timedelta, datetime]]
    promises: list[tuple[datetime, bool]]

    @classmethod
    def read(cls, tx: Tx, lead: Staff, since: datetime) -> _Past:
        """From the record, from `since` on."""
        ended = select(CaseEvent.case_id).where(CaseEvent.event == "picked_up", CaseEvent.at >= since)
        promised = select(PromiseRow.case_id).where(PromiseRow.made_at >= since)
        seen = _seen(tx, lead, ended.union(promised))
        waited = waits(tx, CaseEvent.case_id.in_(ended))
        lengths = [(wait.until - wait.since, wait.until) for id, some in waited.items() if id in seen for wait in some if wait.until]
        made = select(PromiseRow.case_id, PromiseRow.made_at, PromiseRow.kept_at, PromiseRow.broken_at)
        rows = tx.session.execute(made.where(PromiseRow.made_at >= since))
        over = [(row.made_at, bool(row.kept_at)) for row in rows if row.case_id in seen and (row.kept_at or row.broken_at)]
        return cls(seen, lengths, over)

    def speed(self, since: datetime) -> Speed:
        """How fast it was from `since` on."""
        lengths = sorted(length for length, until in self.waits if until >= since)
        over = [kept for made_at, kept in self.promises if made_at >= since]
        return Speed(len(lengths), _quantile(lengths, 0.5), _quantile(lengths, 0.9), sum(over), len(over) - sum(over))


def _quantile(lengths: Sequence[timedelta], share: float) -> timedelta | None:
    """The shortest wait that at least this share of them did not exceed."""
    return lengths[ceil(share * len(lengths)) - 1] if lengths else None


def _here(tx: Tx, conversations: Counter[str], now: datetime) -> list[Here]:
    on_now = select(Shift, Staff).join(Staff, Staff.id == Shift.staff_id).where(Shift.starts_at <= now, Shift.ends_at > now)
    shifts = {who.id: shift for shift, who in tx.session.execute(on_now.order_by(Shift.backup.desc()))}
    people = select(Staff).where(Staff.id.in_({*shifts, *conversations}), Staff.closed_at.is_(None))
    holidays = duty.absences(tx, shifts, now)
    found = []
    for who in tx.session.scalars(people):
        shift = shifts.get(who.id)
        away = [span.ends_at for span in holidays[who.id] if span.starts_at <= now] + [at for at in (who.away_until,) if at and at > now]
        fit = duty.may_serve(who, now)
        until = shift.ends_at if shift else None
        backup = shift.backup if shift else None
        found.append(Here(who.name, until, backup, max(away, default=None), fit, conversations[who.id], who.capacity))
    return sorted(found, key=lambda one: (one.backup is None, one.backup or False, one.name))


def _loads(tx: Tx, seen: Collection[str], span: Span) -> list[Load]:
    """From the cases of these that were picked up in this span."""
    picked = select(CaseEvent.staff_id, CaseEvent.case_id).where(CaseEvent.event == "picked_up", CaseEvent.at >= span.starts_at)
    cases = Counter(who for who, case_id in set(tx.session.execute(picked)) if who and case_id in seen)
    hours = _hours(tx, span)
    people = duty.on_the_rota(tx)
    loads = [Load(row.id, row.name, hours[row.id], cases[row.id]) for row in people if hours[row.id] or cases[row.id]]
    return sorted(loads, key=lambda load: (-load.cases, -load.hours, load.name))


def _hours(tx: Tx, span: Span) -> defaultdict[str, float]:
    """Hours on duty, back-up included, holidays left out."""
    found: defaultdict[str, float] = defaultdict(float)
    shifts = list(tx.session.scalars(select(Shift).where(Shift.ends_at > span.starts_at, Shift.starts_at < span.ends_at)))
    holidays = duty.absences(tx, {row.staff_id for row in shifts}, span.starts_at)
    for row in shifts:
        worked = Span(max(row.starts_at, span.starts_at), min(row.ends_at, span.ends_at))
        found[row.staff_id] += sum(
            (part.ends_at - part.starts_at) / timedelta(hours=1) for part in without([worked], holidays[row.staff_id])
        )
    return found


def _seen(tx: Tx, lead: Staff, case_ids: CompoundSelect[str]) -> set[str]:
    """Which of these cases this lead may see; no drills."""
    looked_at = select(CaseRow.id, CaseRow.hidden_from, CaseRow.flags, CaseRow.worker_id, CaseRow.stage)
    rows = tx.session.execute(looked_at.where(CaseRow.id.in_(case_ids), CaseRow.drill.is_(False)))
    return {id for id, hidden_from, flags, worker_id, stage in rows if may_see(Guard(hidden_from, flags, worker_id, stage), lead)}
