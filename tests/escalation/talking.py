"""A young person who agreed to an adult, and that adult in the conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.rehearsal.house import House, YoungPerson
from escalation.record import history
from escalation.record.history import Entry
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff

T = TypeVar("T")

CHAT, SUMMARY, WANTS_TO_TALK = "This chat so far", "A short summary", "Only that I want to talk"


async def asks_for_an_adult(young: YoungPerson) -> str:
    """They want to talk to somebody, and share only that; returns the case's id."""
    await young.starts()
    await young.says("person")
    for label in ("Yes", WANTS_TO_TALK, "Send it"):
        await young.taps(label)
    case = young.case()
    assert case is not None
    return case.id


async def waits(young: YoungPerson, scope: str = CHAT, age_band: str = "13_15", first: str = "my stepdad hits me every day") -> str:
    """They told of harm and agreed to share; returns the case's id."""
    await young.starts()
    await young.taps_token(f"0:do:band_{age_band}")
    await young.says(first)
    for label in ("Yes", scope, "Send it"):
        await young.taps(label)
    case = young.case()
    assert case is not None
    return case.id


async def talks(young: YoungPerson, scope: str = CHAT, age_band: str = "13_15", first: str = "my stepdad hits me every day") -> str:
    """The same, and Sam has picked up."""
    case_id = await waits(young, scope, age_band, first)
    young.house.pick_up("Sam", case_id)
    young.hears()
    return case_id


def does(house: House, name: str, work: Callable[[Tx, Staff], T]) -> T:
    """A member of staff does something, in one transaction."""
    return house.does(name, work)


def past(house: House, case_id: str, *events: str) -> list[Entry]:
    """The history of a case, or only these events of it."""
    return house.record.read(lambda tx: history.entries(tx, tx.session.get_one(CaseRow, case_id), *events))
