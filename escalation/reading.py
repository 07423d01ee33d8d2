"""What a member of staff may see of a case, no more and no less. Every read is logged (S72)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from escalation.agreements import agreed
from escalation.beside import Beside, beside
from escalation.case import WITH_PEOPLE, Adult, NotPossible, Stage
from escalation.consent import ON_DUTY, Kind, Scope, Shared
from escalation.context import Service
from escalation.next_step import NextStep
from escalation.record import audit, duty, messages, people
from escalation.record.messages import Line
from escalation.record.store import Tx
from escalation.record.tables import AgreementRow, CaseRow, InboxRow, Person, Staff
from nlu.understanding import Level


@dataclass(frozen=True, slots=True)
class Observed:
    """One observed sign, as the console shows it: why it counts, and where it stands in the message that raised the case."""

    why: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CaseReading:
    """A case as one member of staff may see it. What they may not see is empty, not hidden by the page.

    `to_decide`: a flag on it waits for this person's decision. `earlier`: there are lines before these.
    """

    id: str
    stage: Stage
    level: Level
    basis: str
    scope: Scope | None
    override: bool
    opened_at: datetime
    waiting_since: datetime | None
    promised_at: datetime | None
    next_step: NextStep | None
    worker: Adult | None
    age_band: str
    categories: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    summary: str = ""
    raised_by: Line | None = None
    observed: tuple[Observed, ...] = ()
    lines: tuple[Line, ...] = ()
    earlier: bool = False
    yours: bool = False
    drill: bool = False
    to_decide: bool = False
    outcome: str | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry of the agreement ledger, with the very words under which it was made."""

    at: datetime
    kind: Kind
    scope: Scope | None
    wording: str
    expires_at: datetime | None
    recipient: str = ON_DUTY
    role: str = ""
    decided_by: str | None = None


def queue(tx: Tx, service: Service, staff: Staff, now: datetime) -> list[CaseReading]:
    """The cases that wait or are with an adult, for this member of staff: the most urgent first, then the longest waiting."""
    rows = tx.session.scalars(select(CaseRow).where(CaseRow.stage.in_(WITH_PEOPLE)))
    seen = _cards(tx, service, [case for case in rows if may_see(case, staff)], staff, now)
    return sorted(seen, key=lambda card: (card.stage != Stage.WAITING, -card.level, card.waiting_since or card.opened_at))


def waiting(tx: Tx, staff: Staff) -> list[CaseRow]:
    """The cases that wait and that this member of staff may see."""
    rows = tx.session.scalars(select(CaseRow).where(CaseRow.stage == Stage.WAITING))
    return [case for case in rows if may_see(case, staff)]


def flags_to_decide(tx: Tx, service: Service, staff: Staff, now: datetime) -> list[CaseReading]:
    """For the lead: refused or withdrawn urgent cases, and others that need a recorded decision; no words of theirs (S80)."""
    if staff.role != "lead":
        return []
    rows = tx.session.scalars(select(CaseRow).where(CaseRow.undecided).order_by(CaseRow.opened_at))
    return _cards(tx, service, [case for case in rows if may_see(case, staff)], staff, now)


def read_case(tx: Tx, service: Service, case_id: str, staff: Staff, now: datetime, newest: int = 400) -> CaseReading:
    """One case with the conversation as far as it was shared with this person, of that the `newest` lines.

    Logs the read. Raises `NotPossible`.
    """
    case = tx.session.get(CaseRow, case_id)
    if case is None or not may_see(case, staff):
        raise NotPossible("there is no such case, or it is not yours to see")
    audit.note(tx, "case_read", now, staff_id=staff.id, case_id=case.id)
    (card,) = _cards(tx, service, [case], staff, now)
    if staff.id not in (case.worker_id, case.watcher_id) and staff.role != "lead":
        return card
    lines = _lines(tx, case, staff, now, newest + 1)
    return replace(card, lines=tuple(lines[-newest:]), earlier=len(lines) > newest)


def ledger(tx: Tx, case_id: str) -> list[LedgerEntry]:
    """What was agreed, refused and withdrawn in a case, oldest first. For pages that have read the case with `read_case`."""
    rows = tx.session.scalars(select(AgreementRow).where(AgreementRow.case_id == case_id).order_by(AgreementRow.seq))
    return [_entry(tx, row) for row in rows]


def _entry(tx: Tx, row: AgreementRow) -> LedgerEntry:
    wording = tx.vault.open_for(people.person(tx, row.person_id), "agreements.wording", row.id, row.wording_sealed)
    return LedgerEntry(
        row.at,
        Kind(row.kind),
        Scope(row.scope) if row.scope else None,
        wording,
        row.expires_at,
        row.recipient,
        row.recipient_role,
        row.decided_by,
    )


