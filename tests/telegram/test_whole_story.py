"""One young person and two adults, from the disclosure to the check-in: the whole program against a Bot API server.

The young person and the first adult are on Telegram; the second adult writes in the console.
"""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from escalation.case import NotPossible, Stage
from escalation.ending import check_ins, closing
from escalation.record.tables import CaseRow
from escalation.sharing import transfer
from tests.escalation.talking import does
from tests.telegram.test_end_to_end import Town, agree_to_talk, nobody_knows_the_other, tap, town
from tests.telegram.users import until

__all__ = ["town"]


@pytest.mark.rule("S05")
@pytest.mark.rule("S07")
@pytest.mark.rule("S61")
@pytest.mark.rule("S75")
@pytest.mark.rule("S77")
async def test_a_transfer_a_withdrawal_a_closing_plan_and_a_check_in(town: Town) -> None:
    town.house.on_duty("Sam", 200)
    town.house.on_duty("Alex", 200)
    await agree_to_talk(town)
    await town.sam.hears("Someone is waiting to talk")
    town.sam.taps("Pick up")
    await town.mia.hears("Sam is here now")
    await is_handed_on(town)
    await changes_their_mind(town)
    await comes_back_to_alex(town)
    await plans_and_agrees_to_be_asked(town)
    await is_asked_in_safe_hours(town)
    await nobody_knows_the_other(town)


async def is_handed_on(town: Town) -> None:
    """Sam hands over to Alex, with a yes, and nothing is told twice."""
    house, case_id = town.house, town.case().id
    town.mia.says("he does it when mum is at work")
    await town.sam.hears("he does it when mum is at work")
    alex = house.staff("Alex").id
    does(house, "Sam", lambda tx, me: transfer.propose(tx, house.service, case_id, me, alex, town.clock()))
    await town.mia.hears("Sam would like Alex")
    await tap(town.mia, "Yes, that's OK")
    await town.mia.hears("Alex, youth worker at Harbour Youth, is here now")
    assert town.case().worker_id == alex
    house.worker_says("Alex", case_id, "Hi, I'm Alex. I read what you told Sam.")
    await town.mia.hears("I read what you told Sam")


async def changes_their_mind(town: Town) -> None:
    """The young person withdraws while Alex is typing: what Alex sends next goes nowhere."""
    case_id = town.case().id
    town.mia.says("actually don't tell anyone")
    await until(lambda: town.case().stage == Stage.CLOSED)
    with pytest.raises(NotPossible, match="has ended or is paused"):
        town.house.worker_says("Alex", case_id, "Shall we make a plan?")
    assert "Shall we make a plan?" not in town.mia.texts


async def comes_back_to_alex(town: Town) -> None:
    """Later they ask for a person again, and get the one they know."""
    heard = len(town.mia.bubbles)
    town.mia.says("can i talk to a person")
    await until(lambda: len(town.mia.bubbles) > heard)
    await tap(town.mia, "Yes", "Yes, please", "Yes, ask Alex", "Alex")
    await tap(town.mia, "Only that I want to talk")
    await tap(town.mia, "Send it")
    await until(lambda: newest(town).stage == Stage.WAITING)
    town.house.pick_up("Alex", newest(town).id)
    await town.mia.hears("Alex is here now")


async def plans_and_agrees_to_be_asked(town: Town) -> None:
    """A plan is written line by line, and a check-in is agreed to in hours that are safe."""
    house, case_id, service, now = town.house, newest(town).id, town.house.service, town.clock
    does(house, "Alex", lambda tx, me: closing.start(tx, service, case_id, me, now()))
    does(house, "Alex", lambda tx, me: closing.propose(tx, service, case_id, me, "We tell your nan together on Friday.", now()))
    await town.mia.hears("We tell your nan together on Friday.")
    await tap(town.mia, "Yes")
    does(house, "Alex", lambda tx, me: check_ins.offer(tx, service, case_id, me, now()))
    await town.mia.hears("Alex would like to know how you are in a few days")
    await tap(town.mia, "In 3 days")
    await tap(town.mia, "16:00 to 19:00")
    await town.mia.hears("I'll say hello on Thursday at 16:00")
    house.close("Alex", case_id, "plan_made")
    await town.mia.hears("Alex has ended the chat")
    await town.mia.hears("How do you feel now?")
    assert newest(town).stage == Stage.FOLLOW_UP


async def is_asked_in_safe_hours(town: Town) -> None:
    """Nothing comes before the hours they chose; then a hello that gives nothing away, and the plan is behind "Carry on"."""
    heard = len(town.mia.bubbles)
    town.clock.move(hours=77)
    await asyncio.sleep(2)  # the clock ticks each second
    assert len(town.mia.bubbles) == heard
    town.clock.move(hours=2)
    await town.mia.hears("just saying hello")
    assert not any(word in text for text in town.mia.texts[heard:] for word in ("nan", "stepdad", "plan"))
    await tap(town.mia, "Carry on")
    await town.mia.hears("How are you doing now?")
    await tap(town.mia, "I'm OK")
    await until(lambda: newest(town).stage == Stage.CLOSED)


def newest(town: Town) -> CaseRow:
    """The case that was opened last."""
    return town.program.record.read(lambda tx: tx.session.scalars(select(CaseRow).order_by(CaseRow.id.desc()).limit(1)).one())
