"""What is over, as conditions on rows: the same ones hide a row from every reader and choose what is destroyed.

`row` is a mapped class or the columns of its table. The tables inside are plain ones, so that nothing is hidden from the
conditions themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select

from escalation.record.retention.policy import RetentionPolicy
from escalation.record.tables import Address, CaseRow, Concern, Person
from escalation.record.times import UtcDateTime

_cases = CaseRow.__table__.alias("cases_kept")
_held = CaseRow.__table__.alias("cases_held")
_concerns = Concern.__table__.alias("concerns_kept")
_addresses = Address.__table__.alias("addresses_used")
_people = Person.__table__.alias("people_with_key")
NOWHERE = b""
"""What an address holds that somebody else's words still name, and that is nobody's any more."""


@dataclass(frozen=True)
class Bounds:
    """`now`, and the moment before which a chat is over; both as values or as parameters of a statement."""

    now: Any
    chat_since: Any

    @classmethod
    def of(cls, policy: RetentionPolicy, now: datetime) -> Bounds:
        """The bounds of a moment."""
        return cls(now, now - policy.chat.length)

    def asked(self) -> dict[str, Any]:
        """The values of `ASKED`, for a statement that has it."""
        return {"now": self.now, "chat_since": self.chat_since}


ASKED = Bounds(bindparam("now", type_=UtcDateTime()), bindparam("chat_since", type_=UtcDateTime()))
"""The bounds as parameters."""
_INSTANT = timedelta(microseconds=1)
"""The least by which two times in the record differ."""


def case(row: Any, at: Bounds) -> ColumnElement[bool]:
    """A case whose time is over and that no hold keeps."""
    return and_(row.expires_at.is_not(None), row.expires_at <= at.now, row.held_at.is_(None))


def concern(row: Any, at: Bounds) -> ColumnElement[bool]:
    """A concern whose time is over; a hold on its case keeps it."""
    held = exists(select(1).select_from(_held).where(_held.c.id == row.case_id, _held.c.held_at.is_not(None)))
    return and_(row.expires_at.is_not(None), row.expires_at <= at.now, ~held)


def of_case(row: Any, at: Bounds) -> ColumnElement[bool]:
    """A row of a case that is over."""
    return exists(select(1).select_from(_cases).where(_cases.c.id == row.case_id, case(_cases.c, at)))


def message(row: Any, when: Any, at: Bounds) -> ColumnElement[bool]:
    """A message past the period of chats that no case keeps. `when`: its time."""
    return and_(when <= at.chat_since, ~kept(row.person_id, at))


def first_message(at: Bounds) -> datetime:
    """The earliest time at which a message is not over, of somebody whom no case keeps: `message`, for bounds that are values."""
    since: datetime = at.chat_since + _INSTANT
    return since


def address(row: Any, at: Bounds) -> ColumnElement[bool]:
    """Where somebody could be reached: not used for the period of chats, leading nowhere any more, or the key of its person is erased."""
    key = exists(select(1).select_from(_people).where(_people.c.id == row.person_id, _people.c.data_key_wrapped != b""))
    return or_(unused_address(row, at), row.address_sealed == NOWHERE, ~key)


def unused_address(row: Any, at: Bounds) -> ColumnElement[bool]:
    """Where somebody could be reached, not used for the period of chats."""
    return and_(row.last_used_at <= at.chat_since, ~kept(row.person_id, at))


def person(row: Any, at: Bounds) -> ColumnElement[bool]:
    """Somebody of whom nothing is kept any more, or whose key is erased.

    Who began afresh, or gave their place to a mover, has no address, and their words are kept from when they were last here.
    """
    used = exists(select(1).select_from(_addresses).where(_addresses.c.person_id == row.id, _addresses.c.last_used_at > at.chat_since))
    here = and_(row.last_seen_at.is_not(None), row.last_seen_at > at.chat_since)
    return or_(and_(row.created_at <= at.chat_since, ~used, ~here, ~kept(row.id, at)), row.data_key_wrapped == b"")


def kept(person_id: Any, at: Bounds) -> ColumnElement[bool]:
    """Whether a case or a concern keeps what belongs to this person."""
    by_case = exists(select(1).select_from(_cases).where(_cases.c.person_id == person_id, ~case(_cases.c, at)))
    by_concern = exists(select(1).select_from(_concerns).where(_concerns.c.person_id == person_id, ~concern(_concerns.c, at)))
    return or_(by_case, by_concern)
