"""Somebody writes again: what is over of theirs is destroyed before anything new is stored, so that nothing new can revive it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select, update

from escalation.case import Stage
from escalation.record.ids import found_by_nobody
from escalation.record.retention import destroying, over
from escalation.record.retention.destroying import Destroyed
from escalation.record.retention.over import Bounds
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.retention.stamping import everything
from escalation.record.retention.whole import whole_case, whole_person
from escalation.record.store import Tx
from escalation.record.tables import Address, CaseRow, InboxRow, OutboxRow, Person, Table


def recognise(tx: Tx, channel: str, pseudonym: str) -> tuple[Person, Address] | None:
    """Whoever is known by this address, once what is over of theirs is destroyed: some messages, a case, or everything."""
    if tx.veil is None:
        return None
    at = tx.veil.bounds()
    found = tx.session.execute(_KNOWN, {**at.asked(), "channel": channel, "pseudonym": pseudonym}).first()
    if found is None:
        return None
    someone, address, nobody, no_place, anything = found
    if nobody:
        whole_person(tx, tx.veil.policy, someone.id, Destroyed("over", tx.veil.policy.version, at.now))
        tx.session.expunge_all()
        return None
    if anything:
        _forget(tx, someone.id, at, tx.veil.policy)
    return None if no_place else (someone, address)


def _forget(tx: Tx, person_id: str, at: Bounds, policy: RetentionPolicy) -> None:
    """Destroy what is over of somebody of whom something is not."""
    destroyed, case = Destroyed("over", policy.version, at.now), _columns(CaseRow)
    for case_id in list(tx.session.scalars(select(case.id).where(case.person_id == person_id, over.case(case, at)))):
        whole_case(tx, policy, case_id, destroyed)
    # An offer that nobody took up is kept from the day on which the person was last here.
    tx.session.execute(update(CaseRow.__table__).where(_unanswered(person_id)).values(expires_at=None))  # type: ignore[arg-type]
    for table, condition in _words(person_id, at):
        destroyed.count(tx, "message", destroying.rows(tx, table, condition))


def give_way(tx: Tx, channel: str, pseudonym: str) -> None:
    """An address that is over, and still there because its person is not, is found by nobody any more: it goes with the words that name it."""
    if tx.veil is None:
        return
    address = _columns(Address)
    there = (address.channel == channel) & (address.pseudonym == pseudonym) & over.address(address, tx.veil.bounds())
    tx.session.execute(update(Address.__table__).where(there).values(pseudonym=found_by_nobody()))  # type: ignore[arg-type]


def _anything(person_id: Any, at: Bounds) -> ColumnElement[bool]:
    """Whether something of theirs is over, or has to be counted anew: most who write have nothing, and one look tells."""
    case = _columns(CaseRow)
    of_cases = ((case.person_id == person_id) & over.case(case, at), _unanswered(person_id))
    return or_(*(exists().where(condition) for condition in (*of_cases, *(condition for _, condition in _words(person_id, at)))))


def _unanswered(person_id: Any) -> ColumnElement[bool]:
    """The offers to them that nobody took up and whose time runs."""
    case = _columns(CaseRow)
    unanswered: ColumnElement[bool] = case.stage.in_((Stage.OFFERED, Stage.REFUSED)) & case.expires_at.is_not(None)
    whose: ColumnElement[bool] = case.person_id == person_id
    return whose & unanswered


def _words(person_id: Any, at: Bounds) -> Iterator[tuple[type[Table], ColumnElement[bool]]]:
    """The messages of theirs that are over."""
    heard, said = _columns(InboxRow), _columns(OutboxRow)
    yield InboxRow, (heard.person_id == person_id) & over.message(heard, heard.received_at, at)
    yield OutboxRow, (said.person_id == person_id) & over.message(said, said.created_at, at)


def _columns(table: Any) -> Any:
    return table.__table__.c


def _known() -> Select[Person, Address, bool, bool, bool]:
    """Whoever is known by an address, and the address; whether they are over, whether it is, and whether anything of theirs is."""
    ends = over.person(Person, over.ASKED), over.address(Address, over.ASKED), _anything(Person.id, over.ASKED)
    found = everything(select(Person, Address, *ends).join(Address, Address.person_id == Person.id))
    return found.where(Address.channel == bindparam("channel"), Address.pseudonym == bindparam("pseudonym"))


_KNOWN = _known()
"""Put together once: it is asked for each message that comes in, and putting it together takes longer than asking."""
