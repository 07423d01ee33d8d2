"""What a young person agreed to share, read from the ledger. Pure.

Towards young people and in the record the ledger is called an agreement (S34): in safeguarding, sharing seldom rests on
consent in the data-protection sense.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Scope(StrEnum):
    """What may be shared, each including the one before."""

    WANTS_TO_TALK = "wants_to_talk"
    SUMMARY = "summary"
    CHAT = "chat"


class Kind(StrEnum):
    """The kinds of entry in the ledger."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OVERRIDE = "override"


ON_DUTY = "on_duty"
"""The recipient of an agreement that holds for whoever the rota brings; any other recipient is one member of staff, by id."""

VALID_FOR = timedelta(days=30)
"""How long an agreement holds unless it is withdrawn or given again."""

LEGAL_BASES = ("vital_interests", "public_task", "legal_obligation", "safeguarding_condition")


@dataclass(frozen=True, slots=True)
class Agreement:
    """One entry of the ledger, in the order in which they were made."""

    kind: Kind
    scope: Scope | None
    at: datetime
    expires_at: datetime | None = None
    recipient: str = ON_DUTY


@dataclass(frozen=True, slots=True)
class Override:
    """A named human's decision to share without agreement (S03, S04)."""

    reason: str
    legal_basis: str
    risk: str
    decided_by: str
    at: datetime
    told_first: bool
    unsafe_to_tell: str = ""

    def missing(self) -> tuple[str, ...]:
        """What this decision lacks; empty when it is complete."""
        lacks = [name for name in ("reason", "legal_basis", "risk", "decided_by") if not getattr(self, name).strip()]
        if self.legal_basis and self.legal_basis not in LEGAL_BASES:
            lacks.append("legal_basis")
        if not self.told_first and not self.unsafe_to_tell.strip():
            lacks.append("told_first or unsafe_to_tell")
        return tuple(lacks)


@dataclass(frozen=True, slots=True)
class Shared:
    """What staff may see at this moment, and since when."""

    scope: Scope | None
    since: datetime | None = None
    override: bool = False

    @property
    def chat(self) -> bool:
        """Whether the words written before the hand-over may be read."""
        return self.override or self.scope is Scope.CHAT

    @property
    def summary(self) -> bool:
        return self.chat or self.scope is Scope.SUMMARY


NOTHING = Shared(None)


def shared(ledger: Iterable[Agreement], now: datetime, recipient: str = ON_DUTY) -> Shared:
    """What the ledger allows `recipient` at `now`.

    Of the entries that concern them the last one decides: those about whoever is on duty, and those that name them. A
    change of mind concerns everybody. An expired entry allows nothing. An override stands, whatever is said later, for whom
    it was made: telling somebody outside opens nothing to staff.
    """
    state = NOTHING
    for entry in ledger:
        if entry.kind is Kind.WITHDRAWN or entry.recipient in (ON_DUTY, recipient):
            state = after(state, entry, now)
    return state


def after(state: Shared, entry: Agreement, now: datetime) -> Shared:
    """What is shared once one more entry is made: the ledger's one step."""
    if entry.kind is Kind.OVERRIDE:
        return replace(state, override=True)
    if entry.kind is Kind.GIVEN and (entry.expires_at is None or now < entry.expires_at):
        return replace(state, scope=entry.scope, since=entry.at)
    return replace(state, scope=None, since=None)
