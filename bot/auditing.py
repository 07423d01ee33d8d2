"""The auditor: finds what was left behind and wakes it again. Its heartbeat stops while something stays overdue."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from bot.unsent import UNSENT
from escalation import cases, chain
from escalation.case import Stage
from escalation.context import Service
from escalation.record.store import Record, RecordUnavailable, Tx
from escalation.record.tables import DueRow, InboxRow, OutboxRow

log = logging.getLogger(__name__)

LEFT_BEHIND = timedelta(seconds=10)
"""After so long without an answer somebody is woken again."""
OVERDUE = timedelta(minutes=1)
"""After so long something is overdue: it ought to have been done within seconds."""
KINDS = ("due rows", "urgent messages", "answers")
"""What can be overdue."""
MOST_AT_ONCE = 200
PUT_OFF = "put_off"
"""The result of a due row that failed and is to be tried again."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was left behind: whom to wake, which cases have nothing to come, and how many things are overdue, by kind."""

    people: tuple[str, ...]
    forgotten: tuple[str, ...]
    overdue: dict[str, int]


class Auditor:
    """Looks from time to time. `channels` are those that this program sends by itself; `beat` is called when all is well."""

    def __init__(self, record: Record, service: Service, wake: Callable[[str, bool], None], now: Callable[[], datetime]) -> None:
        self._record = record
        self._service = service
        self._wake = wake
        self._now = now
        self.channels: frozenset[str] = frozenset()
        self.beat: Callable[[], Awaitable[None]] | None = None
        self.in_line: Callable[[str], bool] = lambda person_id: False
        """Whether somebody was not left behind, as they wait for their turn."""
        self.overdue: dict[str, int] = {}
        """What the last look found overdue, by kind."""

    def use(self, service: Service) -> None:
        """Go on with another edition of words and policy."""
        self._service = service

    async def look(self) -> Found | None:
        """Wake whatever was left behind; `None` while the record is away."""
        try:
            found = await self._record.aread(self._find)
            # However many stand in a line, they hide nobody from here.
            for person_id in [one for one in found.people if not self.in_line(one)][:MOST_AT_ONCE]:
                self._wake(person_id, True)
            for case_id in found.forgotten:
                log.error("a case that waits had nothing left to come: whoever is there is asked again")
                await self._record.awrite(lambda tx, case_id=case_id: self._ask_again(tx, case_id))  # type: ignore[misc]
        except RecordUnavailable as error:
            log.warning("the auditor could not look: %s", error)
            return None
        await self._report(found)
        return found

    async def _report(self, found: Found) -> None:
        self.overdue = found.overdue
        if found.overdue:
            log.error("overdue: %s", ", ".join(f"{count} {name}" for name, count in sorted(found.overdue.items())))
            for channel in self.channels:
                self._record.tell(f"outbox:{channel}")
        elif self.beat is not None:
            await self.beat()

    def _find(self, tx: Tx) -> Found:
        now = self._now()
        counts = dict(zip(KINDS, (self._late_rows(tx, now), self._unsent(tx, now), self._unanswered(tx, now)), strict=True))
        overdue = {name: count for name, count in counts.items() if count}
        return Found(tuple(self._left_behind(tx, now)), tuple(chain.forgotten(tx)), overdue)

    def _late_rows(self, tx: Tx, now: datetime) -> int:
        late = or_(DueRow.due_at <= now - OVERDUE, DueRow.result == PUT_OFF)
        return tx.session.scalar(select(func.count()).select_from(DueRow).where(DueRow.done_at.is_(None), late)) or 0

    def _unsent(self, tx: Tx, now: datetime) -> int:
        ours = (OutboxRow.channel.in_(tuple(self.channels)), OutboxRow.state.in_(UNSENT), OutboxRow.urgent)
        due = func.coalesce(OutboxRow.not_before, OutboxRow.created_at) <= now - OVERDUE
        late = or_(due, (OutboxRow.attempts > 0) & (OutboxRow.created_at <= now - OVERDUE))
        return tx.session.scalar(select(func.count()).select_from(OutboxRow).where(*ours, late)) or 0

    def _unanswered(self, tx: Tx, now: datetime) -> int:
        waiting = (InboxRow.handled_at.is_(None), InboxRow.received_at <= now - OVERDUE)
        return tx.session.scalar(select(func.count()).select_from(InboxRow).where(*waiting)) or 0

    def _left_behind(self, tx: Tx, now: datetime) -> list[str]:
        waiting = select(InboxRow.person_id).where(InboxRow.handled_at.is_(None), InboxRow.received_at <= now - LEFT_BEHIND)
        # Not DISTINCT: for it SQLite walks through the messages of all years, in the order of their people.
        return list(dict.fromkeys(tx.session.scalars(waiting.order_by(InboxRow.received_at))))

    def _ask_again(self, tx: Tx, case_id: str) -> None:
        case = cases.locked(tx, case_id)
        if case.stage == Stage.WAITING and case_id in chain.forgotten(tx):
            chain.ask_again(tx, self._service, case, self._now())
