"""What somebody wrote before, with which their next words are understood."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import bindparam, select

from escalation.record.store import Tx
from escalation.record.tables import InboxRow, Person

# Put together once: each message asks for it.
_LATEST = (
    select(InboxRow.id, InboxRow.message_ref, InboxRow.body_sealed)
    .where(
        InboxRow.person_id == bindparam("person_id"),
        InboxRow.kind.in_(("text", "edited")),
        InboxRow.handled_at.is_not(None),
        InboxRow.aside.is_(False),
    )
    .order_by(InboxRow.seq.desc())
    .limit(bindparam("limit"))
)


def latest(tx: Tx, someone: Person, limit: int, replaced: Collection[str] = ()) -> list[str]:
    """What the person wrote last and was handled, oldest first: the newest version of each message.

    `replaced`: references of messages of which a newer version is being handled now; they are left out.
    """
    rows = tx.session.execute(_LATEST, {"person_id": someone.id, "limit": 2 * limit}).all()
    newest = {ref or id: (id, sealed) for id, ref, sealed in reversed(rows)}
    texts = [_text(tx, someone, *row) for ref, row in newest.items() if ref not in replaced]
    return [text for text in texts if text][-limit:]


def _text(tx: Tx, someone: Person, row_id: str, sealed: bytes) -> str:
    text: str = json.loads(tx.vault.open_for(someone, "inbox.body", row_id, sealed)).get("text") or ""
    return text.strip()
