"""What is kept for the running of the service, and how it ends: traces, rota, staff accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, exists, or_, select, update

from escalation.record.messages import RELAYED, UNSEND
from escalation.record.retention import destroying
from escalation.record.retention.destroying import Destroyed
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.store import Tx
from escalation.record.tables import (
    Absence,
    AuditRow,
    Debrief,
    Draft,
    DueRow,
    Erasure,
    InsightCount,
    OutboxRow,
    PanelComment,
    PanelItem,
    PanelReaction,
    PanelRound,
    PanelVoice,
    Shift,
    ShiftSwap,
    SignInChallenge,
    Staff,
    StaffSession,
    StaffUpdate,
    Tries,
)
from escalation.record.tables import Table as Mapped

DELETABLE_FOR = timedelta(hours=48)
"""For so long an app lets a bot delete a message."""
DONE_WITH = ("deleted", "dropped", "stays")
"""States of words on a worker's phone that were deleted there, or cannot be: nothing needs this copy of them."""
_NO_WAY_IN: dict[str, None] = dict.fromkeys(
    (
        "email_sealed",
        "telegram",
        "telegram_sealed",
        "password_hash",
        "totp_sealed",
        "totp_used",
        "single_sign_on",
        "invite",
        "invite_until",
        "locked_until",
    )
)


def finished(policy: RetentionPolicy, now: datetime) -> Iterator[tuple[str, type[Mapped], ColumnElement[bool]]]:
    """What is over of each table: its kind, the table, and the condition on its columns."""
    traces, rota = now - policy.traces.length, now - policy.rota.length
    session, seen, due = _columns(StaffSession), _columns(StaffUpdate), _columns(DueRow)
    yield "trace", StaffSession, or_(session.ended_at <= traces, session.seen_at <= traces)
    yield "trace", SignInChallenge, _columns(SignInChallenge).expires_at <= now
    yield "trace", Tries, _columns(Tries).until <= now
    yield "trace", StaffUpdate, seen.received_at <= traces
    yield "trace", Draft, _columns(Draft).kept_at <= traces
    yield "trace", DueRow, (due.done_at <= traces) & (due.due_at <= traces)
    alert = _columns(OutboxRow)
    of_nobody = alert.person_id.is_(None)  # by which they are found, among all that was ever said to young people
    yield "trace", OutboxRow, of_nobody & (alert.speaker == UNSEND) & (alert.created_at <= now - DELETABLE_FOR)
    yield "trace", OutboxRow, of_nobody & (alert.speaker == RELAYED) & alert.state.in_(DONE_WITH)
    yield "trace", OutboxRow, of_nobody & (alert.created_at <= traces)
    swap, shift, absence, debrief = (_columns(table) for table in (ShiftSwap, Shift, Absence, Debrief))
    ended = select(shift.id).where(shift.ends_at <= rota)
    yield "rota", ShiftSwap, swap.shift_id.in_(ended)
    yield "rota", Shift, shift.id.in_(ended)
    yield "rota", Absence, absence.ends_at <= rota
    yield "rota", Debrief, debrief.asked_at <= rota
    yield "insight", InsightCount, _columns(InsightCount).month <= (now - policy.insight.length).date()
    yield from _panels(now - policy.panel.length)
    yield "trace", Erasure, _columns(Erasure).at <= now - policy.audit.length


def _panels(before: datetime) -> Iterator[tuple[str, type[Mapped], ColumnElement[bool]]]:
    """Rounds that ended before then, with all that was said in them, unless a worry in one was looked at by nobody."""
    rounds, items, comment = (_columns(table) for table in (PanelRound, PanelItem, PanelComment))
    unseen = select(items.round_id).where(items.id.in_(select(comment.item_id).where(comment.level != "none", comment.looked_at.is_(None))))
    ended = or_(rounds.closed_at <= before, rounds.expires_at <= before)
    over = select(rounds.id).where(ended, rounds.id.not_in(unseen))
    of_them = select(items.id).where(items.round_id.in_(over))
    yield "panel", PanelReaction, _columns(PanelReaction).item_id.in_(of_them)
    yield "panel", PanelComment, comment.item_id.in_(of_them)
    yield "panel", PanelVoice, _columns(PanelVoice).round_id.in_(over)
    yield "panel", PanelItem, items.round_id.in_(over)
    yield "panel", PanelRound, rounds.id.in_(over)


def staff_accounts(tx: Tx, policy: RetentionPolicy, now: datetime, destroyed: Destroyed) -> int:
    """Accounts closed for long: how to reach them and sign in goes, and the row where nothing that is kept names it."""
    row = _columns(Staff)
    closed = row.closed_at <= now - policy.staff.length
    tx.session.execute(update(Staff.__table__).where(closed).values(_NO_WAY_IN))  # type: ignore[arg-type]
    return destroyed.count(tx, "staff", destroying.rows(tx, Staff, closed & ~_named(row.id)))


def _named(staff_id: Any) -> ColumnElement[bool]:
    """Whether any row of any table refers to this account, or the audit names it: a young person may ask who looked (S73)."""
    references = [key.parent for table in destroying.TABLES for key in table.foreign_keys if key.column.table is Staff.__table__]
    references.append(cast(Table, AuditRow.__table__).c.staff_id)
    return or_(*(exists(select(1).select_from(column.table).where(column == staff_id)) for column in references))


def _columns(table: type[Mapped]) -> Any:
    return table.__table__.c
