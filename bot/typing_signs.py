"""Showing in a messaging app that somebody is writing, where the app has a sign for it. Nothing depends on it, and nothing is kept."""

from __future__ import annotations

from contextlib import suppress

from bot.channels import Signing
from bot.leasing import Alone, Lease
from escalation import being_written
from escalation.record import people
from escalation.record.store import Record, RecordUnavailable, Tx


class TypingSigns:
    """Shows the signs of one channel."""

    def __init__(self, record: Record, channel: Signing, lease: Lease | None = None) -> None:
        """`lease`: the right to send through this channel, where other processes might."""
        self._record = record
        self._channel = channel
        self._lease = lease or Alone()

    async def run(self) -> None:
        """Show them until cancelled."""
        async for topic in self._record.signals.stream(f"{being_written.TOPIC}:*"):
            if not self._lease.term:
                continue
            with suppress(RecordUnavailable):
                address = await self._record.aread(lambda tx, id=topic.partition(":")[2]: self._address(tx, id))  # type: ignore[misc]
                if address is not None:
                    await self._channel.typing(address)

    def _address(self, tx: Tx, person_id: str) -> str | None:
        """Where the person is reached, if that is on this channel."""
        row = people.last_address(tx, person_id)
        return people.open_address(tx, row.id) if row and row.channel == self._channel.name else None
