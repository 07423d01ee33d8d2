"""Colleagues are asked whether they could take over a conversation, or be its second adult, before the young person hears of it.

They are told nothing of the young person. Whoever says yes first is named to the young person, who decides as always.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from escalation import alerts, cases
from escalation.case import TALKING, NotPossible
from escalation.context import Service
from escalation.record import history
from escalation.record.history import Entry
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.sharing import transfer
from escalation.sharing.staff_questions import ENDS, asked_now
from escalation.work.case_work import working_on

TRANSFER, WATCH = "transfer", "watch"
KINDS = (TRANSFER, WATCH)
OVER = ("transfer_agreed",)
"""What ends an offer beside the end of the talk: somebody else has the conversation now."""


def offer(tx: Tx, service: Service, case_id: str, kind: str, staff: Staff, to: Iterable[str], now: datetime) -> None:
    """Ask these colleagues. A newer offer of the kind takes the place of an older one. Raises `NotPossible`."""
    case = working_on(tx, case_id, staff)
    if case.worker_id != staff.id or case.stage not in TALKING:
        raise NotPossible("only the adult who has this conversation now can ask for somebody")
    if kind == TRANSFER and asked_now(tx, case, transfer.TRANSFER) is not None:
        raise NotPossible("they were asked already and have not answered yet")
    who = [id for id in to if id in _could(tx, service, case, kind, staff, now)]
    if not who:
        raise NotPossible("nobody who could be asked is on duty now")
    history.record(tx, case, f"{kind}_offered", now, actor="staff", staff_id=staff.id, detail={"to": who})
    alerts.alert(tx, service, case, who, now, f"staff.{kind}_offered", adult=staff.first_name)


def accept(tx: Tx, service: Service, case_id: str, kind: str, staff: Staff, on: str, now: datetime) -> None:
    """The first yes counts. It is on `on` that a conversation handed over goes on. Raises `NotPossible` where it is too late."""
    case = cases.locked(tx, case_id)
    asked = _open(tx, case, kind, staff)
    asker = tx.session.get_one(Staff, asked.staff_id)
    history.record(tx, case, f"{kind}_taken_up", now, actor="staff", staff_id=staff.id, detail={"of": asked.id})
    if kind == TRANSFER:
        transfer.propose(tx, service, case_id, asker, staff.id, now, on=on)
    else:
        transfer.watch(tx, service, case_id, asker, staff.id, now)
    alerts.alert(tx, service, case, (asker.id,), now, f"staff.{kind}_taken_up", adult=staff.first_name)


def not_now(tx: Tx, service: Service, case_id: str, kind: str, staff: Staff, now: datetime) -> None:
    """They cannot. Once everybody who was asked said so, whoever asked hears it. Raises `NotPossible` where it is over."""
    case = cases.locked(tx, case_id)
    asked = _open(tx, case, kind, staff)
    history.record(tx, case, f"{kind}_not_now", now, actor="staff", staff_id=staff.id, detail={"of": asked.id})
    if set(asked.detail["to"]) <= _said_no(tx, case, kind, asked):
        alerts.alert(tx, service, case, (asked.staff_id or "",), now, f"staff.{kind}_nobody")
    tx.signal(f"case:{case.id}")


def _could(tx: Tx, service: Service, case: CaseRow, kind: str, staff: Staff, now: datetime) -> set[str]:
    among = transfer.colleagues if kind == TRANSFER else transfer.watchers
    return {adult.staff_id for adult in among(tx, service, case, staff, now)}


def _open(tx: Tx, case: CaseRow, kind: str, staff: Staff) -> Entry:
    """The newest offer, if this person was asked by it and may still answer."""
    rows = history.entries(tx, case, f"{kind}_offered", f"{kind}_taken_up", *OVER, *ENDS)
    if not rows or rows[-1].event != f"{kind}_offered" or staff.id not in rows[-1].detail["to"]:
        raise NotPossible("this is not needed any more: somebody else said yes, or the conversation has moved on")
    if staff.id in _said_no(tx, case, kind, rows[-1]):
        raise NotPossible("you have answered this already")
    return rows[-1]


def _said_no(tx: Tx, case: CaseRow, kind: str, asked: Entry) -> set[str]:
    return {entry.staff_id for entry in history.entries(tx, case, f"{kind}_not_now") if entry.detail["of"] == asked.id and entry.staff_id}
