"""Counting a month when it is over: what became of its cases, promises and feedback. Once, so that nobody can compare two counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, func, or_, select

from escalation.context import Service
from escalation.ending import feelings
from escalation.ending.ended import QUESTIONS, RATINGS
from escalation.insight.counting import Counts, add, month_of
from escalation.insight.waits import Wait, waits
from escalation.record.retention.policy import MISTAKEN
from escalation.record.store import Record, Tx
from escalation.record.tables import CaseEvent, CaseRow, Feedback, InsightCount, Person, PromiseRow
from nlu.understanding import Level

SETTLES_AFTER = timedelta(days=7)
"""How long after its end a month is counted: forms are filled in, and answers come, some days later."""
SETTLED = "settled"
NOT_SAID, NOT_WANTED, NOBODY, LONGER = "not_said", "not_wanted", "nobody", "longer"
BANDS = {"within_5": timedelta(minutes=5), "within_15": timedelta(minutes=15), "within_60": timedelta(hours=1)}
_AFTER = {number: said for said, number in feelings.AFTER.items()}
_RATED = {number: said for said, number in RATINGS.items()}

Counted = Iterator[tuple[str, str]]


def settle_all(record: Record, service: Service, now: datetime) -> None:
    """Count every month that is due for it, each in a transaction of its own."""
    for month in record.read(lambda tx: to_settle(tx, service, now)):
        record.write(lambda tx, month=month: settle(tx, service, month))  # type: ignore[misc]


def to_settle(tx: Tx, service: Service, now: datetime) -> list[date]:
    """The months that are over, within the time that figures are kept, and not counted yet; the oldest first."""
    month, done = _first(tx, service, now), settled(tx)
    found = []
    while month and _bounds(service, month)[1] + SETTLES_AFTER <= now:
        if month not in done:
            found.append(month)
        month += relativedelta(months=1)
    return found


def settled(tx: Tx) -> list[date]:
    """The months that are counted, the newest first."""
    counted = select(InsightCount.month).where(InsightCount.what == SETTLED)
    return list(tx.session.scalars(counted.order_by(InsightCount.month.desc())))


def settle(tx: Tx, service: Service, month: date) -> None:
    """Count what became of a month. Drills and mistaken flags are left out."""
    if month in settled(tx):
        return
    start, end = _bounds(service, month)
    real = CaseRow.drill.is_(False) & or_(CaseRow.outcome.is_(None), CaseRow.outcome != MISTAKEN)
    counts = Counts([(SETTLED, "yes")])
    counts.update(_cases(tx, real & (CaseRow.opened_at >= start) & (CaseRow.opened_at < end)))
    counts.update(_promises(tx, real & (PromiseRow.made_at >= start) & (PromiseRow.made_at < end)))
    counts.update(_feedback(tx, real & (Feedback.at >= start) & (Feedback.at < end)))
    add(tx, month, counts)


def _first(tx: Tx, service: Service, now: datetime) -> date | None:
    """The month of the first case or message that may still be counted."""
    opened = tx.session.scalar(select(func.min(CaseRow.opened_at)))
    heard = tx.session.scalar(select(func.min(InsightCount.month)))
    firsts = [month for month in (opened and month_of(opened, service.zone), heard) if month]
    kept = month_of(now - service.retention.insight.length, service.zone) + relativedelta(months=1)
    return max(min(firsts), kept) if firsts else None


def _cases(tx: Tx, chosen: ColumnElement[bool]) -> Counted:
    waited = waits(tx, CaseEvent.case_id.in_(select(CaseRow.id).where(chosen)))
    rows = select(CaseRow, Person.age_band, Person.area).join(Person, Person.id == CaseRow.person_id).where(chosen)
    for case, age_band, area in tx.session.execute(rows):
        yield "level", Level(case.level).id
        yield "age", age_band
        yield "area", area or NOT_SAID
        yield "human", _band(waited.get(case.id, []))
        yield "before", feelings.BEFORE.get(case.feeling_before or 0, NOT_SAID)
        yield "after", _AFTER.get(case.feeling_after or 0, NOT_SAID)
        yield from (("category", category) for category in case.categories)
        yield from (("context", context) for context in case.contexts)


def _band(waited: list[Wait]) -> str:
    """How long the first wait was."""
    if not waited:
        return NOT_WANTED
    length = waited[0].length
    if length is None:
        return NOBODY
    return next((band for band, longest in BANDS.items() if length <= longest), LONGER)


def _promises(tx: Tx, chosen: ColumnElement[bool]) -> Counted:
    kept = select(PromiseRow.kept_at, PromiseRow.broken_at).join(CaseRow, CaseRow.id == PromiseRow.case_id).where(chosen)
    for kept_at, broken_at in tx.session.execute(kept):
        if kept_at or broken_at:
            yield "promise", "kept" if kept_at else "broken"


def _feedback(tx: Tx, chosen: ColumnElement[bool]) -> Counted:
    for row in tx.session.scalars(select(Feedback).join(CaseRow, CaseRow.id == Feedback.case_id).where(chosen)):
        yield from ((question, _RATED.get(getattr(row, question) or 0, NOT_SAID)) for question in QUESTIONS)


def _bounds(service: Service, month: date) -> tuple[datetime, datetime]:
    """When a month begins and when it is over, where the service is."""
    first, after = (datetime.combine(day, time(), service.zone) for day in (month, month + relativedelta(months=1)))
    return first.astimezone(UTC), after.astimezone(UTC)
