"""Noting what became of a bubble: sent, put off, or never to arrive."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from bot import unsent
from bot.channels import Fate, OnlyApproved, TryLater, Undeliverable
from escalation import approved_words, undelivered
from escalation.context import Service
from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import OutboxRow

MOST_EARLY = 1000
"""So many reports on bubbles that are not known to be sent are kept in mind; the app tells of some that were never stored, too."""
RETRY_AFTER = (1, 2, 5, 10, 30, 60)
"""Seconds between tries when the app is not reachable; the last one repeats for as long as it takes."""


class Fates:
    """Of the bubbles of one channel. It keeps in mind what the app reports before the record knows that it took the bubble."""

    def __init__(self, channel: str, service: Service, now: Callable[[], datetime]) -> None:
        self.service = service
        self._channel = channel
        self._now = now
        self._early: OrderedDict[str, Fate | None] = OrderedDict()

    def sent(self, tx: Tx, row_id: str, external_id: str) -> None:
        """The app took it under this id."""
        row = unsent.by_id(tx, row_id)
        if row is None or row.state == "sent":  # erased, or sent by another process while this one stood still
            return
        row.state, row.sent_at, row.external_id, row.problem = "sent", self._now(), external_id[:80], None
        _tell_pages(tx, row)
        if external_id in self._early:
            self._known_now(tx, row, self._early[external_id])

    def not_taken(self, tx: Tx, row_id: str, fate: Fate) -> None:
        """The app did not take it, for good or now."""
        if isinstance(fate, Undeliverable):
            self._failed(tx, row_id)
        elif isinstance(fate, TryLater):
            self.again(tx, row_id, fate.seconds)
        elif (row := unsent.by_id(tx, row_id)) is not None and isinstance(fate, OnlyApproved):
            approved_words.closed_early(tx, self.service, row, self._now())
        elif row is not None:
            approved_words.none_approved(tx, self.service, row, self._now())

    def put_off(self, tx: Tx, row_id: str, seconds: float) -> None:
        """It was not tried, as its turn is far off. What became of it meanwhile stays so: nobody had marked it."""
        if (row := unsent.by_id(tx, row_id)) is not None and row.state == "pending":
            self.again(tx, row_id, seconds)

    def again(self, tx: Tx, row_id: str, seconds: float) -> None:
        """It goes out again, in so many seconds at the earliest."""
        if (row := unsent.by_id(tx, row_id)) is None:
            return
        pause = max(seconds, RETRY_AFTER[max(0, min(row.attempts, len(RETRY_AFTER)) - 1)])
        row.state, row.problem, row.not_before, row.sent_at = "pending", "try_later", self._now() + timedelta(seconds=pause), None

    def reported(self, tx: Tx, fates: Mapping[str, Fate | None]) -> list[str]:
        """Note what the app says only now, of those that are known as sent, and return their ids."""
        sent = select(OutboxRow).where(OutboxRow.channel == self._channel, OutboxRow.state == "sent")
        rows = {row.external_id or "": row for row in tx.session.scalars(sent.where(OutboxRow.external_id.in_(fates)))}
        for id, row in rows.items():
            self._known_now(tx, row, fates[id])
        return list(rows)

    def remember(self, fates: Mapping[str, Fate | None]) -> None:
        """Keep in mind what the app reports, until it is noted."""
        self._early.update(fates)
        while len(self._early) > MOST_EARLY:
            self._early.popitem(last=False)

    def unknown(self, fates: Mapping[str, Fate | None]) -> dict[str, Fate | None]:
        """Those among them that are not noted yet."""
        return {id: fate for id, fate in fates.items() if id in self._early}

    def forget(self, ids: Iterable[str]) -> None:
        """They are noted, or never will be."""
        for id in ids:
            self._early.pop(id, None)

    def _known_now(self, tx: Tx, row: OutboxRow, fate: Fate | None) -> None:
        if fate is not None:
            self.not_taken(tx, row.id, fate)
        elif row.arrived_at is None:
            row.arrived_at = self._now()
            _tell_pages(tx, row)

    def _failed(self, tx: Tx, row_id: str) -> None:
        """The app will never take it: note so on the row, and that the person cannot be reached there, unless they were there since."""
        if (row := unsent.by_id(tx, row_id)) is None:
            return
        row.state, row.problem = "failed", "undeliverable"
        someone = people.person(tx, row.person_id) if row.person_id else None
        if someone and not (row.sent_at and someone.last_seen_at and row.sent_at < someone.last_seen_at):
            someone.unreachable_at = self._now()
        undelivered.note(tx, row, self._now())
        _tell_pages(tx, row)


def _tell_pages(tx: Tx, row: OutboxRow) -> None:
    if row.case_id:
        tx.signal(f"case:{row.case_id}")
