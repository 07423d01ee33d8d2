"""Many new people at once: real ones after an assembly at school, or invented ones who are to bury somebody (T07).

New people are counted in the record, for every process. Once more came within a minute than an installation is made for, those who are
new wait for their turn while nobody who was known before does, and the leads hear of it. Nobody is refused, and what sounds grave waits
for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from escalation.alerts import team
from escalation.context import Service
from escalation.record import tries
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Person, Staff
from escalation.record.tries import Limit

WITHIN = timedelta(minutes=1)
NEW_FOR = timedelta(minutes=10)
"""So long somebody whom nobody answered counts as new; after it they wait for nothing."""
BEGAN, LASTS = "crowd", timedelta(hours=1)
"""The leads hear of it once in so long, and for so long those who came since stand together."""


def comes_with_many(tx: Tx, service: Service, someone: Person, now: datetime, a_minute: int) -> bool:
    """Whether this person, whom nobody has answered yet, came while more than `a_minute` new people came within a minute.

    Counts whoever comes for the first time. Who was answered once is known, so that nobody who has begun to tell waits again.
    """
    if someone.last_seen_at is not None or now - someone.created_at >= NEW_FOR:
        return False
    limit, first = Limit("newcomers", a_minute, WITHIN), someone.created_at == now
    many = tries.wait(tx, limit, "", now) > 0
    if first:
        tries.count(tx, limit, "", now)
    if first and many:
        _tell_leads(tx, service, now, a_minute)
    return many


def cases_of(tx: Tx, case_ids: Sequence[str], now: datetime) -> frozenset[str]:
    """Of these cases, those of people who came since very many came at once, up to an hour ago; none where that was not so."""
    since = tries.began(tx, BEGAN, LASTS, now) if case_ids else None
    if since is None:
        return frozenset()
    whose = select(CaseRow.id).join(Person, Person.id == CaseRow.person_id)
    return frozenset(tx.session.scalars(whose.where(CaseRow.id.in_(case_ids), Person.created_at > since - WITHIN)))


def _tell_leads(tx: Tx, service: Service, now: datetime, a_minute: int) -> None:
    if tries.began(tx, BEGAN, LASTS, now) is not None:
        return
    tries.begin(tx, BEGAN, LASTS, now)
    # An edition from before has no such words; what somebody wrote has to be stored all the same.
    if "staff.crowd" in service.library.messages:
        leads = tx.session.scalars(select(Staff).where(Staff.role == "lead", Staff.closed_at.is_(None)))
        team.notify(tx, service, leads, "staff.crowd", now, number=str(a_minute))
