"""Which bubble is next for somebody, and how it goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

from bot import unsent
from bot.channels import Asking, Channel, Outgoing
from content.editorial.interface import ENGLISH
from escalation import approved_words, discreet
from escalation.app_templates import Approved
from escalation.context import Service
from escalation.ending import check_ins
from escalation.record import messages, people
from escalation.record.envelope import SealBroken
from escalation.record.messages import CONTACT
from escalation.record.store import Tx
from escalation.record.tables import Address, OutboxRow, Person, Staff

STILL_FITS: dict[str, Callable[[Tx, Service, OutboxRow, datetime], bool]] = {
    check_ins.TACT: check_ins.may_still_go,
    **dict.fromkeys((discreet.TALK, discreet.UNASKED, discreet.KNOCK), discreet.may_still_go),
}
"""What is looked at once more before a bubble goes out, however long it was put off: by what the row carries (S75, S77)."""


@dataclass(frozen=True, slots=True)
class Next:
    """The row that is next for somebody, as far as its turn depends on it. `address`: `None` where there is none any more."""

    row_id: str
    recipient: str
    address: str | None
    urgent: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A row that goes out."""

    row_id: str
    address: str
    outgoing: Outgoing


class Letters:
    """Of one channel, as the record has them."""

    def __init__(self, channel: Channel, service: Service, now: Callable[[], datetime]) -> None:
        self.service = service
        self._channel = channel.name
        self._asking = channel if isinstance(channel, Asking) else None
        self._now = now

    def next(self, tx: Tx, recipient: str) -> Next | None:
        """The recipient's oldest row; `None` when it is not due or there is none."""
        row, place, _, pressing = self._oldest(tx, recipient)
        return Next(row.id, recipient, self._address(tx, row, place), pressing) if self._is_due(row) else None

    def begin(self, tx: Tx, recipient: str) -> Letter | None:
        """The recipient's oldest row that still fits, marked as being sent; `None` when it is not due or there is none."""
        row, place, someone, _ = self._oldest(tx, recipient)
        if not self._is_due(row):
            return None
        approved = None
        if row.tact and not STILL_FITS[row.tact](tx, self.service, row, self._now()):
            tx.session.flush()
            return self.begin(tx, recipient)
        if not approved_words.is_free(tx, self.service, row, self._now()):
            approved = approved_words.instead(tx, self.service, row, self._now())
            if approved is None:
                tx.session.flush()
                return self.begin(tx, recipient)
        letter = self._letter(tx, row, place, someone, approved)
        if letter is None:
            row.state, row.problem = "failed", "no_address"
            tx.session.flush()
            return self.begin(tx, recipient)
        row.state, row.attempts = "sending", row.attempts + 1
        if self._asking is not None:
            row.after_id = self._asking.newest()
        return letter

    def cut_off(self, tx: Tx, recipient: str) -> tuple[Letter, str] | None:
        """The bubble that was on its way to them, and the app's newest id then."""
        row, place, someone, _ = self._oldest(tx, recipient)
        if row is None or row.state != "sending" or (letter := self._letter(tx, row, place, someone)) is None:
            return None
        return letter, row.after_id or ""

    def _oldest(self, tx: Tx, recipient: str) -> tuple[OutboxRow | None, Address | None, Person | None, bool]:
        return unsent.oldest(tx, self._channel, recipient) or (None, None, None, False)

    def _is_due(self, row: OutboxRow | None) -> TypeGuard[OutboxRow]:
        return row is not None and row.state == "pending" and not (row.not_before and row.not_before > self._now())

    def _letter(
        self, tx: Tx, row: OutboxRow, place: Address | None, someone: Person | None, approved: Approved | None = None
    ) -> Letter | None:
        """The row as it goes out; `None` where there is no address or no words any more."""
        address = self._address(tx, row, place)
        if address is None:
            return None
        try:
            text, buttons = messages.outgoing(tx, row)
        except SealBroken:
            return None
        language = someone.language if someone else ENGLISH
        return Letter(row.id, address, Outgoing(text, buttons, protected=row.staff_id is not None, approved=approved, language=language))

    def _address(self, tx: Tx, row: OutboxRow, place: Address | None) -> str | None:
        try:
            return self._open_address(tx, row, place)
        except SealBroken:
            return None

    def _open_address(self, tx: Tx, row: OutboxRow, place: Address | None) -> str | None:
        if row.address_id:
            # They may have begun afresh since it was written to them: then it is somebody else's place.
            return people.open_address(tx, place.id) if place and place.person_id == row.person_id else None
        if row.staff_id is None:
            return CONTACT
        staff = tx.session.get_one(Staff, row.staff_id)
        if self._channel == "apprise":
            return staff.id
        return tx.vault.open_own("staff.telegram", staff.id, staff.telegram_sealed) if staff.telegram_sealed else None
