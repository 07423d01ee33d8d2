"""The agreement ledger in the record: entries are added and never changed, and what they allow is read from all of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from escalation.consent import ON_DUTY, Agreement, Kind, Scope, Shared, shared
from escalation.context import Service
from escalation.record import people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import AgreementRow, CaseRow, Person

# Put together once: each line of a conversation with an adult asks for it.
_OF_CASES = select(AgreementRow).where(AgreementRow.case_id.in_(bindparam("case_ids", expanding=True))).order_by(AgreementRow.seq)


@dataclass(frozen=True, slots=True)
class Wording:
    """The exact words under which somebody agreed or refused."""

    id: str
    version: str
    text: str
    language: str = "en"


def as_shown(service: Service, someone: Person, id: str, version: str, text: str, now: datetime) -> Wording:
    """A wording, with the language in which this young person was shown it."""
    return Wording(id, version, text, service.speaking(someone.language, now).library.language_of(id))


@dataclass(frozen=True, slots=True)
class With:
    """With whom: whoever the rota brings, or one member of staff by id; and their role (S05)."""

    recipient: str = ON_DUTY
    role: str = "worker"


def enter(
    tx: Tx,
    case: CaseRow,
    kind: Kind,
    wording: Wording,
    now: datetime,
    *,
    scope: Scope | None = None,
    expires_at: datetime | None = None,
    whom: With = With(),
    decided_by: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add an entry. `detail` is sealed: what an override was decided on."""
    row_id = new_id()
    someone = people.person(tx, case.person_id)
    tx.session.add(
        AgreementRow(
            id=row_id,
            person_id=case.person_id,
            case_id=case.id,
            kind=kind,
            scope=scope,
            recipient=whom.recipient,
            recipient_role=whom.role,
            wording_id=wording.id,
            wording_version=wording.version,
            wording_sealed=tx.vault.seal_for(someone, "agreements.wording", row_id, wording.text),
            language=wording.language,
            at=now,
            expires_at=expires_at,
            decided_by=decided_by,
            detail_sealed=tx.vault.seal_for(someone, "agreements.detail", row_id, json.dumps(detail)) if detail else None,
        )
    )
    tx.session.flush()


def agreed(tx: Tx, case: CaseRow, now: datetime, recipient: str = ON_DUTY) -> Shared:
    """What the ledger lets one member of staff, by id, or whoever is on duty see of this case at `now`."""
    return agreed_in(tx, [case.id], now, recipient)[case.id]


def said_no(tx: Tx, case: CaseRow) -> bool:
    """Whether their last word about sharing with whoever is on duty was a no, or a change of mind."""
    about_us = (AgreementRow.recipient == ON_DUTY, AgreementRow.kind != Kind.OVERRIDE)
    kinds = select(AgreementRow.kind).where(AgreementRow.case_id == case.id, *about_us).order_by(AgreementRow.seq.desc())
    return tx.session.scalars(kinds.limit(1)).first() in (Kind.REFUSED, Kind.WITHDRAWN)


def agreed_in(tx: Tx, case_ids: Sequence[str], now: datetime, recipient: str = ON_DUTY) -> dict[str, Shared]:
    """The same for several cases at once, by their ids."""
    entries: dict[str, list[Agreement]] = {id: [] for id in case_ids}
    for row in tx.session.scalars(_OF_CASES, {"case_ids": list(case_ids)}):
        scope = Scope(row.scope) if row.scope else None
        entries[row.case_id].append(Agreement(Kind(row.kind), scope, row.at, row.expires_at, row.recipient))
    return {id: shared(made, now, recipient) for id, made in entries.items()}
