"""What the set-up page shows and does, in the record."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from escalation.context import Service
from escalation.operating import Kept
from escalation.record import audit, duty
from escalation.record.store import Tx
from escalation.record.tables import Shift, Staff
from escalation.rota import gaps, shifts
from escalation.rota.proposal import QUARTER, Proposed, propose
from escalation.rota.spans import Span
from escalation.staff import accounts
from escalation.staff.accounts import Invite

STEPS = ("organisation", "team", "rota", "telegram", "out_of_hours", "helplines", "drill")
"""The checks by which a step is done, in the order of the page."""

BEFORE_YOUNG_PEOPLE = ("signed", "retention", "address", "alerts", "heartbeat", "intents")
LOOKED_AT = STEPS + BEFORE_YOUNG_PEOPLE

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to be invited, with the last days of their vetting and training."""

    name: str
    role: str
    email: str
    telegram_id: str
    vetted_until: datetime | None
    trained_until: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a step answers to its form: what is wrong with it, or what came of it."""

    step: str = ""
    wrong: str = ""
    invited: str = ""
    link: str = ""
    bot_name: str = ""
    token: str = ""
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """The people so far, the week that is proposed, with names, and for how much of it nobody is left."""

    people: list[Staff]
    proposed: list[Proposed]
    names: dict[str, str]
    left_open: timedelta


def read(tx: Tx, service: Service, now: datetime) -> Shown:
    """What the page shows."""
    people = [row for row in accounts.everyone(tx) if row.closed_at is None]
    missing = _missing(tx, service, now)
    proposed = _proposal(tx, missing, now)
    return Shown(people, proposed, {row.id: row.name for row in people}, _length(missing) - _length([one.span for one in proposed]))


def add_person(tx: Tx, service: Service, somebody: NewPerson, by: str, now: datetime) -> Invite:
    """Invite somebody and write down their dates, in one. Raises `AccountError`."""
    made = accounts.add_staff(tx, somebody.name, somebody.role, now, email=somebody.email, telegram_id=somebody.telegram_id)
    if somebody.vetted_until or somebody.trained_until:
        accounts.record_dates(tx, service, made.staff_id, by, somebody.vetted_until, somebody.trained_until, now)
    return made


def plan_week(tx: Tx, service: Service, by: str, now: datetime) -> None:
    """Put the proposed shifts on the rota."""
    rows = {row.id: row for row in duty.on_the_rota(tx)}
    for one in _proposal(tx, _missing(tx, service, now), now):
        shifts.add(tx, service, rows[one.staff_id], one.span, False, now, by=by)
        if one.backup:
            shifts.add(tx, service, rows[one.backup], one.span, True, now, by=by)


def note_kept(tx: Tx, by: str, now: datetime) -> None:
    """Somebody changed settings of the program."""
    audit.note(tx, "settings_kept", now, staff_id=by)


def _missing(tx: Tx, service: Service, now: datetime) -> list[Span]:
    """The times inside opening hours of the next seven days for which nobody is on the rota, from the next quarter of an hour on."""
    begins = now.replace(minute=0, second=0, microsecond=0) + QUARTER * (now.minute // 15 + 1)
    return gaps.inside(tx, service, Span(begins, begins + WEEK))


def _proposal(tx: Tx, missing: list[Span], now: datetime) -> list[Proposed]:
    fit = [
        row for row in duty.on_the_rota(tx) if duty.may_serve(row, now + WEEK + QUARTER) and not duty.absences(tx, [row.id], now)[row.id]
    ]
    planned: dict[str, list[Span]] = defaultdict(list)
    for shift in tx.session.scalars(select(Shift).where(Shift.ends_at > now, Shift.starts_at < now + WEEK + QUARTER)):
        planned[shift.staff_id].append(Span(shift.starts_at, shift.ends_at))
    by_role = {role: [row.id for row in fit if row.role == role] for role in duty.ON_THE_ROTA}
    return propose(missing, by_role["worker"], by_role["lead"], planned)


def _length(spans: list[Span]) -> timedelta:
    return sum((span.ends_at - span.starts_at for span in spans), timedelta())
