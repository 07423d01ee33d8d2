"""Carrying a conversation to another app, with a code that they chose to ask for. Nothing else ever links two addresses.

The code is kept as a keyed digest, for minutes. Where it is written, the conversation goes on there: the place it came from is
forgotten, and nothing of before shows until "Carry on" (S77).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from escalation import cases, discreet
from escalation.case import TALKING
from escalation.context import Service
from escalation.record import messages, parting, people
from escalation.record.ids import found_by_nobody
from escalation.record.store import Tx
from escalation.record.tables import Address, OutboxRow, Person
from escalation.signals import parted
from escalation.words import message, tokens
from escalation.young_person import afresh

HOLDS = timedelta(minutes=15)
"""How long a code can be used."""

WAITING = ("pending", "sending", discreet.KEPT_BACK)


def offer(tx: Tx, service: Service, someone: Person, code: str, places: str, now: datetime) -> None:
    """Tell a new code, between the bot and them; an older one is of no use any more."""
    someone.move_code, someone.move_until = tx.vault.pseudonym("move_code", code), now + HOLDS
    library = service.speaking(someone.language, now).library
    for text in message(library, "apps.move_code", someone.age_band, someone.easy_read, code=code, places=places):
        messages.say(tx, someone, text, now, aside=True)


def arrive(tx: Tx, service: Service, channel: str, address: str, code: str, now: datetime) -> bool:
    """Somebody wrote this code from an address. `True` where it was theirs to use: they are reached there from now on, and nowhere else.

    `False`, as for a wrong code, where it was used or is too old, and where somebody else's open case is at this address:
    an adult must not lose whom they talk to.
    """
    mover = tx.session.scalar(select(Person).where(Person.move_code == tx.vault.pseudonym("move_code", code)))
    if mover is None or mover.move_until is None or mover.move_until < now:
        return False
    here = people.find(tx, channel, address)
    if here is not None and here[0].id != mover.id and cases.open_case(tx, here[0].id) is not None:
        return False
    mover.move_code = mover.move_until = None
    new = _take_over(tx, mover, here, now) if here else people.add_address(tx, mover, channel, address, now)
    _forget_the_others(tx, mover, new, now)
    parting.note_came(tx, mover, new, now)
    mover.away_since = now
    _say_hello(tx, service, mover, now)
    tx.signal(f"person:{mover.id}")
    tx.signal(f"outbox:{channel}")
    return True


def _take_over(tx: Tx, mover: Person, here: tuple[Person, Address], now: datetime) -> Address:
    """The address becomes the mover's, who stays away from the staff that whoever was here before did not want (S63, S82).

    What came from it and nobody handled yet is the mover's: whoever was here before can be answered nowhere any more.
    """
    before, address = here
    address.last_used_at = now
    if before.id == mover.id:
        return address
    where = people.open_address(tx, address.id)
    mover.turned_down = sorted({*mover.turned_down, *afresh.turned_down(tx, before)})
    unsent = update(OutboxRow).where(OutboxRow.person_id == before.id, OutboxRow.state.in_(afresh.NOT_SENT))
    tx.session.execute(unsent.values(state=discreet.DROPPED))
    messages.hand_over(tx, before, mover, (row for row in messages.unhandled(tx, before.id) if row.address_id == address.id))
    tx.signal(parted(before.id))
    parting.note_left(tx, before, address, now)
    address.person_id = mover.id
    address.address_sealed = tx.vault.seal_for(mover, "addresses.address", address.id, where)
    tx.session.flush()
    return address


def _forget_the_others(tx: Tx, mover: Person, new: Address, now: datetime) -> None:
    """What waits goes to the new place; the old ones can neither be found nor read any more."""
    waits = update(OutboxRow).where(OutboxRow.person_id == mover.id, OutboxRow.state.in_(WAITING))
    tx.session.execute(waits.values(channel=new.channel, address_id=new.id))
    for old in tx.session.scalars(select(Address).where(Address.person_id == mover.id, Address.id != new.id)):
        tx.signal(parted(mover.id))
        parting.note_left(tx, mover, old, now)
        old.pseudonym = found_by_nobody()
        old.address_sealed = tx.vault.seal_for(mover, "addresses.address", old.id, "")
    tx.session.flush()


def _say_hello(tx: Tx, service: Service, mover: Person, now: datetime) -> None:
    """While an adult has the conversation the bot says nothing by itself, so the way on is shown here."""
    case = cases.open_case(tx, mover.id)
    if case is None or case.stage not in TALKING:
        return
    library = service.speaking(mover.language, now).library
    buttons = tokens(library.message("conversation.carry_on").buttons)
    for text in message(library, "conversation.carry_on", mover.age_band, mover.easy_read):
        messages.say(tx, mover, text, now, buttons=buttons)
