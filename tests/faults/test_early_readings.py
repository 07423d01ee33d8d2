"""The model is asked as soon as words are stored: its answer is there when the turn comes, and nobody is asked twice."""

from __future__ import annotations

import asyncio
from copy import copy
from dataclasses import dataclass, field

import pytest
from sqlalchemy import event, select

from bot.early_readings import LONGEST, Look
from bot.lanes import Lanes
from bot.rehearsal.house import House, YoungPerson
from escalation.record import people
from escalation.record.tables import InboxRow
from nlu.noticing import Noticing
from nlu.understanding import Level, Reading, Risk
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


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Noticing, str, str]]:
    """Each look of phrases at a text, with the age band that was minded."""
    taken: list[tuple[Noticing, str, str]] = []
    check = Noticing.check

    def watched(self: Noticing, text: str, age_band: str = "unknown") -> Risk:
        taken.append((self, text, age_band))
        return check(self, text, age_band)

    monkeypatch.setattr(Noticing, "check", watched)
    return taken


async def test_the_phrases_look_once_at_a_message_and_at_each_person_s_own(house: House, looks: list[tuple[Noticing, str, str]]) -> None:
    young, other = YoungPerson(house, address="young"), YoungPerson(house, address="other")
    for one in (young, other, young):
        await house.arrives("telegram", one.address, "text", "i took loads of pills just now")
    await house.settle()
    assert len(looks) == 3
    assert newest(young).level == newest(other).level == Level.IMMEDIATE


async def test_phrases_of_a_new_edition_look_anew(house: House, looks: list[tuple[Noticing, str, str]]) -> None:
    young, now = YoungPerson(house), another_edition(house.handler._noticing)
    await house.arrives("telegram", young.address, "text", "i took loads of pills just now")
    house.handler.use(house.service, now)
    await house.settle()
    assert [(noticing is now, text) for noticing, text, _ in looks] == [(on, "i took loads of pills just now") for on in (False, True)]
    assert newest(young).level == Level.IMMEDIATE


async def test_words_of_somebody_of_age_are_looked_at_with_that_in_mind(house: House, looks: list[tuple[Noticing, str, str]]) -> None:
    young = YoungPerson(house)
    await young.says("hi")
    house.record.write(lambda tx: setattr(people.person(tx, young.person().id), "age_band", "18_25"))
    looks.clear()
    await young.says("what does it mean to agree")
    assert [age_band for _, _, age_band in looks] == ["unknown", "18_25"]


def test_a_look_is_for_the_same_phrases_and_text_alone(noticing: Noticing) -> None:
    text = "i took loads of pills just now"
    look = Look(noticing, text, noticing.check(text))
    for band in ("under_13", "13_15", "16_17", "unknown"):
        assert look.as_seen_by(noticing, text, band) == noticing.check(text, band)
    assert look.as_seen_by(noticing, text, "18_25") is None
    assert look.as_seen_by(noticing, f"{text}!", "unknown") is None
    assert look.as_seen_by(another_edition(noticing), text, "unknown") is None


async def test_a_look_at_somebody_else_s_words_is_not_handed_on(house: House) -> None:
    text, equal = (" ".join(("i", "feel", "low")) for _ in range(2))
    house.handler.danger(text)
    house.handler.came("young", "row", equal, grave=False)
    asked = await house.handler._early.of("young", 1.0)
    assert "row" in asked.answers and not asked.looks


async def test_a_look_at_very_long_words_is_not_kept(house: House) -> None:
    for row_id, length in (("short", LONGEST), ("long", LONGEST + 1)):
        text = "a" * length
        house.handler.danger(text)
        house.handler.came("young", row_id, text, grave=False)
    asked = await house.handler._early.of("young", 1.0)
    assert asked.answers.keys() == {"short", "long"} and asked.looks.keys() == {"short"}


def another_edition(noticing: Noticing) -> Noticing:
    """The same phrases, published again."""
    return copy(noticing)
