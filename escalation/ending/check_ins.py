"""Check-ins: agreed while the adult is still there, sent in hours the young person said are safe, stopped by one tap (S75).

The message names nothing. What it is about is shown only after "Carry on" (S77). Where their case was closed in another way meanwhile,
by an adult or as something new was told, nobody is asked: no answer could bring it back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from escalation import alerts, cases, chain, discreet
from escalation.agreements import Wording, agreed
from escalation.case import TALKING, WITH_PEOPLE, NotPossible, Stage
from escalation.consent import Scope
from escalation.context import Service
from escalation.ending import safe_hours
from escalation.ending.ending_policy import Hours
from escalation.reading import may_see
from escalation.record import duty, history, members, messages, people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, CheckIn, DueRow, OutboxRow, Person, Staff
from escalation.words import clock, message, tokens

SEND, LOOK = "check_in", "check_in_look"
TACT = "check_in"
"""What a bubble carries that goes out in safe hours only, however long it was put off."""
SOON = timedelta(hours=1)
"""After this a check-in that could not be delivered is known to be so."""


def offer(tx: Tx, service: Service, case_id: str, staff: Staff, now: datetime) -> None:
    """The adult offers to have the young person asked how they are, in a few days. Raises `NotPossible`."""
    case = cases.locked(tx, case_id)
    if case.worker_id != staff.id or case.stage not in TALKING:
        raise NotPossible("a check-in is offered by the adult who has the conversation, before it ends")
    history.record(tx, case, "check_in_offered", now, actor="staff", staff_id=staff.id)
    someone = people.person(tx, case.person_id)
    words = service.speaking(someone.language, now).library
    bubbles = message(words, "ending.check_in_offer", someone.age_band, someone.easy_read, adult=staff.first_name)
    days = [(message(words, "ending.in_days", days=str(days))[0], f"0:do:check_in_{days}") for days in service.ending.check_in_days]
    buttons = [*days, (message(words, "ending.no_thanks")[0], "0:do:check_in_no")]
    discreet.tell(tx, service, someone, bubbles, now, buttons=buttons, case_id=case.id)
    tx.signal(f"case:{case.id}")


def agree(tx: Tx, service: Service, someone: Person, days: int, hours: Hours, now: datetime) -> None:
    """The young person agreed to one, in so many days and in these hours. It takes the place of one that is still to come."""
    case = cases.open_case(tx, someone.id)
    if case is None or case.stage not in (*TALKING, Stage.FOLLOW_UP):
        return
    _cancel(tx, someone, now)
    someone.safe_from, someone.safe_until = f"{hours.start:%H:%M}", f"{hours.end:%H:%M}"
    at = safe_hours.on_day(now, days, hours, service.zone)
    row = CheckIn(id=new_id(), person_id=someone.id, case_id=case.id, agreed_at=now, due_at=at)
    tx.session.add(row)
    _later(tx, row, SEND, at, now)
    history.record(tx, case, "check_in_agreed", now, actor="young_person", detail={"days": days, "hours": str(hours)})
    _tell_worker(tx, service, case, "staff.check_in_agreed", now, when=clock(at, now, service))


def refuse(tx: Tx, service: Service, someone: Person, now: datetime) -> None:
    """No to the offer."""
    case = cases.open_case(tx, someone.id)
    if case is not None and case.stage in TALKING:
        history.record(tx, case, "check_in_refused", now, actor="young_person")
        _tell_worker(tx, service, case, "staff.check_in_refused", now)


def stop(tx: Tx, service: Service, someone: Person, now: datetime) -> None:
    """They want no more of these: nothing that was still to come is sent."""
    for case_id in _cancel(tx, someone, now):
        case = tx.session.get_one(CaseRow, case_id)
        history.record(tx, case, "check_in_stopped", now, actor="young_person")
        _tell_worker(tx, service, case, "staff.check_in_refused", now)
        cases.follow_up_over(tx, case, "follow_up_ended", now)


def to_come(tx: Tx, case: CaseRow) -> CheckIn | None:
    """The check-in of a case that is still to be sent, or waits for its answer."""
    rows = select(CheckIn).where(CheckIn.case_id == case.id, CheckIn.answer.is_(None)).order_by(CheckIn.id.desc())
    return tx.session.scalars(rows.limit(1)).first()


def run(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """Do what a due row asks for: send a check-in, or look what came of it. The row is done afterwards."""
    row = tx.session.get_one(CheckIn, due.detail["check_in"])
    due.done_at, due.result = now, "moot"
    if row.answer is not None:
        return
    due.result = "done"
    if due.kind == SEND:
        _send(tx, service, row, now)
    else:
        _look(tx, service, row, now)


def fine(tx: Tx, service: Service, someone: Person, now: datetime) -> None:
    """ "I'm OK": that is noted, and the follow-up is over."""
    if (row := _sent(tx, someone)) is not None:
        case = _answered(tx, row, "fine", now)
        alerts.alert(tx, service, case, who_looks(tx, service, case, now), now, "staff.check_in_fine")
        cases.follow_up_over(tx, case, "follow_up_ended", now)


def not_fine(tx: Tx, service: Service, someone: Person, wording: Wording, now: datetime) -> None:
    """ "Not OK": the case waits again, for the adult they know first, with what was agreed before or with the least there is."""
    row = _sent(tx, someone)
    case = tx.session.get_one(CaseRow, row.case_id) if row else None
    if row is None or case is None or case.stage != Stage.FOLLOW_UP:
        return
    _answered(tx, row, "not_fine", now)
    scope = agreed(tx, case, now).scope or Scope.WANTS_TO_TALK
    summary = tx.vault.open_for(someone, "cases.summary", case.id, case.summary_sealed) if case.summary_sealed else None
    case.asked_for, case.closed_at, case.outcome = case.worker_id, None, None
    cases.agree(tx, service, case, scope, wording, summary, now)


def _send(tx: Tx, service: Service, row: CheckIn, now: datetime) -> None:
    someone, case = people.person(tx, row.person_id), tx.session.get_one(CaseRow, row.case_id)
    hours = hours_of(someone)
    if case.stage == Stage.CLOSED:
        history.record(tx, case, "check_in_not_sent", now, actor="system")
        _not_needed(tx, row, case, now)
    elif hours is None or _out_of_place(tx, someone, row):
        _not_needed(tx, row, case, now)
    elif not safe_hours.inside(now, hours, service.zone):
        row.due_at = safe_hours.next_moment(now, hours, service.zone)
        _later(tx, row, SEND, row.due_at, now)
    else:
        _say_hello(tx, service, row, someone, case, now)


def _say_hello(tx: Tx, service: Service, row: CheckIn, someone: Person, case: CaseRow, now: datetime) -> None:
    library = service.speaking(someone.language, now).library
    buttons = tokens(library.message("ending.check_in").buttons)
    texts = message(library, "ending.check_in", someone.age_band, someone.easy_read)
    blocked = _gone(someone, someone.last_seen_at or case.opened_at)
    tries = [messages.say(tx, someone, text, now, buttons=buttons, case_id=case.id) for text in texts if not blocked]
    said = [bubble for bubble in tries if bubble is not None]
    if len(said) < len(texts):
        _unanswered(tx, service, row, case, "unreached", now)
        return
    for bubble in said:
        bubble.tact = TACT
    row.sent_at = now
    history.record(tx, case, "check_in_sent", now, actor="system")
    _later(tx, row, LOOK, now + SOON, now)


def may_still_go(tx: Tx, service: Service, bubble: OutboxRow, now: datetime) -> bool:
    """Whether a hello that waits to be sent may go out now. One that may not is taken back: for the next safe hour, or for good."""
    someone, case = people.person(tx, bubble.person_id or ""), tx.session.get_one(CaseRow, bubble.case_id)
    row, hours = to_come(tx, case), hours_of(someone)
    if (
        row is not None
        and row.sent_at is not None
        and hours is not None
        and not (case.stage == Stage.CLOSED or _out_of_place(tx, someone, row))
    ):
        if safe_hours.inside(now, hours, service.zone):
            return True
        _take_back(tx, row, case, safe_hours.next_moment(now, hours, service.zone), now)
    elif row is None:
        history.record(tx, case, "check_in_not_sent", now, actor="system")
    elif row.sent_at is not None:
        history.record(tx, case, "check_in_not_sent", now, actor="system")
        _not_needed(tx, row, case, now)
    bubble.state = discreet.DROPPED
    return False


def not_approved(tx: Tx, service: Service, bubble: OutboxRow, now: datetime) -> None:
    """The app takes only words that it approved, and of a hello there are none: it is not sent, and the adult is told."""
    case = tx.session.get_one(CaseRow, bubble.case_id)
    bubble.state = discreet.DROPPED
    if (row := to_come(tx, case)) is not None:
        row.sent_at = None
        _unanswered(tx, service, row, case, "unapproved", now)


def _take_back(tx: Tx, row: CheckIn, case: CaseRow, to: datetime, now: datetime) -> None:
    row.sent_at, row.due_at = None, to
    looks = update(DueRow).where(DueRow.person_id == row.person_id, DueRow.done_at.is_(None), DueRow.kind == LOOK)
    tx.session.execute(looks.values(done_at=now, result="moot"))
    _later(tx, row, SEND, to, now)
    history.record(tx, case, "check_in_put_off", now, actor="system")


def _out_of_place(tx: Tx, someone: Person, row: CheckIn) -> bool:
    """Whether an adult is there for them, or they cleared their chat after agreeing, which a restored record knows by this alone."""
    return _with_people(tx, someone) or (someone.cleared_at is not None and someone.cleared_at >= row.agreed_at)


def _with_people(tx: Tx, someone: Person) -> bool:
    talking = cases.open_case(tx, someone.id)
    return talking is not None and talking.stage in WITH_PEOPLE


def _not_needed(tx: Tx, row: CheckIn, case: CaseRow, now: datetime) -> None:
    row.answer, row.answered_at = "not_needed", now
    cases.follow_up_over(tx, case, "follow_up_ended", now)


def _look(tx: Tx, service: Service, row: CheckIn, now: datetime) -> None:
    someone, case = people.person(tx, row.person_id), tx.session.get_one(CaseRow, row.case_id)
    sent = row.sent_at or now
    last = sent + timedelta(days=service.ending.answer_days)
    if case.stage == Stage.CLOSED:
        _not_needed(tx, row, case, now)
    elif _gone(someone, sent):
        _unanswered(tx, service, row, case, "unreached", now)
    elif now < last:
        _later(tx, row, LOOK, last, now)
    else:
        _unanswered(tx, service, row, case, "quiet", now)


def _gone(someone: Person, since: datetime) -> bool:
    """Whether a message could not be delivered since then, as after the bot was blocked."""
    return someone.unreachable_at is not None and someone.unreachable_at >= since


def _unanswered(tx: Tx, service: Service, row: CheckIn, case: CaseRow, what: str, now: datetime) -> None:
    row.answer, row.answered_at = what, now
    history.record(tx, case, f"check_in_{what}", now, actor="system")
    alerts.alert(tx, service, case, who_looks(tx, service, case, now), now, f"staff.check_in_{what}")
    cases.follow_up_over(tx, case, "follow_up_ended", now)


def _answered(tx: Tx, row: CheckIn, answer: str, now: datetime) -> CaseRow:
    row.answer, row.answered_at = answer, now
    case = tx.session.get_one(CaseRow, row.case_id)
    history.record(tx, case, f"check_in_{answer}", now, actor="young_person")
    return case


def _sent(tx: Tx, someone: Person) -> CheckIn | None:
    open_ones = select(CheckIn).where(CheckIn.person_id == someone.id, CheckIn.answer.is_(None), CheckIn.sent_at.is_not(None))
    return tx.session.scalars(open_ones.order_by(CheckIn.id.desc()).limit(1)).first()


def _cancel(tx: Tx, someone: Person, now: datetime) -> list[str]:
    """Stop what is still to come or unanswered, and return the ids of the cases it belonged to."""
    open_ones = select(CheckIn).where(CheckIn.person_id == someone.id, CheckIn.answer.is_(None))
    rows = list(tx.session.scalars(open_ones))
    for row in rows:
        row.answer, row.answered_at = "stopped", now
    left = update(DueRow).where(DueRow.person_id == someone.id, DueRow.done_at.is_(None), DueRow.kind.in_((SEND, LOOK)))
    tx.session.execute(left.values(done_at=now, result="moot"))
    return [row.case_id for row in rows]


def hours_of(someone: Person) -> Hours | None:
    """The hours that they said are safe; `None` before they did."""
    return safe_hours.chosen(someone.safe_from, someone.safe_until)


def who_looks(tx: Tx, service: Service, case: CaseRow, now: datetime) -> list[str]:
    """Who is to look at a case in which the young person is not heard of: its adult, or the leads where that adult is gone or may not see it any more."""
    worker = members.by_id(tx, case.worker_id)
    if worker is not None and duty.takes_conversations(worker) and may_see(case, worker):
        return [worker.id]
    return [lead.staff_id for lead in chain.staffing_of(tx, service, case, now).leads]


def _tell_worker(tx: Tx, service: Service, case: CaseRow, words: str, now: datetime, **fields: str) -> None:
    tx.signal(f"case:{case.id}")
    worker = tx.session.get(Staff, case.worker_id) if case.worker_id else None
    if worker and worker.telegram and case.picked_up_on == "telegram" and case.stage in TALKING:
        messages.tell_staff(tx, worker, "telegram", message(service.library, words, "unknown", False, **fields)[0], now, case_id=case.id)


def _later(tx: Tx, row: CheckIn, kind: str, at: datetime, now: datetime) -> None:
    detail = {"check_in": row.id}
    tx.session.add(DueRow(id=new_id(), kind=kind, person_id=row.person_id, case_id=row.case_id, due_at=at, detail=detail, created_at=now))
