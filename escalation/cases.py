"""What can happen to a case. Each function is one event: it changes rows in the caller's transaction and records who, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, select

from escalation import alerts, chain, promises
from escalation.agreements import Wording, agreed, enter, said_no
from escalation.case import OPEN, TALKING, CaseView, NotPossible, Stage, step
from escalation.consent import Kind, Scope
from escalation.context import Service
from escalation.phone import forgetting
from escalation.record import case_categories, duty, history, members, people
from escalation.record.ids import new_id
from escalation.record.retention.policy import NOT_OPEN
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Person, PromiseRow, Staff
from escalation.sharing import flags
from escalation.young_person import call_backs
from nlu.understanding import Level


@dataclass(frozen=True, slots=True)
class Noticed:
    """What made a case necessary: the risk, and the inbox row that raised it."""

    level: Level
    categories: tuple[str, ...]
    subject: str
    flags: frozenset[str]
    raised_by: str | None


# Put together once: each message asks for them.
_NEWEST = select(CaseRow).where(CaseRow.person_id == bindparam("person_id")).order_by(CaseRow.id.desc()).limit(1)
# As it is once nobody else changes it; meanwhile what points to it goes on being written.
_NEWEST_LOCKED = _NEWEST.with_for_update(key_share=True).execution_options(populate_existing=True)
_NEWEST_OPEN = _NEWEST.where(CaseRow.stage.in_(OPEN))
_cases = cast(Table, CaseRow.__table__)
_ANY = select(_cases.c.id).where(_cases.c.person_id == bindparam("person_id")).limit(1)
_PROMISED = select(PromiseRow.due_at).where(PromiseRow.case_id == bindparam("case_id")).order_by(PromiseRow.id.desc()).limit(1)


def open_case(tx: Tx, person_id: str) -> CaseRow | None:
    """The person's open case, if there is one; there is never more than one."""
    return tx.session.scalar(_NEWEST_OPEN, {"person_id": person_id}) if _has_any(tx, person_id) else None


def latest_case(tx: Tx, person_id: str, *, locked: bool = False) -> CaseRow | None:
    """The person's newest case, open or closed; `locked`: no adult changes it before this transaction ends."""
    return tx.session.scalar(_NEWEST_LOCKED if locked else _NEWEST, {"person_id": person_id}) if _has_any(tx, person_id) else None


def _has_any(tx: Tx, person_id: str) -> bool:
    """Whether it is worth to ask for a case as one that may be worked on, which takes several times as long: most people have none."""
    return bool(tx.session.new) or tx.session.connection().execute(_ANY, {"person_id": person_id}).first() is not None


def view(tx: Tx, case: CaseRow, now: datetime) -> CaseView:
    """What the dialogue may know of a case."""
    worker = members.by_id(tx, case.worker_id)
    return CaseView(
        id=case.id,
        stage=Stage(case.stage),
        level=Level(case.level),
        categories=tuple(case.categories),
        subject=case.subject,
        basis=case.basis,
        worker=duty.adult(worker) if worker else None,
        promised_at=tx.session.scalar(_PROMISED, {"case_id": case.id}),
        hidden_from=tuple(case.hidden_from),
        agreed=agreed(tx, case, now).scope is not None,
    )


def offer(tx: Tx, someone: Person, noticed: Noticed, now: datetime) -> CaseRow:
    """An adult was offered. A case is opened, or the open one steps up; nobody is told of it yet (S01)."""
    case = _ongoing(tx, someone.id, now)
    if case is None:
        case = _new(tx, someone, noticed, Stage.OFFERED, "agreement", now)
        history.record(tx, case, "offered", now, actor="bot")
    else:
        step_up(tx, case, noticed, now)
        if case.stage == Stage.REFUSED:
            _move(tx, case, Stage.OFFERED, "offered", now, actor="bot")
    return case


def raise_immediate(tx: Tx, service: Service, someone: Person, noticed: Noticed, now: datetime, *, hide_from: str | None = None) -> CaseRow:
    """A life may be at risk: the adult on duty is alerted at once, whatever was agreed or refused (S02).

    `hide_from`: whom it is about, of the staff; they are not alerted, and see nothing of it (S63).
    """
    case = _ongoing(tx, someone.id, now)
    if case is not None and hide_from and hide_from not in case.hidden_from:
        not_this_person(tx, case, hide_from, now)
    if case is None:
        case = _new(tx, someone, noticed, Stage.WAITING, "immediate", now)
        if hide_from and hide_from not in case.hidden_from:
            not_this_person(tx, case, hide_from, now)
        history.record(tx, case, "immediate", now, actor="bot")
        chain.begin(tx, service, case, now)
        return case
    was, had = case.level, case.basis
    only_leads_now = "position_of_trust" in noticed.flags and "position_of_trust" not in case.flags
    step_up(tx, case, noticed, now)
    case.basis, case.raised_by = "immediate", noticed.raised_by
    if case.stage in TALKING and case.worker_id:
        history.record(tx, case, "immediate", now, actor="bot")
        alerts.alert(tx, service, case, (case.worker_id,), now, "staff.immediate_in_chat")
    elif was < Level.IMMEDIATE or had != "immediate" or case.stage != Stage.WAITING or only_leads_now:
        _let_go(tx, case, now)
        _wait(tx, service, case, "immediate", now, actor="bot")
    return case


