"""Words that must not show on a phone that somebody else may be holding (S77, S79), or at an hour that is not safe (S75).

After a pause, or after "someone is here", what people and the chain have to say is kept back, and one neutral bubble asks to
carry on. It is released when the young person does. The same is looked at again when a bubble that was put off goes out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, select

from escalation.case import Stage
from escalation.context import Service
from escalation.ending import safe_hours
from escalation.record import history, messages, people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow, OutboxRow, Person
from escalation.words import message, tokens
from nlu.understanding import Level

KEPT_BACK, DROPPED = "held", "dropped"

TALK, UNASKED, KNOCK = "talk", "unasked", "knock"
"""What a bubble carries: it belongs to a talk; the service says it by itself; it asks to carry on."""
KNOCK_LATER = "knock_later"

FRESH = timedelta(minutes=2)
"""A bubble that has waited for longer than this was put off."""

# Put together once: each message asks for it.
_outbox = cast(Table, OutboxRow.__table__)
_ANY_KEPT = select(OutboxRow.id).where(OutboxRow.person_id == bindparam("person_id"), OutboxRow.state == KEPT_BACK).limit(1)
_ANY_EVER = select(_outbox.c.id).where(_outbox.c.person_id == bindparam("person_id"), _outbox.c.state == KEPT_BACK).limit(1)


def tell(
    tx: Tx,
    service: Service,
    someone: Person,
    bubbles: Iterable[str],
    now: datetime,
    *,
    speaker: str = "system",
    buttons: messages.Buttons = (),
    staff_id: str | None = None,
    case_id: str | None = None,
    unasked: bool = False,
) -> list[OutboxRow]:
    """Say these bubbles now, or as soon as the young person carries on. Empty when they left every channel.

    What belongs to a case goes ahead of other people's ordinary answers. `unasked`: the service says it by itself, about a wait. To somebody who is not there it knocks in safe hours only.
    """
    keep_back = not seems_there(service, someone, now)
    texts = list(bubbles)
    rows = []
    for index, text in enumerate(texts):
        last = index == len(texts) - 1
        below, urgent = buttons if last else (), case_id is not None
        row = messages.say(tx, someone, text, now, speaker=speaker, buttons=below, staff_id=staff_id, case_id=case_id, urgent=urgent)
        if row is not None:
            row.state, row.tact = KEPT_BACK if keep_back else row.state, UNASKED if unasked else TALK
            rows.append(row)
    tx.session.flush()
    if keep_back and rows:
        _knock_for(tx, service, someone, rows[0], now, unasked)
    return rows


def seems_there(service: Service, someone: Person, now: datetime) -> bool:
    """Whether the young person was here a short while ago and did not say that somebody is with them."""
    if someone.away_since is not None or someone.last_seen_at is None:
        return False
    return now - someone.last_seen_at <= timedelta(minutes=service.policy.pause_minutes)


def keeps_back(tx: Tx, someone: Person) -> bool:
    """Whether something waits until they carry on."""
    whose = {"person_id": someone.id}
    # For most people nothing does. What does may be past its time, which takes several times as long to ask.
    return tx.session.connection().execute(_ANY_EVER, whose).first() is not None and tx.session.scalar(_ANY_KEPT, whose) is not None


def hold(tx: Tx, service: Service, row: OutboxRow, now: datetime) -> None:
    """Keep a bubble back that was to go out, until they carry on, and ask them to."""
    row.state = KEPT_BACK
    tx.session.flush()
    _knock_for(tx, service, people.person(tx, row.person_id or ""), row, now, row.tact == UNASKED)


def release(tx: Tx, someone: Person, now: datetime) -> None:
    """They carried on: what was kept back goes out, in order. They asked for it now, so the hour does not matter any more."""
    kept = select(OutboxRow).where(OutboxRow.person_id == someone.id, OutboxRow.state == KEPT_BACK)
    for row in tx.session.scalars(kept.order_by(OutboxRow.seq)).all():
        if row.tact == UNASKED and _over(tx, row):
            _drop(tx, row, now)
        else:
            row.state, row.tact = "pending", TALK
    tx.session.flush()
    for channel in tx.session.scalars(select(OutboxRow.channel).where(OutboxRow.person_id == someone.id).distinct()):
        tx.signal(f"outbox:{channel}")
    tx.signal(f"person:{someone.id}")


def may_still_go(tx: Tx, service: Service, row: OutboxRow, now: datetime) -> bool:
    """Whether a bubble of these kinds may go out now, however long it was put off.

    One that may not is kept back until they carry on, or dropped where it has become meaningless; that is on the record.
    """
    someone, late = people.person(tx, row.person_id or ""), row.attempts > 0 or now - row.created_at > FRESH
    if row.tact == KNOCK:
        return _knock_may_go(tx, service, someone, row, now, late)
    if row.tact == UNASKED and late and _over(tx, row):
        _drop(tx, row, now)
        return False
    if seems_there(service, someone, now) and not (row.tact == UNASKED and late and _bad_hour(tx, service, someone, row, now)):
        return True
    hold(tx, service, row, now)
    return False


def knock_again(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """A safe hour has begun: ask them to carry on, if something still waits and they have not come by themselves."""
    someone = people.person(tx, due.person_id or "")
    due.done_at, due.result = now, "moot"
    kept = select(OutboxRow).where(OutboxRow.person_id == someone.id, OutboxRow.state == KEPT_BACK).order_by(OutboxRow.seq)
    first = tx.session.scalars(kept.limit(1)).first()
    if first is not None:
        due.result = "done"
        _knock(tx, service, someone, first, now, unasked=True)


def _knock_for(tx: Tx, service: Service, someone: Person, first: OutboxRow, now: datetime, unasked: bool) -> None:
    """One neutral bubble, unless one waits for an answer already. Words of a person do not wait for a knock that was put off."""
    kept_before = select(OutboxRow.id).where(OutboxRow.person_id == someone.id, OutboxRow.state == KEPT_BACK, OutboxRow.seq < first.seq)
    knocked = tx.session.scalar(kept_before.limit(1)) is not None and _put_off(tx, someone) is None
    if not knocked:
        _knock(tx, service, someone, first, now, unasked)


def _knock(tx: Tx, service: Service, someone: Person, about: OutboxRow, now: datetime, unasked: bool) -> None:
    if unasked and _bad_hour(tx, service, someone, about, now):
        _knock_later(tx, service, someone, about, now)
        return
    if (due := _put_off(tx, someone)) is not None:
        due.done_at, due.result = now, "moot"
    library = service.speaking(someone.language, now).library
    buttons = tokens(library.message("conversation.carry_on").buttons)
    for text in message(library, "conversation.carry_on", someone.age_band, someone.easy_read):
        row = messages.say(tx, someone, text, now, buttons=buttons, case_id=about.case_id, urgent=about.urgent)
        if row is not None:
            row.tact = KNOCK


def _knock_may_go(tx: Tx, service: Service, someone: Person, row: OutboxRow, now: datetime, late: bool) -> bool:
    kept = keeps_back(tx, someone)
    if kept and not (late and _bad_hour(tx, service, someone, row, now)):
        return True
    row.state = DROPPED
    if kept:
        _knock_later(tx, service, someone, row, now)
    return False


def _knock_later(tx: Tx, service: Service, someone: Person, about: OutboxRow, now: datetime) -> None:
    hours = safe_hours.chosen(someone.safe_from, someone.safe_until)
    if hours is None or _put_off(tx, someone) is not None:
        return
    at = safe_hours.next_moment(now, hours, service.zone)
    tx.session.add(DueRow(id=new_id(), kind=KNOCK_LATER, person_id=someone.id, case_id=about.case_id, due_at=at, detail={}, created_at=now))
    tx.session.flush()


def _put_off(tx: Tx, someone: Person) -> DueRow | None:
    """The knock that waits for a safe hour."""
    waits = select(DueRow).where(DueRow.person_id == someone.id, DueRow.kind == KNOCK_LATER, DueRow.done_at.is_(None))
    return tx.session.scalars(waits.limit(1)).first()


def _bad_hour(tx: Tx, service: Service, someone: Person, about: OutboxRow, now: datetime) -> bool:
    """Whether they said that other hours are safe; never where a life may be at risk."""
    hours = safe_hours.chosen(someone.safe_from, someone.safe_until)
    case = tx.session.get(CaseRow, about.case_id) if about.case_id else None
    immediate = case is not None and (case.basis == "immediate" or case.level >= Level.IMMEDIATE)
    return hours is not None and not immediate and not safe_hours.inside(now, hours, service.zone)


def _drop(tx: Tx, row: OutboxRow, now: datetime) -> None:
    """A word about a wait that is over is not said any more."""
    row.state = DROPPED
    history.record(tx, tx.session.get_one(CaseRow, row.case_id), "not_said_any_more", now, actor="system")


def _over(tx: Tx, row: OutboxRow) -> bool:
    """Whether the wait that a bubble is about has ended."""
    case = tx.session.get(CaseRow, row.case_id) if row.case_id else None
    return case is not None and case.stage != Stage.WAITING
