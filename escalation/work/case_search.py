"""Finding cases by what stands outside the sealed words: for a worker their own, now and before; for a lead all.

A case that nobody was told of is in no list (S01). What a case is about, and its area, find it only where that was shared
with whoever looks (S05). Nothing here reads what anybody wrote: it is encrypted, so nothing can search it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, String, and_, cast, literal, or_, select, tuple_, union

from escalation.agreements import agreed_in
from escalation.case import Stage
from escalation.consent import ON_DUTY, Kind, Scope
from escalation.context import Service
from escalation.reading import may_see, seen_of, sees_categories
from escalation.record.store import Tx
from escalation.record.tables import AgreementRow, CaseCategory, CaseEvent, CaseRow, Person, Staff
from escalation.record.times import UtcDateTime
from nlu.understanding import Level

PAGE = 25
HAD_IT = ("picked_up", "handed_back", "went_quiet")
"""The events that a member of staff is named in who had a case."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; what is empty does not narrow it. `opened_from` and `opened_to` are days, both included; `code` names a person."""

    stage: str = ""
    level: str = ""
    category: str = ""
    area: str = ""
    worker: str = ""
    opened_from: date | None = None
    opened_to: date | None = None
    held: bool = False
    referred: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ends: when its last case changed, and the id of that case."""

    changed_at: datetime
    id: str

    def __str__(self) -> str:
        return f"{self.changed_at.isoformat()}~{self.id}"

    @classmethod
    def of(cls, text: str) -> Position:
        """The position that was written like this. Raises `ValueError`."""
        at, _, id = text.partition("~")
        when = datetime.fromisoformat(at)
        if when.tzinfo is None:
            raise ValueError("a position needs a time zone")
        return cls(when, id)


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in a list. `about` is empty where it was not shared with whoever looks; `code` is for leads."""

    id: str
    stage: Stage
    level: Level
    age_band: str
    opened_at: datetime
    changed_at: datetime
    worker: str
    yours: bool
    about: tuple[str, ...]
    code: str
    held: bool
    referred: bool
    drill: bool
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of cases, and where the next one begins; `None` after the last."""

    cases: list[Listed]
    older: Position | None


def find(tx: Tx, service: Service, staff: Staff, search: Search, now: datetime, before: Position | None = None) -> Found:
    """The cases that fit, the one that changed last first, from `before` on."""
    kept: list[CaseRow] = []
    after = before or Position(now + timedelta(seconds=1), "")
    while len(kept) <= PAGE:
        some = list(tx.session.scalars(statement(service, staff, search, now, after)))
        kept += _seen(tx, staff, search, some, now)
        if len(some) <= PAGE:
            break
        after = Position(some[-1].changed_at, some[-1].id)
    page = kept[:PAGE]
    return Found(list(_listed(tx, service, staff, page, now)), Position(page[-1].changed_at, page[-1].id) if len(kept) > PAGE else None)


def statement(service: Service, staff: Staff, search: Search, now: datetime, after: Position) -> Select[CaseRow]:
    """The statement for at most one case more than a page holds."""
    position = tuple_(literal(after.changed_at, UtcDateTime()), literal(after.id))
    fitting = select(CaseRow).where(
        tuple_(CaseRow.changed_at, CaseRow.id) < position, _told_of(), *_conditions(service, staff, search, now)
    )
    return fitting.order_by(CaseRow.changed_at.desc(), CaseRow.id.desc()).limit(PAGE + 1)


def _told_of() -> ColumnElement[bool]:
    """Whether staff were ever told: it waited for one of them, or was flagged to the lead."""
    return or_(CaseRow.waiting_since.is_not(None), CaseRow.undecided, cast(CaseRow.flags, String).like('%"lead:%'))


def _conditions(service: Service, staff: Staff, search: Search, now: datetime) -> Iterator[ColumnElement[bool]]:
    whose = search.worker if staff.role == "lead" else staff.id
    if whose:
        yield CaseRow.id.in_(_had_by(whose))
    if search.stage:
        yield CaseRow.stage == search.stage
    if search.level:
        yield CaseRow.level == Level.of(search.level)
    if search.opened_from:
        yield CaseRow.opened_at >= _midnight(service, search.opened_from)
    if search.opened_to:
        yield CaseRow.opened_at < _midnight(service, search.opened_to + timedelta(days=1))
    if search.held:
        yield CaseRow.held_at.is_not(None)
    if search.referred:
        yield CaseRow.referred_at.is_not(None)
    if search.code:
        yield CaseRow.person_id.in_(select(Person.id).where(Person.code == search.code))
    if search.category:
        yield CaseRow.id.in_(select(CaseCategory.case_id).where(CaseCategory.category == search.category))
    if search.area:
        yield CaseRow.person_id.in_(select(Person.id).where(Person.area == search.area))
    if search.category or search.area:
        yield _may_be_shared(staff, now)


def _had_by(staff_id: str) -> Select[str]:
    """The cases that somebody has, had before, or is the second adult of."""
    now_theirs = select(CaseRow.id).where(CaseRow.worker_id == staff_id)
    second = select(CaseRow.id).where(CaseRow.watcher_id == staff_id)
    before = select(CaseEvent.case_id).where(CaseEvent.staff_id == staff_id, CaseEvent.event.in_(HAD_IT))
    return select(union(now_theirs, second, before).subquery().c[0])


def _may_be_shared(staff: Staff, now: datetime) -> ColumnElement[bool]:
    """Whether what a case is about may be known to this person; `_seen` reads the ledger in full."""
    given = and_(
        AgreementRow.kind == Kind.GIVEN,
        AgreementRow.scope == Scope.CHAT,
        or_(AgreementRow.expires_at.is_(None), AgreementRow.expires_at > now),
    )
    entry = select(AgreementRow.id).where(
        AgreementRow.case_id == CaseRow.id,
        AgreementRow.recipient.in_((ON_DUTY, staff.id)),
        or_(AgreementRow.kind == Kind.OVERRIDE, given),
    )
    return or_(CaseRow.basis == "immediate", CaseRow.undecided, entry.exists())


def _seen(tx: Tx, staff: Staff, search: Search, some: list[CaseRow], now: datetime) -> list[CaseRow]:
    """Those among these cases that exist for this person, and that they may know to be found by this search."""
    visible = [case for case in some if may_see(case, staff)]
    if not (search.category or search.area):
        return visible
    shared = agreed_in(tx, [case.id for case in visible], now, staff.id)
    told = [case for case in visible if sees_categories(case, shared[case.id], staff)]
    return [case for case in told if not search.category or seen_of(case, [search.category], shared[case.id], staff)]


def _listed(tx: Tx, service: Service, staff: Staff, page: list[CaseRow], now: datetime) -> Iterator[Listed]:
    shared = agreed_in(tx, [case.id for case in page], now, staff.id)
    people = {row.id: row for row in tx.session.scalars(select(Person).where(Person.id.in_({case.person_id for case in page})))}
    workers = {row.id: row for row in tx.session.scalars(select(Staff).where(Staff.id.in_({case.worker_id for case in page})))}
    crisis = service.library.crisis
    for case in page:
        told = seen_of(case, case.categories, shared[case.id], staff)
        someone, worker = people[case.person_id], workers.get(case.worker_id or "")
        yield Listed(
            id=case.id,
            stage=Stage(case.stage),
            level=Level(case.level),
            age_band=someone.age_band,
            opened_at=case.opened_at,
            changed_at=case.changed_at,
            worker=worker.first_name if worker else "",
            yours=case.worker_id == staff.id,
            about=tuple(crisis[one].reason if one in crisis else one for one in told),
            code=(someone.code or "") if staff.role == "lead" else "",
            held=case.held_at is not None,
            referred=case.referred_at is not None,
            drill=case.drill,
            outcome=case.outcome,
        )


def _midnight(service: Service, day: date) -> datetime:
    return datetime.combine(day, time(), service.zone).astimezone(UTC)
