"""What is past its time does not exist for any reader, from that very moment, also before it is destroyed.

Every statement on mapped classes passes here, so that no reader can forget it. Plain tables, and statements with the option
`PAST_ITS_TIME`, see everything: that is how what is over is found and destroyed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Executable, bindparam
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from escalation.record.retention import over
from escalation.record.retention.over import Bounds
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.tables import (
    Address,
    AgreementRow,
    CallBack,
    CaseEvent,
    CaseRow,
    CheckIn,
    Concern,
    Feedback,
    InboxRow,
    OutboxRow,
    Person,
)
from escalation.record.times import UtcDateTime

PAST_ITS_TIME = "past_its_time"

_now: ContextVar[datetime] = ContextVar("retention_now")
_chat_since: ContextVar[datetime] = ContextVar("retention_chat_since")
_AT = Bounds(
    bindparam("retention_now", callable_=_now.get, type_=UtcDateTime()),
    bindparam("retention_chat_since", callable_=_chat_since.get, type_=UtcDateTime()),
)


def _hide(table: type, hidden: Callable[[Any], Any]) -> Any:
    # The conditions are built once: their times are read when a statement runs, from the variables above.
    return with_loader_criteria(table, hidden, track_closure_variables=False)


_ALWAYS = (
    _hide(Person, lambda row: ~over.person(row, _AT)),
    _hide(Address, lambda row: ~over.address(row, _AT)),
    _hide(InboxRow, lambda row: ~over.message(row, row.received_at, _AT)),
    _hide(OutboxRow, lambda row: row.person_id.is_(None) | ~over.message(row, row.created_at, _AT)),
    _hide(CaseRow, lambda row: ~over.case(row, _AT)),
    _hide(Concern, lambda row: ~over.concern(row, _AT)),
)
_BY_CASE = {
    AgreementRow: _hide(AgreementRow, lambda row: ~over.of_case(row, _AT)),
    CallBack: _hide(CallBack, lambda row: ~over.of_case(row, _AT)),
    CaseEvent: _hide(CaseEvent, lambda row: ~over.of_case(row, _AT)),
    CheckIn: _hide(CheckIn, lambda row: ~over.of_case(row, _AT)),
    Feedback: _hide(Feedback, lambda row: ~over.of_case(row, _AT)),
}


class Veil:
    """Hides what is over by a policy, at the time that `now` tells when a transaction begins."""

    def __init__(self, policy: RetentionPolicy, now: Callable[[], datetime]) -> None:
        self.policy = policy
        self._clock = now

    def bounds(self) -> Bounds:
        """The bounds at this moment."""
        return Bounds.of(self.policy, self._clock())

    def draw(self, session: Session) -> None:
        """Hide what is over now from this session, which runs in this thread."""
        at = self.bounds()
        _now.set(at.now)
        _chat_since.set(at.chat_since)
        session.info["veiled"] = True


def hide(state: ORMExecuteState) -> None:
    """The hook on every statement of a session."""
    if not state.session.info.get("veiled") or state.is_column_load or state.is_relationship_load:
        return
    if (state.is_select or state.is_update or state.is_delete) and not state.execution_options.get(PAST_ITS_TIME):
        veiled = _veiled.get(state.statement)
        state.statement = _veil(state) if veiled is None else veiled


# A statement that is kept is put together with its conditions once, not each time it runs.
_veiled: WeakKeyDictionary[Executable, Executable] = WeakKeyDictionary()


def _veil(state: ORMExecuteState) -> Executable:
    by_case = [_BY_CASE[mapper.class_] for mapper in state.all_mappers if mapper.class_ in _BY_CASE]
    _veiled[state.statement] = veiled = state.statement.options(*_ALWAYS, *by_case)
    return veiled
