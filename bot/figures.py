"""How old what waits in the record is: figures about rows, never about people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from bot.unsent import UNSENT
from escalation.case import Stage
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow, InboxRow, OutboxRow, PromiseRow

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Ages in seconds, 0 where nothing waits; numbers of cases and promises, without drills."""

    unhandled: float
    outbox: dict[str, float]
    timer: float
    waiting: int
    waiting_oldest: float
    broken: int


def stored(tx: Tx, channels: frozenset[str], now: datetime) -> Figures:
    """What the record says. `channels` are those that this program sends by itself; a page fetches when it is open."""
    waiting, since = tx.session.execute(
        select(func.count(), func.min(CaseRow.waiting_since)).where(CaseRow.stage == Stage.WAITING, CaseRow.drill.is_(False))
    ).one()
    broken = select(func.count()).select_from(PromiseRow).join(CaseRow, CaseRow.id == PromiseRow.case_id)
    return Figures(
        unhandled=_age(now, tx.session.scalar(select(func.min(InboxRow.received_at)).where(InboxRow.handled_at.is_(None)))),
        outbox=_outbox(tx, channels, now),
        timer=_age(now, tx.session.scalar(select(func.min(DueRow.due_at)).where(DueRow.done_at.is_(None)))),
        waiting=waiting,
        waiting_oldest=_age(now, since),
        broken=tx.session.scalar(broken.where(PromiseRow.broken_at > now - DAY, CaseRow.drill.is_(False))) or 0,
    )


def _outbox(tx: Tx, channels: frozenset[str], now: datetime) -> dict[str, float]:
    """How late the oldest unsent message is. One that was tried is late since it was written: a pause between tries is no excuse."""
    due = case((OutboxRow.attempts > 0, OutboxRow.created_at), else_=func.coalesce(OutboxRow.not_before, OutboxRow.created_at))
    ours = (OutboxRow.channel.in_(tuple(channels)), OutboxRow.state.in_(UNSENT))
    oldest = tx.session.execute(select(OutboxRow.urgent, func.min(due)).where(*ours).group_by(OutboxRow.urgent))
    found = {urgent: _age(now, moment) for urgent, moment in oldest}
    return {"urgent": found.get(True, 0.0), "other": found.get(False, 0.0)}


def _age(now: datetime, moment: datetime | None) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
