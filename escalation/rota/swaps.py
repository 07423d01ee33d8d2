"""Swaps: somebody who cannot work a shift asks, and whoever can takes it. Until then it stays with whoever asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from escalation.alerts.team import notify
from escalation.context import Service
from escalation.record import audit, duty
from escalation.record.duty import RotaError
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import Shift, ShiftSwap, Staff
from escalation.rota import shifts
from escalation.rota.spans import Span

OPEN, TAKEN, WITHDRAWN = "open", "taken", "withdrawn"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A shift that somebody wants to swap."""

    id: str
    shift: Shift
    asker: Staff


def wanted(tx: Tx, now: datetime) -> list[Wanted]:
    """The open swaps whose shift is still to come or running, the next one first."""
    joined = select(ShiftSwap, Shift, Staff).join(Shift, Shift.id == ShiftSwap.shift_id).join(Staff, Staff.id == ShiftSwap.from_staff_id)
    rows = tx.session.execute(joined.where(ShiftSwap.state == OPEN, Shift.ends_at > now).order_by(Shift.starts_at)).all()
    return [Wanted(swap.id, shift, asker) for swap, shift, asker in rows]


def ask(tx: Tx, service: Service, shift_id: str, by: Staff, now: datetime) -> ShiftSwap:
    """Whoever has the shift asks the others to take it, and those who could are told. Raises `RotaError`."""
    shift = tx.session.get(Shift, shift_id)
    if shift is None or shift.staff_id != by.id:
        raise RotaError("this shift is not yours: only who works it can ask for a swap")
    if shift.ends_at <= now:
        raise RotaError("this shift is over")
    if any(one.shift.id == shift_id for one in wanted(tx, now)):
        raise RotaError("you have asked for this shift already")
    swap = ShiftSwap(id=new_id(), shift_id=shift_id, from_staff_id=by.id, state=OPEN, asked_at=now)
    tx.session.add(swap)
    tx.session.flush()
    audit.note(tx, "swap_asked", now, staff_id=by.id, subject_id=shift_id)
    others = [row for row in duty.on_the_rota(tx) if row.id != by.id and _could_take(tx, row, shift)]
    notify(tx, service, others, "staff.swap_asked", now, adult=by.first_name, shift=shifts.when(shift, service, now))
    tx.signal("rota:all")
    return swap


def take(tx: Tx, service: Service, swap_id: str, by: Staff, now: datetime) -> None:
    """Somebody else takes the shift, from now on or from its start. Raises `RotaError` where they may not, or somebody was first."""
    swap, shift = _open(tx, swap_id, now)
    if by.id == swap.from_staff_id:
        raise RotaError("this is your own shift: withdraw the swap to keep it")
    _check_all_of(tx, by, shift)
    asker = tx.session.get_one(Staff, swap.from_staff_id)
    shift.staff_id, shift.series_id = by.id, None
    swap.to_staff_id, swap.state, swap.answered_at = by.id, TAKEN, now
    tx.session.flush()
    audit.note(tx, "swap_taken", now, staff_id=by.id, subject_id=shift.id)
    notify(tx, service, [asker], "staff.swap_taken", now, adult=by.first_name, shift=shifts.when(shift, service, now))
    tx.signal("rota:all")
    shifts.go_on(tx, service, now)


def withdraw(tx: Tx, swap_id: str, by: Staff, now: datetime) -> None:
    """Whoever asked keeps the shift after all. Raises `RotaError`."""
    swap, shift = _open(tx, swap_id, now)
    if by.id != swap.from_staff_id:
        raise RotaError("only who asked for a swap can withdraw it")
    swap.state, swap.answered_at = WITHDRAWN, now
    audit.note(tx, "swap_withdrawn", now, staff_id=by.id, subject_id=shift.id)
    tx.signal("rota:all")


def _open(tx: Tx, swap_id: str, now: datetime) -> tuple[ShiftSwap, Shift]:
    swap = tx.session.scalar(select(ShiftSwap).where(ShiftSwap.id == swap_id).with_for_update())
    if swap is None or swap.state != OPEN:
        raise RotaError("this swap is not open any more: somebody took the shift, or it was withdrawn")
    shift = tx.session.get_one(Shift, swap.shift_id)
    if shift.ends_at <= now:
        raise RotaError("this shift is over")
    return swap, shift


def _could_take(tx: Tx, row: Staff, shift: Shift) -> bool:
    try:
        _check_all_of(tx, row, shift)
    except RotaError:
        return False
    return True


def _check_all_of(tx: Tx, row: Staff, shift: Shift) -> None:
    """Vetting and training are to be current up to the end of a shift that is taken over (S67)."""
    duty.check(tx, row, Span(shift.starts_at, shift.ends_at))
    if not duty.may_serve(row, shift.ends_at):
        raise RotaError(f"the vetting or training of {row.name} ends before the shift does: record the new dates under Staff first")
