"""A young person's words on a worker's phone: they go when the conversation ends or leaves that worker, and after 47 hours at most.

An app such as Telegram lets a bot delete a message for 48 hours. What is to go is marked on its outbox row, and deleted by the channel.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from escalation.case import TALKING
from escalation.context import Service
from escalation.record.ids import new_id
from escalation.record.messages import RELAYED, UNSEND
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow, OutboxRow, Staff

KIND = "forget_words"
TO_DELETE, DROPPED = "to_delete", "dropped"
LONGEST = timedelta(hours=47)
LOOK_AGAIN = timedelta(minutes=1)


def later(tx: Tx, case: CaseRow, now: datetime) -> None:
    """Words of this case lie on a worker's phone now."""
    if tx.session.scalar(select(DueRow.id).where(*_open(case.id)).limit(1)) is None:
        _arm(tx, case.id, now + LONGEST, now)


def soon(tx: Tx, case: CaseRow, now: datetime) -> None:
    """The conversation ended, or is with somebody else."""
    tx.session.flush()
    tx.session.execute(update(DueRow).where(*_open(case.id)).values(due_at=now))


def at_once(tx: Tx, staff: Staff, now: datetime) -> None:
    """They are about to be reached elsewhere, or nowhere: what lies in the chat they had goes, while it is known which one that was."""
    if staff.telegram_sealed is None:
        return
    chat = json.dumps(tx.vault.open_own("staff.telegram", staff.id, staff.telegram_sealed))
    rows = select(OutboxRow).where(OutboxRow.staff_id == staff.id, OutboxRow.speaker == RELAYED)
    for row in tx.session.scalars(rows.where(OutboxRow.state.in_(("pending", "sent", TO_DELETE))).order_by(OutboxRow.seq)).all():
        if row.state != "pending":
            id = new_id()
            sealed = tx.vault.seal_own("outbox.body", id, chat)
            asks = OutboxRow(id=id, channel=row.channel, speaker=UNSEND, body_sealed=sealed, state=TO_DELETE, created_at=now)
            asks.external_id = row.external_id
            tx.session.add(asks)
        row.state = DROPPED
    tx.session.flush()


def run(tx: Tx, service: Service, due: DueRow, now: datetime) -> None:
    """Mark what is to go. As long as something is left, look again in time."""
    due.done_at, due.result = now, "done"
    case = tx.session.get_one(CaseRow, due.case_id)
    rows = select(OutboxRow).where(OutboxRow.case_id == case.id, OutboxRow.speaker == RELAYED)
    left = []
    for row in tx.session.scalars(rows.where(OutboxRow.state.in_(("pending", "sending", "sent")))):
        if _stays(case, row, now):
            left.append(row.created_at + LONGEST)
        elif row.state == "sending":
            left.append(now + LOOK_AGAIN)
        else:
            row.state = TO_DELETE if row.state == "sent" else DROPPED
            tx.signal(f"outbox:{row.channel}")
    if left:
        _arm(tx, case.id, min(left), now)


def _stays(case: CaseRow, row: OutboxRow, now: datetime) -> bool:
    return case.stage in TALKING and row.staff_id in (case.worker_id, case.watcher_id) and now < row.created_at + LONGEST


def _arm(tx: Tx, case_id: str, due_at: datetime, now: datetime) -> None:
    tx.session.add(DueRow(id=new_id(), kind=KIND, case_id=case_id, due_at=due_at, detail={}, created_at=now))
    tx.session.flush()


def _open(case_id: str) -> tuple[ColumnElement[bool], ...]:
    return (DueRow.case_id == case_id, DueRow.kind == KIND, DueRow.done_at.is_(None))