def agree(tx: Tx, service: Service, case: CaseRow, scope: Scope, wording: Wording, summary: str | None, now: datetime) -> None:
    """The young person said yes, to this scope and in these words. The case begins to wait for an adult."""
    someone = people.person(tx, case.person_id)
    expires = now + timedelta(days=service.policy.agreement_days)
    enter(tx, case, Kind.GIVEN, wording, now, scope=scope, expires_at=expires)
    case.summary_sealed = tx.vault.seal_for(someone, "cases.summary", case.id, summary) if summary else None
    if case.stage not in TALKING and not (case.stage == Stage.WAITING and promises.outstanding(tx, case, now)):
        _let_go(tx, case, now)
        _wait(tx, service, case, "agreed", now, actor="young_person")
    else:
        history.record(tx, case, "agreed", now, actor="young_person")
        tx.signal(f"case:{case.id}")
        tx.signal("queue:all")


def refuse(tx: Tx, service: Service, case: CaseRow, wording: Wording, now: datetime) -> None:
    """The young person said no. That is recorded and respected; a refused `urgent` is flagged to the lead without words (S80)."""
    enter(tx, case, Kind.REFUSED, wording, now)
    if case.stage == Stage.OFFERED:
        _move(tx, case, Stage.REFUSED, "refused", now, actor="young_person")
    else:
        history.record(tx, case, "refused", now, actor="young_person")
    if case.level >= Level.URGENT and case.basis != "immediate":
        flags.flag_lead(tx, service, case, "refused_urgent", now)


def withdraw(tx: Tx, service: Service, case: CaseRow, wording: Wording, now: datetime) -> None:
    """The young person changed their mind: sharing stops at once and the worker is told (S07).

    An immediate alert cannot be called back (S78): that case stays, paused, with the minimum.
    """
    enter(tx, case, Kind.WITHDRAWN, wording, now)
    told = (case.worker_id,) if case.worker_id else ()
    if case.basis == "immediate":
        to = Stage.PAUSED if case.stage in TALKING else Stage(case.stage)
    else:
        to = Stage.CLOSED if case.stage in (*TALKING, Stage.PAUSED, Stage.FOLLOW_UP) else Stage.REFUSED
        chain.stop(tx, case, now)
    if to != case.stage:
        _move(tx, case, to, "withdrawn", now, actor="young_person")
    else:
        history.record(tx, case, "withdrawn", now, actor="young_person")
        call_backs.drop(tx, case, now)
    if to is Stage.CLOSED:
        case.closed_at, case.outcome = now, "withdrawn"
    alerts.alert(tx, service, case, told, now, "staff.withdrawn")
    if case.level >= Level.URGENT and case.basis != "immediate":
        flags.flag_lead(tx, service, case, "withdrawn_urgent", now)


def not_this_person(tx: Tx, case: CaseRow, staff_id: str, now: datetime) -> None:
    """Hide the case from this member of staff for good; no reason is asked (S82)."""
    case.hidden_from = [*case.hidden_from, staff_id]
    history.record(tx, case, "hidden_from_one", now, actor="young_person")


