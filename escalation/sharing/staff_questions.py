"""What staff ask a young person by a button in the chat: one question at a time of each kind, and an old button answers nothing.

The number in a button's token is the place of the question among those of its kind in this case, and the end of the case's id: a
button of an earlier case, still in the chat, answers nothing that was asked in this one.
"""

from __future__ import annotations

from datetime import datetime

from escalation import discreet
from escalation.case import NotPossible
from escalation.context import Service
from escalation.record import history, people
from escalation.record.history import Entry
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.words import message, tokens

MESSAGES = {"transfer": "hand_over.transfer", "passing_on": "consent.passing_on", "referral": "consent.referral"}
ANSWERS = ("agreed", "refused", "dropped")
"""How a question of a kind ends, each an event of its own: `transfer_agreed` and so on."""

ENDS = ("picked_up", "handed_back", "withdrawn", "closed")
"""What ends the talk in which it was asked."""


def ask(
    tx: Tx, service: Service, case: CaseRow, kind: str, staff: Staff, now: datetime, fields: dict[str, str], detail: dict[str, str]
) -> None:
    """Ask, now or as soon as they carry on. Raises `NotPossible` while another of this kind waits, or nothing can reach them."""
    if asked_now(tx, case, kind) is not None:
        raise NotPossible("they were asked already and have not answered yet")
    someone = people.person(tx, case.person_id)
    id = MESSAGES[kind]
    library = service.speaking(someone.language, now).library
    bubbles = message(library, id, someone.age_band, someone.easy_read, **fields)
    number = _number(case, len(history.entries(tx, case, f"{kind}_asked")) + 1)
    buttons = [(label, f"{token}:{number}") for label, token in tokens(library.message(id).buttons)]
    if not discreet.tell(tx, service, someone, bubbles, now, buttons=buttons, case_id=case.id):
        raise NotPossible("this young person has left every channel: nothing can reach them")
    detail = {**detail, "words": "\n".join(bubbles), "language": library.language_of(id)}
    history.record(tx, case, f"{kind}_asked", now, actor="staff", staff_id=staff.id, detail=detail)
    tx.signal(f"case:{case.id}")


def asked_now(tx: Tx, case: CaseRow, kind: str, number: str = "") -> Entry | None:
    """The question of this kind that waits for an answer; with `number`, only if it is that one."""
    rows = history.entries(tx, case, f"{kind}_asked", *(f"{kind}_{how}" for how in ANSWERS), *ENDS)
    asked = [row for row in rows if row.event == f"{kind}_asked"]
    if not rows or rows[-1].event != f"{kind}_asked" or (number and number != _number(case, len(asked))):
        return None
    return rows[-1]


def _number(case: CaseRow, place: int) -> str:
    return f"{place}-{case.id[-8:]}"
