"""The on-duty chain: who is alerted next, and when the young person is told how it stands.

A waiting case carries its frozen plan; each later step is a `due` row, written in the transaction that began the wait.
A step that finds the case no longer waiting, or waiting under a newer plan, does nothing. After the last step whoever is
there is asked again and again, for as long as the young person waits.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from escalation import alerts, discreet, promises
from escalation.case import Stage
from escalation.context import Service
from escalation.planning import OUTSIDE, Plan, PlannedStep, key, plan
from escalation.record import duty, history, people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow, Person
from escalation.rota.on_duty import Staffing, asked_first, only_leads, rather_others
from escalation.rota.opening import open_hours
from escalation.words import clock, message, tokens
from nlu.understanding import Level

STEP, PROMISE, SHIFT_START, AGAIN, MOVED = "chain_step", "promise", "shift_start", "chain_again", "shift_moved"
KINDS = (STEP, PROMISE, SHIFT_START, AGAIN, MOVED)
"""`promise` is written no more: a step tells of a broken promise. Rows of that kind from before still run."""
TOLD = "told_start"
"""Where a case's chain keeps when the next shift begins, as the young person was told."""
CAME = "came"
"""Marks a step of a case's chain that asked those who came on duty while it ran."""
ONE_DAY = timedelta(days=1)


def staffing_of(tx: Tx, service: Service, case: CaseRow, now: datetime) -> Staffing:
    """Who may take this case now."""
    return staffing_for(tx, service, people.person(tx, case.person_id), case, now)


def staffing_for(tx: Tx, service: Service, someone: Person, case: CaseRow | None, now: datetime, level: Level = Level.CONCERN) -> Staffing:
    """Who may take a conversation with this person now, in the opening hours of `level` or the case's own.

    Nobody they said no to; only leads where trust was abused (S83); and first who speaks their language.
    """
    today = now.astimezone(service.zone).date()
    at_least = max(level, Level(case.level)) if case else level
    hours = open_hours(service.opening, today - ONE_DAY, today + duty.LOOKS_AHEAD, service.zone, at_least, someone.area)
    hidden = case.hidden_from if case else people.named_in_concerns(tx, someone.id)
    staffing = duty.staffing_now(tx, now, hidden, hours=hours, language=someone.language)
    if case is None:
        return staffing
    staffing = rather_others(staffing, history.who_handed_back(tx, case))
    staffing = only_leads(staffing) if "position_of_trust" in case.flags else staffing
    return asked_first(staffing, case.asked_for) if case.asked_for and case.level < Level.IMMEDIATE else staffing


def begin(tx: Tx, service: Service, case: CaseRow, now: datetime) -> Plan:
    """Start the chain of a case that now waits: alert the first, and write down everything that follows."""
    stop(tx, case, now)
    staffing, level = staffing_of(tx, service, case, now), Level(case.level)
    minutes = promises.minutes(tx, service, staffing, now, level) if staffing.somebody else None
    made = plan(service.policy, level, staffing, now, minutes, outside=bool(service.out_of_hours))
    told = None if made.promised_at or staffing.next_start is None else staffing.next_start.isoformat()
    case.chain = {**made.as_json(), TOLD: told, "generation": case.chain.get("generation", 0) + 1}
    if made.promised_at:
        promises.make(tx, case, made.promised_at, now)
    if staffing.next_start:
        _later(tx, case, SHIFT_START, staffing.next_start, now, {})
    for step in made.steps:
        if step.due_at <= now:
            _take(tx, service, case, step, now)
        else:
            _later(tx, case, STEP, step.due_at, now, step.as_json())
    _later(tx, case, AGAIN, made.steps[-1].due_at + _pause(service, case), now, {})
    return made


