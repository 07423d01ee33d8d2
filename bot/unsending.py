"""Deleting from chats what is not to stay there: outbox rows that are marked, one by one, until they are gone or can never be."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from sqlalchemy import select

from bot.channels import Deleting, TryLater, Undeliverable
from bot.leasing import Alone, Lease
from escalation.phone.forgetting import TO_DELETE
from escalation.record.messages import UNSEND
from escalation.record.store import Record, RecordUnavailable, Tx
from escalation.record.tables import OutboxRow, Staff
from escalation.young_person import clearing

log = logging.getLogger(__name__)

PAUSE = 1.0
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Marked:
    """A message that is to be deleted. No address: whose chat it was is not known any more. `own`: in a young person's own chat."""

    row_id: str
    address: str | None
    external_id: str
    own: bool


class Unsender:
    """Deletes the marked rows of one channel: a young person's words on phones of staff, and what somebody cleared from their own."""

    def __init__(self, record: Record, channel: Deleting, lease: Lease | None = None) -> None:
        """`lease`: the right to send through this channel, where other processes might."""
        self._record = record
        self._channel = channel
        self._lease = lease or Alone()

    async def run(self) -> None:
        """Delete until cancelled."""
        while True:
            try:
                pause = await self.round() if self._lease.term else PAUSE
            except RecordUnavailable as error:
                log.warning("deleting has to wait: %s", error)
                pause = PAUSE
            await asyncio.sleep(pause)

    async def round(self) -> float:
        """Delete what is marked now; returns the seconds to wait before the next round."""
        pause = PAUSE
        for marked in await self._record.aread(self._marked):
            try:
                state = await self._delete(marked)
            except TryLater as later:
                pause = max(pause, later.seconds)
                continue
            except Exception as error:
                log.error("a message could not be deleted: %s", type(error).__name__)
                state = "stays"
            await self._record.awrite(lambda tx, id=marked.row_id, state=state: _note(tx, id, state))  # type: ignore[misc]
        return pause

    async def _delete(self, marked: Marked) -> str:
        if marked.address is None:
            return "stays"
        try:
            await self._channel.delete(marked.address, marked.external_id)
        except Undeliverable:
            if not marked.own:
                log.error("words on a worker's phone could not be deleted: ask them to delete the chat")
            return "stays"
        return "deleted"

    def _marked(self, tx: Tx) -> list[Marked]:
        rows = select(OutboxRow, Staff).outerjoin(Staff, Staff.id == OutboxRow.staff_id)
        here = rows.where(OutboxRow.channel == self._channel.name, OutboxRow.state == TO_DELETE).order_by(OutboxRow.seq).limit(AT_ONCE)
        return [
            Marked(row.id, _chat(tx, row, staff), row.external_id or "", row.speaker == UNSEND) for row, staff in tx.session.execute(here)
        ]


def _chat(tx: Tx, row: OutboxRow, staff: Staff | None) -> str | None:
    if staff is None:
        return clearing.where_to(tx, row)
    return tx.vault.open_own("staff.telegram", staff.id, staff.telegram_sealed) if staff.telegram_sealed else None


def _note(tx: Tx, row_id: str, state: str) -> None:
    """What became of it. A row that only asked for this has done its work."""
    row = tx.session.scalar(select(OutboxRow).where(OutboxRow.id == row_id))
    if row is not None and row.speaker == UNSEND:
        tx.session.delete(row)
    elif row is not None:
        row.state = state
