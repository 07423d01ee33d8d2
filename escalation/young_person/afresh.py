"""Beginning afresh where the code word is forgotten: from now on somebody else is known at this address, to whom nothing of before belongs.

Nobody can tell whether it is the young person who holds the phone. So nothing of before shows there again, whoever it is (S77), nothing
new about it comes there either, what is on the record stays (S78), and whoever works on it hears that they are not reached there.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from escalation import alerts, cases, chain, discreet
from escalation.case import Stage
from escalation.context import Service
from escalation.record import history, messages, parting, people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, OutboxRow, Person
from escalation.signals import came_to
from escalation.words import message, tokens

NOT_SENT = ("pending", discreet.KEPT_BACK)


def begin(tx: Tx, service: Service, someone: Person, now: datetime) -> None:
    """Part this address from `someone`, and say so there. What came from it and nobody handled yet is the new person's."""
    people.hold_places(tx, someone)
    unsent = update(OutboxRow).where(OutboxRow.person_id == someone.id, OutboxRow.state.in_(NOT_SENT))
    tx.session.execute(unsent.values(state=discreet.DROPPED))
    if place := people.last_address(tx, someone.id):
        parting.note_left(tx, someone, place, now)
    new = people.part(tx, someone, turned_down(tx, someone), now)
    messages.hand_over(tx, someone, new, messages.unhandled(tx, someone.id))
    tx.signal(came_to(new.id))
    someone.away_since = someone.away_since or now
    _tell_staff(tx, service, someone, now)
    library = service.speaking(new.language, now).library
    said = message(library, "code_word.afresh", new.age_band, new.easy_read)
    for index, text in enumerate(said):
        last = index == len(said) - 1
        messages.say(tx, new, text, now, buttons=tokens(library.message("code_word.afresh").buttons) if last else ())
    tx.signal(f"person:{someone.id}")


def turned_down(tx: Tx, someone: Person) -> list[str]:
    """The members of staff whom they named in a concern or said no to: they stay away from what comes now, too (S63, S82)."""
    hidden = tx.session.scalars(select(CaseRow.hidden_from).where(CaseRow.person_id == someone.id))
    return sorted({*people.named_in_concerns(tx, someone.id), *(id for ids in hidden for id in ids)})


def _tell_staff(tx: Tx, service: Service, someone: Person, now: datetime) -> None:
    case = cases.open_case(tx, someone.id)
    if case is None:
        return
    history.record(tx, case, "began_afresh", now, actor="system")
    if case.worker_id:
        alerts.alert(tx, service, case, (case.worker_id,), now, "staff.began_afresh")
    elif case.stage == Stage.WAITING or case.undecided:
        leads = [lead.staff_id for lead in chain.staffing_of(tx, service, case, now).leads]
        alerts.alert(tx, service, case, leads, now, "staff.began_afresh")
    tx.signal(f"case:{case.id}")
