"""Somebody writes again: what is over of theirs is destroyed before anything new is stored, so that nothing new can revive it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, select

from escalation.record.retention import destroying, over
from escalation.record.retention.destroying import Destroyed
from escalation.record.retention.whole import whole_person
from escalation.record.store import Tx
from escalation.record.tables import Address, InboxRow, OutboxRow, Person


def forget(tx: Tx, channel: str, pseudonym: str) -> None:
    """Destroy what is over of whoever is known by this address: some messages, or everything."""
    if tx.veil is None:
        return
    at, policy = tx.veil.bounds(), tx.veil.policy
    someone, address, heard, said = (_columns(table) for table in (Person, Address, InboxRow, OutboxRow))
    old = {
        InboxRow: (heard.person_id == someone.id) & over.message(heard, heard.received_at, at),
        OutboxRow: (said.person_id == someone.id) & over.message(said, said.created_at, at),
    }
    asked = select(someone.id, over.person(someone, at), *(exists(select(1).where(condition)) for condition in old.values()))
    found = tx.session.execute(
        asked.join(Address.__table__, address.person_id == someone.id).where(address.channel == channel, address.pseudonym == pseudonym)
    ).first()
    if found is None or not any(found[1:]):
        return
    person_id, everything, *_ = found
    destroyed = Destroyed("over", policy.version, at.now)
    if everything:
        whole_person(tx, policy, person_id, destroyed)
        return
    for table, row, when in ((InboxRow, heard, heard.received_at), (OutboxRow, said, said.created_at)):
        condition = (row.person_id == person_id) & over.message(row, when, at)
        destroyed.count(tx, "message", destroying.rows(tx, table, condition))


def _columns(table: Any) -> Any:
    return table.__table__.c
