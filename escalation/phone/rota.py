"""Stepping away and coming back, from a member of staff's own phone."""

from __future__ import annotations

from datetime import datetime, timedelta

from escalation.case import NotPossible
from escalation.context import Service
from escalation.phone.ending import Answer
from escalation.record.duty import ON_THE_ROTA, RotaError
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.rota import shifts
from escalation.words import clock

COMMANDS = ("away", "here")
USUAL_MINUTES = 30


def commanded(tx: Tx, service: Service, staff: Staff, name: str, minutes: str, now: datetime, answer: Answer) -> None:
    """Do `away`, for these minutes or the usual ones, or `here`, and answer it. Raises `NotPossible`."""
    if staff.role not in ON_THE_ROTA:
        raise NotPossible("only people on the rota can step away")
    if name == "here":
        shifts.come_back(tx, service, staff, now)
        answer("staff.here")
        return
    until = now + timedelta(minutes=_minutes(minutes.strip()))
    try:
        shifts.step_away(tx, service, staff, until, now)
    except RotaError as error:
        raise NotPossible(str(error)) from None
    answer("staff.away", until=clock(until, now, service))


def _minutes(text: str) -> int:
    if not text:
        return USUAL_MINUTES
    if not (text.isdecimal() and len(text) <= 3):
        raise NotPossible("write the minutes as a number, such as /away 30")
    return int(text)
