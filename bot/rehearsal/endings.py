"""What adults do at the end of a conversation, and what the record holds of it, for tests on the whole house."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.rehearsal.failed import given
from bot.rehearsal.house import House, YoungPerson
from escalation.ending import check_ins, closing
from escalation.record import duty, plans
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, CheckIn, Debrief, Staff
from escalation.work import debriefs


def act(house: House, step: dict[str, Any], case_id: str) -> bool:
    """Do what a step of a conversation says an adult does at the end. `False` where it says nothing of the kind."""
    if "starts_closing" in step:
        starts_closing(house, step.pop("starts_closing"), case_id)
    elif "proposes" in step:
        proposes(house, step.pop("proposes"), case_id, step.pop("line"))
    elif "offers_check_in" in step:
        offers_check_in(house, step.pop("offers_check_in"), case_id)
    else:
        return False
    return True


def starts_closing(house: House, name: str, case_id: str) -> None:
    house.record.write(lambda tx: closing.start(tx, house.service, case_id, _staff(tx, name), house.clock()))


def proposes(house: House, name: str, case_id: str, words: str) -> None:
    house.record.write(lambda tx: closing.propose(tx, house.service, case_id, _staff(tx, name), words, house.clock()))


def offers_check_in(house: House, name: str, case_id: str) -> None:
    house.record.write(lambda tx: check_ins.offer(tx, house.service, case_id, _staff(tx, name), house.clock()))


def plan_of(house: House, case_id: str) -> list[str]:
    """The lines that stand in a case's plan."""
    return list(house.record.read(lambda tx: plans.load(tx, tx.session.get_one(CaseRow, case_id)).agreed))


def check_ins_of(house: House, case_id: str) -> list[CheckIn]:
    """Every check-in of a case, oldest first."""
    rows = select(CheckIn).where(CheckIn.case_id == case_id).order_by(CheckIn.id)
    return house.record.read(lambda tx: list(tx.session.scalars(rows)))


def debriefs_of(house: House, name: str) -> list[Debrief]:
    """Every time that a member of staff was asked how they are."""
    staff = house.staff(name)
    rows = select(Debrief).where(Debrief.staff_id == staff.id).order_by(Debrief.id)
    return house.record.read(lambda tx: list(tx.session.scalars(rows)))


def answers_debrief(house: House, name: str, said: str) -> None:
    row = debriefs_of(house, name)[-1]
    house.record.write(lambda tx: debriefs.answer(tx, house.service, row.id, _staff(tx, name), said, house.clock()))


async def agrees_to_a_check_in(young: YoungPerson, house: House, case_id: str, hours: str = "16:00 to 19:00") -> None:
    """Sam offers a check-in, and the young person takes it: in three days, in these hours."""
    offers_check_in(house, "Sam", case_id)
    await young.taps("In 3 days")
    await young.taps(hours)


def _staff(tx: Tx, name: str) -> Staff:
    return given(duty.staff_named(tx, name), f"nobody is named {name}")
