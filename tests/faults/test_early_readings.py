"""The model is asked as soon as words are stored: its answer is there when the turn comes, and nobody is asked twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sqlalchemy import event, select

from bot.lanes import Lanes
from bot.rehearsal.house import House, YoungPerson
from escalation.record.tables import InboxRow
from nlu.understanding import Level, Reading
from tests.faults.waiting import until

BURST = 2.0


@dataclass
class SlowReader:
    """Answers after some seconds, or never, and remembers what it was asked."""

    seconds: float
    asked: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    async def read(self, text: str) -> Reading | None:
        self.asked.append(text)
        await asyncio.sleep(self.seconds)
        self.answered.append(text)
        return Reading("what_is_consent", 0.99, (("what_is_consent", 0.99),))


def newest(young: YoungPerson) -> InboxRow:
    """What they wrote last."""
    theirs = select(InboxRow).where(InboxRow.person_id == young.person().id).order_by(InboxRow.seq.desc()).limit(1)
    return young.house.record.read(lambda tx: tx.session.scalars(theirs).one())


async def test_the_model_answers_while_the_end_of_a_burst_is_waited_for(house: House) -> None:
    young, reader = YoungPerson(house), SlowReader(BURST / 4)
    await young.says("hi")
    house.handler._reader = reader
    lanes = Lanes(house.handler.handle, BURST)
    before = len(young.lines())
    await house.arrives("telegram", young.address, "text", "what does it mean to agree")
    lanes.wake(young.person().id)
    await until(lambda: bool(reader.answered))
    assert len(young.lines()) == before + 1, "more words may come"
    await lanes.idle()
    assert len(young.lines()) > before + 1
    assert reader.asked == ["what does it mean to agree"]


async def test_a_turn_whose_answer_is_there_is_one_transaction(house: House) -> None:
    young, commits = YoungPerson(house), list[object]()
    await young.says("hi")
    await house.arrives("telegram", young.address, "text", "what does it mean to agree")
    await until(lambda: not house.handler._early._asked[young.person().id].pending)
    event.listen(house.record.engine, "commit", commits.append)
    await house.settle()
    assert len(commits) == 1


async def test_an_answer_that_is_late_is_waited_for_and_not_asked_for_again(house: House) -> None:
    young, reader = YoungPerson(house), SlowReader(0.8)
    await young.says("hi")
    house.handler._reader = reader
    await young.says("what does it mean to agree")
    assert reader.asked == reader.answered == ["what does it mean to agree"]
    assert newest(young).handled_at is not None


async def test_danger_is_noticed_in_the_same_way_early_or_late(house: House) -> None:
    """By the phrases, whatever the model says, and whether it has answered or not."""
    levels = []
    for number, seconds in enumerate((0.0, 0.8)):
        young = YoungPerson(house, address=f"young-{number}")
        await young.says("hi")
        house.handler._reader = SlowReader(seconds)
        await young.says("i took loads of pills just now")
        levels.append(newest(young).level)
    assert levels == [Level.IMMEDIATE] * 2
