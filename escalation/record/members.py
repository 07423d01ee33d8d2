"""Members of staff in the record, for those who ask at each message."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from escalation.record.store import Tx
from escalation.record.tables import Staff

# Put together once: each line of a conversation with an adult asks for it.
_BY_ID = select(Staff).where(Staff.id == bindparam("id"))


def by_id(tx: Tx, staff_id: str | None) -> Staff | None:
    """The member of staff with this id; `None` where there is none."""
    return None if staff_id is None else tx.at_hand(Staff, staff_id) or tx.session.scalar(_BY_ID, {"id": staff_id})
