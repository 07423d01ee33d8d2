"""A shift that a young person waits for begins later than they were told, or whoever was to come is not on duty any more.

They hear so once, discreetly, without having to ask. A rota is often changed in two steps, so it is looked at again after a while.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from escalation import chain, discreet, promises
from escalation.case import Stage
from escalation.context import Service
from escalation.planning import Plan
from escalation.record import history, people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow
from escalation.rota.on_duty import Staffing
from escalation.words import clock, message, tokens
from nlu.understanding import Level

SETTLES = timedelta(minutes=5)
"""So long after a change of the rota it counts."""


def look(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """The rota has changed: see in a while whether it is worse for this case, unless that is to be seen already."""
    armed = select(DueRow.id).where(DueRow.case_id == case.id, DueRow.kind == chain.MOVED, DueRow.done_at.is_(None))
    if tx.session.scalar(armed.limit(1)) is None and _worse(case, chain.staffing_of(tx, service, case, now), _told(case), now):
        chain.see_whether_it_moved(tx, case, _told(case), now + SETTLES, now)


def run(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """Tell them, if it is still worse than what they were told. The row is done afterwards."""
    case = tx.session.get_one(CaseRow, due.case_id)
    due.done_at, due.result = now, "moot"
    staffing, told = chain.staffing_of(tx, service, case, now), due.detail["told"]
    same = case.stage == Stage.WAITING and due.detail.get("generation") == case.chain.get("generation")
    if not same or not _worse(case, staffing, datetime.fromisoformat(told) if told else None, now):
        return
    due.result = "done"
    _say(tx, service, case, staffing, now)
    if Plan.from_json(case.chain).promised_at:
        promises.cannot_be_kept(tx, case, now)
        chain.begin(tx, service, case, now)
    else:
        case.chain = {**case.chain, chain.TOLD: staffing.next_start and staffing.next_start.isoformat()}


def _told(case: CaseRow) -> datetime | None:
    """When they were told that somebody would be on duty again; `None` where that was not known, or somebody was there."""
    told = case.chain.get(chain.TOLD)
    return datetime.fromisoformat(told) if told else None


def _worse(case: CaseRow, staffing: Staffing, told: datetime | None, now: datetime) -> bool:
    """Whether they wait for longer than they know. A promised time that has passed is owned up to by the chain itself."""
    promised = Plan.from_json(case.chain).promised_at
    if staffing.somebody:
        return False
    if promised is not None:
        return promised > now
    return told is not None and (staffing.next_start is None or staffing.next_start > told)


def _say(tx: Tx, service: Service, case: CaseRow, staffing: Staffing, now: datetime) -> None:
    someone = people.person(tx, case.person_id)
    theirs = service.speaking(someone.language, now)
    known = "hand_over.shift_moved" if staffing.next_start else "hand_over.shift_moved_unknown"
    immediate = case.basis == "immediate" or case.level >= Level.IMMEDIATE
    words = "hand_over.still_waiting_immediate" if immediate else known
    next_time = clock(staffing.next_start, now, theirs) if staffing.next_start else ""
    bubbles = message(theirs.library, words, someone.age_band, someone.easy_read, next_time=next_time)
    buttons = tokens(theirs.library.message(words).buttons)
    discreet.tell(tx, service, someone, bubbles, now, buttons=buttons, case_id=case.id, unasked=True)
    history.record(tx, case, "told_of_move", now, actor="system")
