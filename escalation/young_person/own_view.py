"""What the record can tell a young person about themselves: in plain words, without what staff wrote and why they decided (S73).

An agreement that was overridden shows only where they were told of it (S04); a read shows who and when, never for what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from escalation import cases
from escalation.case import WITH_PEOPLE, Adult, Stage
from escalation.consent import Kind
from escalation.context import Service
from escalation.record import duty, members, people
from escalation.record.store import Tx
from escalation.record.tables import AgreementRow, AuditRow, CaseEvent, CaseRow, Concern, InboxRow, OutboxRow, Person, Staff
from escalation.sharing.override import OUTSIDE
from escalation.words import day_and_time, message
from escalation.young_person import clearing, erasing

READS = ("case_read", "case_shown", "call_back_read", "concern_read", "account_released")
"""What counts as somebody looking, in the audit."""
MOST_LINES = 8
"""Lines of one answer in the chat: the newest."""

# Put together once: each message of somebody who had a case asks for it.
_PICKED_UP = (
    select(CaseEvent.staff_id)
    .join(CaseRow, CaseRow.id == CaseEvent.case_id)
    .where(CaseRow.person_id == bindparam("person_id"), CaseEvent.event == "picked_up", CaseEvent.staff_id.is_not(None))
    .order_by(CaseEvent.seq.desc())
)


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody of the staff who looked, and when last on that day."""

    adult: Adult
    at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class _Telling:
    """Fills in the words for one person."""

    tx: Tx
    service: Service
    someone: Person
    now: datetime

    def words(self, id: str, **fields: str) -> tuple[str, ...]:
        return message(self.service.library, id, self.someone.age_band, self.someone.easy_read, **fields)

    def line(self, id: str, **fields: str) -> str:
        return self.words(id, **fields)[0]

    def day(self, at: datetime) -> str:
        return day_and_time(at, self.service)


def told(tx: Tx, service: Service, someone: Person, part: str, now: datetime) -> tuple[str, ...]:
    """The bubbles that answer one part: `held`, `readers`, `agreed` or `kept`. Raises `KeyError` for any other."""
    return _PARTS[part](_Telling(tx, service.speaking(someone.language, now), someone, now))


def looks(tx: Tx, service: Service, someone: Person) -> list[Look]:
    """Who looked at what is theirs, by person and day, the latest first."""
    theirs = or_(
        AuditRow.case_id.in_(select(CaseRow.id).where(CaseRow.person_id == someone.id)),
        AuditRow.subject_id.in_(select(Concern.id).where(Concern.person_id == someone.id)),
    )
    read = select(AuditRow).where(AuditRow.action.in_(READS), AuditRow.staff_id.is_not(None), theirs)
    rows = tx.session.scalars(read.order_by(AuditRow.seq))
    last: dict[tuple[str, object], datetime] = {}
    times: Counter[tuple[str, object]] = Counter()
    for row in rows:
        key = (row.staff_id or "", row.at.astimezone(service.zone).date())
        last[key], times[key] = row.at, times[key] + 1
    staff = {row.id: duty.adult(row) for row in tx.session.scalars(select(Staff))}
    found = [Look(staff[key[0]], at, times[key]) for key, at in last.items()]
    return sorted(found, key=lambda look: look.at, reverse=True)


def adults_met(tx: Tx, person_id: str) -> tuple[Adult, ...]:
    """The adults who picked up a conversation with this young person, the latest first."""
    ids = dict.fromkeys(tx.session.scalars(_PICKED_UP, {"person_id": person_id}))
    return tuple(duty.adult(staff) for staff_id in ids if (staff := members.by_id(tx, staff_id)))


def _held(to: _Telling) -> tuple[str, ...]:
    someone = to.someone
    heard, said = _count(to.tx, InboxRow, InboxRow.person_id == someone.id), _count(to.tx, OutboxRow, OutboxRow.person_id == someone.id)
    area = to.service.library.directories.get(someone.area or "")
    known = to.words(
        "own_view.held",
        heard=str(heard),
        said=str(said),
        age=to.line(f"own_view.age_{someone.age_band}"),
        area=area.title if area else to.line("own_view.no_area"),
    )
    extra = [to.line(f"own_view.holds_{name}") for name, there in _also(someone).items() if there]
    extra.append(to.line("own_view.holds_person_code", code=people.code(to.tx, someone.id)))
    return (*known, "\n".join((to.line(_stands(to)), *extra)))


def _also(someone: Person) -> dict[str, bool]:
    return {
        "code_word": someone.code_word is not None,
        "return_code": someone.return_code is not None,
        "hours": someone.safe_from is not None,
    }


def _stands(to: _Telling) -> str:
    """How it stands with an adult."""
    case = cases.open_case(to.tx, to.someone.id)
    if case is not None and case.stage in WITH_PEOPLE:
        return "own_view.adult_waiting" if case.stage == Stage.WAITING else "own_view.adult_open"
    return "own_view.adult_before" if adults_met(to.tx, to.someone.id) else "own_view.adult_none"


def _readers(to: _Telling) -> tuple[str, ...]:
    found = looks(to.tx, to.service, to.someone)[:MOST_LINES]
    if not found:
        return to.words("own_view.nobody_read")
    lines = [to.line("own_view.read_line", adult=look.adult.first_name, job=look.adult.job, when=to.day(look.at)) for look in found]
    return (*to.words("own_view.read_intro"), "\n".join(lines))


def _agreed(to: _Telling) -> tuple[str, ...]:
    rows = to.tx.session.scalars(select(AgreementRow).where(AgreementRow.person_id == to.someone.id).order_by(AgreementRow.seq))
    lines = [to.line(f"own_view.{name}", when=to.day(row.at)) for row in rows if (name := _entry(to, row))][-MOST_LINES:]
    if not lines:
        return to.words("own_view.nothing_agreed")
    return (*to.words("own_view.agreed_intro"), "\n".join(lines))


def _entry(to: _Telling, row: AgreementRow) -> str | None:
    """The words for one entry of the ledger; `None` for a decision to share of which it was unsafe to tell them."""
    if row.kind == Kind.GIVEN:
        return "given_outside" if row.recipient_role == OUTSIDE else f"given_{row.scope}"
    told = to.tx.vault.open_for(to.someone, "agreements.wording", row.id, row.wording_sealed)
    return f"ledger_{row.kind}" if told else None


def _kept(to: _Telling) -> tuple[str, ...]:
    if not clearing.must_keep(to.tx, to.someone):
        return to.words("own_view.can_clear")
    reasons = {kept.why for kept in erasing.kept(to.tx, to.service, to.someone).values()}
    first = next((why for why in erasing.WORDS if why in reasons), None)
    if first is None:
        return to.words("own_view.kept_asked")
    return to.words("own_view.must_keep" if first == "duty" else erasing.WORDS[first])


def _count(tx: Tx, table: type[InboxRow] | type[OutboxRow], *which: object) -> int:
    return tx.session.scalar(select(func.count()).select_from(table).where(*which)) or 0  # type: ignore[arg-type]


_PARTS: dict[str, Callable[[_Telling], tuple[str, ...]]] = {"held": _held, "readers": _readers, "agreed": _agreed, "kept": _kept}