class Guard(NamedTuple):
    """What of a case decides who may see it, where many are looked at and none is opened."""

    hidden_from: Collection[str]
    flags: Collection[str]
    worker_id: str | None
    stage: str


def may_see(case: CaseRow | Guard, staff: Staff) -> bool:
    """Whether a case exists for this person at all: not after "not this person", and only for leads where trust was abused, but for whoever
    had the conversation when that was told, until it has ended."""
    if staff.role not in ("worker", "lead") or staff.id in case.hidden_from:
        return False
    if staff.role == "lead" or "position_of_trust" not in case.flags:
        return True
    return case.worker_id == staff.id and case.stage != Stage.CLOSED


def _cards(tx: Tx, service: Service, some: Sequence[CaseRow], staff: Staff, now: datetime) -> list[CaseReading]:
    known = beside(tx, some, staff, now)
    return [_card(tx, service, case, known[case.id], staff) for case in some]


def _card(tx: Tx, service: Service, case: CaseRow, known: Beside, staff: Staff) -> CaseReading:
    shared = known.shared
    card = CaseReading(
        id=case.id,
        stage=Stage(case.stage),
        level=Level(case.level),
        basis=case.basis,
        scope=shared.scope,
        override=shared.override,
        opened_at=case.opened_at,
        waiting_since=case.waiting_since,
        promised_at=known.promised_at,
        next_step=known.next_step,
        worker=duty.adult(known.worker) if known.worker else None,
        age_band=known.person.age_band,
        yours=case.worker_id == staff.id,
        drill=case.drill,
        to_decide=staff.role == "lead" and case.undecided,
        outcome=case.outcome,
        closed_at=case.closed_at,
    )
    if sees_categories(case, shared, staff):
        about = seen_of(case, case.categories, shared, staff)
        card = replace(card, categories=about, reasons=_reasons(service, about), flags=seen_of(case, case.flags, shared, staff))
    if known.raised_by and (case.basis == "immediate" or shared.chat):
        card = _with_message(tx, known.person, known.raised_by, card)
    if shared.summary and case.summary_sealed:
        card = replace(card, summary=tx.vault.open_for(known.person, "cases.summary", case.id, case.summary_sealed))
    return card


def sees_categories(case: CaseRow, shared: Shared, staff: Staff) -> bool:
    """Whether what the case is about may be seen by this person: `shared` is what the ledger lets them see."""
    return case.basis == "immediate" or shared.chat or (staff.role == "lead" and case.undecided)


def seen_of(case: CaseRow, ids: Iterable[str], shared: Shared, staff: Staff) -> tuple[str, ...]:
    """Of these categories or flags of a case those that this person may see. An alert for a life at risk shows nothing that was noticed
    after a change of mind (S07), but what has to reach a lead does (S20, S83)."""
    if not sees_categories(case, shared, staff):
        return ()
    if shared.chat or (staff.role == "lead" and (case.undecided or "position_of_trust" in case.flags)):
        return tuple(ids)
    return tuple(id for id in ids if id not in case.withheld)


def _with_message(tx: Tx, someone: Person, row: InboxRow, card: CaseReading) -> CaseReading:
    line = Line(row.id, row.received_at, "young_person", row.kind, messages.body(tx, someone, row).get("text", ""), level=row.level)
    evidence = messages.understanding(tx, someone, row).get("evidence", ())
    observed = tuple(Observed(item["why"], item["start"], item["end"]) for item in evidence if item.get("message") is None)
    return replace(card, raised_by=line, observed=observed)


def _lines(tx: Tx, case: CaseRow, staff: Staff, now: datetime, limit: int) -> Sequence[Line]:
    """The conversation, as far as it was shared: all of it with `chat`, else what was said since the adult came.

    What was written after a change of mind, or after the case was closed, belongs to nobody but the young person (S07).
    """
    if not (chat := agreed(tx, case, now, staff.id).chat) and case.picked_up_at is None:
        return ()
    until = case.closed_at or (_paused_at(tx, case) if case.stage == Stage.PAUSED else now)
    since = None if chat else case.picked_up_at
    return messages.transcript(tx, people.person(tx, case.person_id), since=since, until=until, limit=limit, asides=False)


def _paused_at(tx: Tx, case: CaseRow) -> datetime:
    withdrawn = select(AgreementRow.at).where(AgreementRow.case_id == case.id, AgreementRow.kind == Kind.WITHDRAWN)
    since_the_adult_came = withdrawn.where(AgreementRow.at >= case.picked_up_at).order_by(AgreementRow.seq)
    return tx.session.scalars(since_the_adult_came.limit(1)).one()


def _reasons(service: Service, categories: Iterable[str]) -> tuple[str, ...]:
    crisis = service.library.crisis
    return tuple(crisis[category].reason if category in crisis else category for category in categories)