def not_what_i_meant(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """The young person says the flag was a mistake. A human closes it, with a reason; the bot does not (S56)."""
    history.record(tx, case, "not_what_i_meant", now, actor="young_person")
    if case.stage in (Stage.WAITING, *TALKING) and case.worker_id:
        alerts.alert(tx, service, case, (case.worker_id,), now, "staff.not_meant")
    tx.signal(f"case:{case.id}")


def step_up(tx: Tx, case: CaseRow, noticed: Noticed, now: datetime) -> None:
    """Add what was noticed since. A level never falls by itself; a human steps it down.

    Of an immediate case staff read the message that raised it, agreed or not: what is told later is not put in its place (S01). What it
    is about is withheld from them after a no or a change of mind, until that is what puts a life at risk (S07).
    """
    more = [c for c in noticed.categories if c not in case.categories]
    flags = sorted(noticed.flags - set(case.flags))
    if noticed.level >= Level.IMMEDIATE:
        case.withheld = [one for one in case.withheld if one not in (*noticed.categories, *noticed.flags)]
    elif case.basis == "immediate" and (more or flags) and said_no(tx, case):
        case.withheld = [*case.withheld, *more, *flags]
    if noticed.level > case.level or more or flags:
        case.level = max(case.level, noticed.level)
        case.categories, case.flags = [*case.categories, *more], [*case.flags, *flags]
        if case.basis != "immediate":
            case.raised_by = noticed.raised_by or case.raised_by
        case_categories.note(tx, case)
        history.record(tx, case, "stepped_up", now, actor="bot", detail={"level": Level(case.level).id})
        tx.signal(f"case:{case.id}")


def move(tx: Tx, case: CaseRow, to: Stage, event: str, now: datetime, staff: Staff, detail: Any = None) -> None:
    """A member of staff moves a case on. Raises `NotPossible` where the life cycle has no such step."""
    _move(tx, case, to, event, now, actor="staff", staff_id=staff.id, detail=detail)


def wait_again(tx: Tx, service: Service, case: CaseRow, event: str, now: datetime, staff: Staff | None = None) -> None:
    """A case goes back to the queue and its chain starts anew."""
    _let_go(tx, case, now)
    actor = "staff" if staff else "system"
    _wait(tx, service, case, event, now, actor=actor, staff_id=staff.id if staff else None)


def follow_up_over(tx: Tx, case: CaseRow, event: str, now: datetime, actor: str = "bot") -> None:
    """Nothing more is to come after the end of a case. Does nothing to a case in another stage."""
    if case.stage == Stage.FOLLOW_UP:
        _move(tx, case, Stage.CLOSED, event, now, actor=actor)


def grown_up(tx: Tx, someone: Person) -> None:
    """They say that they are 18 or older: what they told before is kept as the case of somebody as young as they were then (S70).

    Where no age was said, an open case is of the one they say now.
    """
    for case in tx.session.scalars(select(CaseRow).where(CaseRow.person_id == someone.id, CaseRow.age_band.is_(None))):
        if someone.age_band != "unknown" or case.stage in NOT_OPEN:
            case.age_band = someone.age_band


def locked(tx: Tx, case_id: str) -> CaseRow:
    """The case, locked for this transaction. Raises `NotPossible` when there is none."""
    # What was read before the lock may have changed while it was waited for.
    asked = select(CaseRow).where(CaseRow.id == case_id).with_for_update().execution_options(populate_existing=True)
    case = tx.session.scalar(asked)
    if case is None:
        raise NotPossible("there is no such case")
    return case


def _ongoing(tx: Tx, person_id: str, now: datetime) -> CaseRow | None:
    """The open case that something new belongs to. A follow-up is over then: what was agreed in it shares nothing told now (S01)."""
    case = open_case(tx, person_id)
    if case is not None and case.stage == Stage.FOLLOW_UP:
        follow_up_over(tx, case, "something_new", now)
        return None
    return case


def _new(tx: Tx, someone: Person, noticed: Noticed, stage: Stage, basis: str, now: datetime) -> CaseRow:
    case = CaseRow(
        id=new_id(),
        person_id=someone.id,
        stage=stage,
        level=noticed.level,
        categories=list(noticed.categories),
        subject=noticed.subject,
        flags=sorted(noticed.flags),
        basis=basis,
        raised_by=noticed.raised_by,
        chain={},
        hidden_from=people.named_in_concerns(tx, someone.id),
        opened_at=now,
        waiting_since=now if stage is Stage.WAITING else None,
        undecided=False,
        drill=people.is_drill(tx, someone.id),
    )
    tx.session.add(case)
    tx.session.flush()
    case_categories.note(tx, case)
    return case


def left_by_one(tx: Tx, case: CaseRow, now: datetime) -> None:
    """Whoever had the conversation has it no longer. After a concern about them it is hidden from them now, as the others were then."""
    if case.worker_id and case.worker_id in set(people.named_in_concerns(tx, case.person_id)) - set(case.hidden_from):
        not_this_person(tx, case, case.worker_id, now)


def _let_go(tx: Tx, case: CaseRow, now: datetime) -> None:
    """Nobody has this case any more."""
    left_by_one(tx, case, now)
    case.worker_id = case.transfer_to = case.picked_up_at = case.picked_up_on = None


def _wait(tx: Tx, service: Service, case: CaseRow, event: str, now: datetime, *, actor: str, staff_id: str | None = None) -> None:
    if case.stage != Stage.WAITING:
        _move(tx, case, Stage.WAITING, event, now, actor=actor, staff_id=staff_id)
        case.waiting_since = now
    else:
        history.record(tx, case, event, now, actor=actor, staff_id=staff_id)
    chain.begin(tx, service, case, now)


def _move(
    tx: Tx, case: CaseRow, to: Stage, event: str, now: datetime, *, actor: str, staff_id: str | None = None, detail: Any = None
) -> None:
    case.stage = step(Stage(case.stage), to)
    if to in (Stage.CLOSED, Stage.REFUSED, Stage.PAUSED):
        call_backs.drop(tx, case, now)
    if to not in TALKING:
        forgetting.soon(tx, case, now)
        left_by_one(tx, case, now)
    history.record(tx, case, event, now, actor=actor, staff_id=staff_id, detail=detail)
    tx.signal(f"case:{case.id}")
    tx.signal("queue:all")
