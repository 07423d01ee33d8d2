"""When the time of each case and each concern is over, written on its row. What happens to a case takes it away again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Executable, func, select, true

from escalation.consent import Kind
from escalation.record.retention.policy import CaseFacts, CaseKind, RetentionPolicy
from escalation.record.retention.veil import PAST_ITS_TIME
from escalation.record.store import Record, Tx
from escalation.record.tables import Address, AgreementRow, CaseEvent, CaseRow, Concern, Person

S = TypeVar("S", bound=Executable)

AT_ONCE = 200
ABOUT_STAFF = "staff"
"""The kind of a concern about a member of staff."""


@dataclass(frozen=True, slots=True)
class CaseTime:
    """Which period a case is kept for, and when that is over (a hold is not looked at); `None`: it is open."""

    row: CaseRow
    kind: CaseKind
    expires_at: datetime | None


def stamp(record: Record, policy: RetentionPolicy) -> None:
    """Write down when everything is over by this policy, a few rows at a time, so that nobody has to wait for it."""
    changed = record.read(lambda tx: [time.row.id for time in times(tx, policy) if time.expires_at != time.row.expires_at])
    for start in range(0, len(changed), AT_ONCE):
        some = changed[start : start + AT_ONCE]
        record.write(lambda tx, some=some: stamp_cases(tx, policy, some))  # type: ignore[misc]
    record.write(lambda tx: _stamp_concerns(tx, policy))


def stamp_cases(tx: Tx, policy: RetentionPolicy, case_ids: Collection[str]) -> None:
    """Write down when these cases are over, as they stand now."""
    for time in times(tx, policy, case_ids):
        time.row.expires_at = time.expires_at
    tx.session.flush()


def times(tx: Tx, policy: RetentionPolicy, case_ids: Collection[str] | None = None) -> list[CaseTime]:
    """The time of these cases, or of all; those that are over among them."""

    def these(column: Any) -> ColumnElement[bool]:
        return true() if case_ids is None else column.in_(case_ids)

    known = _known(tx, these)
    chosen = select(CaseRow, Person.age_band).join(Person, Person.id == CaseRow.person_id).where(these(CaseRow.id)).order_by(CaseRow.id)
    timed = []
    for row, age_band in tx.session.execute(everything(chosen)):
        facts = known.facts(row, age_band)
        timed.append(CaseTime(row, policy.kind(facts), policy.expires(facts)))
    return timed


@dataclass(frozen=True, slots=True)
class _Known:
    """What decides, of many cases at once: when something last happened in each, when each person last came, and how it went."""

    happened: dict[str, datetime]
    came: dict[str, datetime]
    met: frozenset[str]
    shared: frozenset[str]
    about_staff: frozenset[str]

    def facts(self, row: CaseRow, age_band: str) -> CaseFacts:
        return CaseFacts(
            stage=row.stage,
            outcome=row.outcome,
            categories=row.categories,
            flags=row.flags,
            age_band=row.age_band or age_band,
            drill=row.drill,
            undecided=row.undecided,
            adult_took_part=row.id in self.met,
            shared_without_agreement=row.id in self.shared,
            about_staff=row.id in self.about_staff,
            closed_at=row.closed_at,
            last_event_at=max(row.opened_at, self.happened.get(row.id, row.opened_at), self.came.get(row.person_id, row.opened_at)),
        )


def _known(tx: Tx, these: Callable[[Any], ColumnElement[bool]]) -> _Known:
    def found(column: Any, which: ColumnElement[bool]) -> frozenset[str]:
        return frozenset(tx.session.scalars(everything(select(column).where(which, these(column)))))

    happened = select(CaseEvent.case_id, func.max(CaseEvent.at)).where(these(CaseEvent.case_id)).group_by(CaseEvent.case_id)
    whose = select(CaseRow.person_id).where(these(CaseRow.id))
    came = select(Address.person_id, func.max(Address.last_used_at)).where(Address.person_id.in_(whose)).group_by(Address.person_id)
    return _Known(
        happened=dict(tx.session.execute(everything(happened)).all()),
        came=dict(tx.session.execute(everything(came)).all()),
        met=found(CaseEvent.case_id, CaseEvent.event == "picked_up"),
        shared=found(AgreementRow.case_id, AgreementRow.kind == Kind.OVERRIDE),
        about_staff=found(Concern.case_id, Concern.kind == ABOUT_STAFF),
    )


def everything(statement: S) -> S:
    """A statement that also sees what is past its time."""
    return statement.execution_options(**{PAST_ITS_TIME: True})


def _stamp_concerns(tx: Tx, policy: RetentionPolicy) -> None:
    for row in tx.session.scalars(everything(select(Concern).where(Concern.decided_at.is_not(None)))):
        row.expires_at = policy.concern_expires(row.kind == ABOUT_STAFF, row.decided_at)