def wait_for_shift(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """The rota has changed: whoever came on duty is asked now, or else when the next shift begins, as the rota stands now."""
    staffing = staffing_of(tx, service, case, now)
    anew = _not_asked(case, staffing) if Plan.from_json(case.chain).promised_at else staffing.somebody
    at = now if anew else staffing.next_start
    if at is None:
        return
    armed = select(DueRow).where(DueRow.case_id == case.id, DueRow.kind == SHIFT_START, DueRow.done_at.is_(None))
    if row := tx.session.scalars(armed.limit(1)).first():
        row.due_at = at
    else:
        _later(tx, case, SHIFT_START, at, now, {})


def see_whether_it_moved(tx: Tx, case: CaseRow, told: datetime | None, at: datetime, now: datetime) -> None:
    """See at `at` whether the young person has to hear that nobody comes when they were told."""
    _later(tx, case, MOVED, at, now, {"told": told and told.isoformat()})


def run(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """Do what a due row of a chain asks for, once. The row is done afterwards, whether or not it still applied."""
    case = tx.session.get_one(CaseRow, due.case_id)
    due.done_at, due.result = now, "moot"
    if case.stage != Stage.WAITING or due.detail.get("generation") != case.chain.get("generation"):
        return
    due.result = "done"
    if due.kind == STEP:
        _take(tx, service, case, PlannedStep.from_json(due.due_at, due.detail), now)
    elif due.kind == PROMISE:
        promises.break_overdue(tx, case, now)
    elif due.kind == SHIFT_START:
        _shift_began(tx, service, case, now)
    elif due.kind == AGAIN:
        ask_again(tx, service, case, now)


def _shift_began(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """Where nobody was there when the case began to wait, its chain starts anew. Else whoever came is asked beside those of its plan,
    which goes on; once the plan is over, it starts anew for them."""
    running = Plan.from_json(case.chain)
    if running.promised_at is None:
        told = case.chain.get(TOLD)
        begin(tx, service, case, now)
        see_whether_it_moved(tx, case, datetime.fromisoformat(told) if told else None, now, now)
        return
    here = staffing_of(tx, service, case, now)
    came = _not_asked(case, here)
    if came and all(step.due_at <= now for step in running.steps):
        begin(tx, service, case, now)
        return
    if came:
        step = PlannedStep(now, tuple(came), None)
        case.chain = {**case.chain, "steps": [*case.chain["steps"], {"due_at": now.isoformat(), **step.as_json(), CAME: True}]}
        _take(tx, service, case, step, now)
    if here.next_start:
        _later(tx, case, SHIFT_START, here.next_start, now, {})


def _not_asked(case: CaseRow, here: Staffing) -> list[str]:
    """Who is on duty now and stands in no step of the case's plan."""
    asked = {name for step in Plan.from_json(case.chain).steps for name in step.alert}
    return [adult.staff_id for adult in here.on_duty if adult.staff_id not in asked]


def ask_again(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """Nothing was left to come: ask whoever is there. Somebody who was never asked makes it a chain from the start."""
    here = staffing_of(tx, service, case, now)
    asked = {name for step in Plan.from_json(case.chain).steps for name in step.alert}
    on_duty = [adult.staff_id for adult in (*here.on_duty, *here.backup)]
    if set(on_duty) - asked:
        begin(tx, service, case, now)
        return
    alerts.alert(tx, service, case, dict.fromkeys((*on_duty, *(lead.staff_id for lead in here.leads))), now, "staff.reminder")
    _later(tx, case, AGAIN, now + _pause(service, case), now, {})


def forgotten(tx: Tx) -> list[str]:
    """The ids of cases that wait with nothing left to come."""
    coming = select(DueRow.id).where(DueRow.case_id == CaseRow.id, *_to_come()).exists()
    return list(tx.session.scalars(select(CaseRow.id).where(CaseRow.stage == Stage.WAITING, ~coming)))


def answered(tx: Tx, case: CaseRow, now: datetime) -> None:
    """An adult is there: open promises are kept, or broken if their time has passed, and nobody else is asked."""
    promises.answered(tx, case, now)
    stop(tx, case, now)


def stop(tx: Tx, case: CaseRow, now: datetime) -> None:
    """End what was still to come of a case's chain."""
    tx.session.flush()
    tx.session.execute(update(DueRow).where(DueRow.case_id == case.id, *_to_come()).values(done_at=now, result="moot"))


def _to_come() -> tuple[ColumnElement[bool], ...]:
    return DueRow.done_at.is_(None), DueRow.kind.in_(KINDS)


def _take(tx: Tx, service: Service, case: CaseRow, step: PlannedStep, now: datetime) -> None:
    came = [name for each in case.chain.get("steps", ()) if each.get(CAME) for name in each["alert"]] if step.reminder else ()
    staff = [name for name in dict.fromkeys((*step.alert, *came)) if name != OUTSIDE and name not in case.hidden_from]
    if staff:
        alerts.alert(tx, service, case, staff, now, "staff.reminder" if step.reminder else "staff.waiting")
    if OUTSIDE in step.alert and service.out_of_hours:
        _ask_outside(tx, service, case, now)
    if step.tell:
        _tell(tx, service, case, step.tell, now)


def _ask_outside(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """The organisation's out-of-hours contact; the leads hear that it was asked."""
    alerts.out_of_hours(tx, service, case, now)
    history.record(tx, case, "out_of_hours_asked", now, actor="system", detail={"contact": service.out_of_hours})
    leads = [lead.staff_id for lead in staffing_of(tx, service, case, now).leads]
    alerts.alert(tx, service, case, leads, now, "staff.out_of_hours_asked", contact=service.out_of_hours)


def _tell(tx: Tx, service: Service, case: CaseRow, name: str, now: datetime) -> None:
    someone = people.person(tx, case.person_id)
    staffing = staffing_of(tx, service, case, now)
    theirs = service.speaking(someone.language, now)
    next_time = clock(staffing.next_start, now, theirs) if staffing.next_start else message(theirs.library, "hand_over.soon")[0]
    words = theirs.library.message(f"hand_over.{name}")
    bubbles = message(theirs.library, f"hand_over.{name}", someone.age_band, someone.easy_read, next_time=next_time)
    discreet.tell(tx, service, someone, bubbles, now, buttons=tokens(words.buttons), case_id=case.id, unasked=True)
    promises.own_up(tx, case, now)


def _pause(service: Service, case: CaseRow) -> timedelta:
    return timedelta(minutes=service.policy.again_minutes[key(Level(case.level))])


def _later(tx: Tx, case: CaseRow, kind: str, due_at: datetime, now: datetime, detail: dict[str, object]) -> None:
    detail = {**detail, "generation": case.chain["generation"]}
    tx.session.add(DueRow(id=new_id(), kind=kind, person_id=case.person_id, case_id=case.id, due_at=due_at, detail=detail, created_at=now))
