"""A worker on Telegram: what their taps and words do, on the real record."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from bot.intake import Intake
from bot.rehearsal.house import House, YoungPerson
from escalation import cases, relay
from escalation.agreements import Wording
from escalation.case import Stage
from escalation.cases import Noticed
from escalation.consent import Scope
from escalation.record import duty, messages
from escalation.record.store import Record, Tx
from escalation.record.tables import CaseEvent, OutboxRow
from nlu.understanding import Level

_events = count(1)


class Phone:
    """A worker's phone: what they do, and what they read."""

    def __init__(self, house: House, name: str) -> None:
        self.house, self.name, self.address = house, name, f"staff-{name}"
        self.read = 0

    async def says(self, text: str) -> list[str]:
        return await self.does("text", text)

    async def taps(self, label: str) -> list[str]:
        return await self.does("button", self.token(label))

    async def does(self, kind: str, text: str = "", **more: Any) -> list[str]:
        """Do something and return what is read then."""
        self.news()
        self.house.clock.move(seconds=3)
        await self.house.comes_in("telegram", self.address, kind, text, **more)
        return self.news()

    def news(self) -> list[str]:
        rows = [row for row in self.rows() if row.state not in ("held", "dropped", "released")]
        fresh, self.read = rows[self.read :], len(rows)
        return [self.text(row) for row in fresh]

    def token(self, label: str) -> str:
        found = [token for row in self.rows() for text, token in self.buttons(row) if text == label]
        assert found, f"{self.name} has no button {label!r}"
        return found[-1]

    def labels(self) -> list[str]:
        """The buttons under the last message."""
        return [label for label, _ in self.buttons(self.rows()[-1])]

    def rows(self) -> list[OutboxRow]:
        staff = self.house.staff(self.name)
        mine = select(OutboxRow).where(OutboxRow.staff_id == staff.id).order_by(OutboxRow.seq)
        return self.house.record.read(lambda tx: list(tx.session.scalars(mine)))

    def text(self, row: OutboxRow) -> str:
        return self.house.record.read(lambda tx: messages.outgoing(tx, row))[0]

    def buttons(self, row: OutboxRow) -> tuple[tuple[str, str], ...]:
        return self.house.record.read(lambda tx: messages.outgoing(tx, row))[1]


@pytest.fixture
def sam(staffed: House) -> Phone:
    return Phone(staffed, "Sam")


@pytest.fixture
def alex(staffed: House) -> Phone:
    return Phone(staffed, "Alex")


@pytest.fixture
async def waiting(staffed: House, young: YoungPerson, sam: Phone) -> YoungPerson:
    """A young person who waits for an adult: somebody has shared that they want to talk, and Sam has been alerted."""
    await young.starts()
    await wait_for_an_adult(staffed, young)
    return young


async def wait_for_an_adult(house: House, young: YoungPerson) -> None:
    def agree(tx: Tx) -> None:
        someone = tx.session.merge(young.person())
        case = cases.offer(tx, someone, Noticed(Level.CONCERN, ("bullying",), "self", frozenset(), None), house.clock())
        cases.agree(
            tx, house.service, case, Scope.SUMMARY, Wording("consent.summary", "1", "…"), "They take my lunch money.", house.clock()
        )

    house.record.write(agree)


def stage(young: YoungPerson) -> str:
    case = young.case()
    assert case
    return case.stage


async def test_pick_up_puts_the_worker_in_the_conversation(waiting: YoungPerson, sam: Phone) -> None:
    assert "waiting to talk" in sam.news()[0]
    told = await sam.taps("Pick up")
    assert told[0].startswith("You have the conversation now.")
    assert told[1] == "They chose to share this: They take my lunch money."
    assert stage(waiting) == Stage.LIVE
    assert any("Sam is here now" in line.text for line in waiting.hears())


async def test_only_one_worker_gets_the_conversation(staffed: House, waiting: YoungPerson, sam: Phone, alex: Phone) -> None:
    token = sam.token("Pick up")
    await sam.taps("Pick up")
    [answer] = await alex.does("button", token)
    assert answer == "Not picked up: this conversation is not waiting any more: somebody else has picked it up, or it has ended."
    case = waiting.case()
    assert case
    assert case.worker_id == staffed.staff("Sam").id


async def test_a_second_tap_on_pick_up_changes_nothing(waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    waiting.hears()
    [answer] = await sam.taps("Pick up")
    assert answer.startswith("Not picked up:")
    assert not waiting.hears()


async def test_the_same_tap_delivered_twice_acts_once(waiting: YoungPerson, sam: Phone) -> None:
    await sam.does("button", sam.token("Pick up"), external_id="same")
    assert await sam.does("button", sam.token("Pick up"), external_id="same") == []


@pytest.mark.rule("S82")
async def test_the_person_who_was_refused_cannot_pick_up(staffed: House, waiting: YoungPerson, sam: Phone) -> None:
    token, case = sam.token("Pick up"), waiting.case()
    assert case
    staff_id = staffed.staff("Sam").id
    staffed.record.write(lambda tx: cases.not_this_person(tx, cases.locked(tx, case.id), staff_id, staffed.clock()))
    assert await sam.does("button", token) == ["Not picked up: there is no such case."]


@pytest.mark.rule("S61")
async def test_words_pass_both_ways_and_nothing_else_does(waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    waiting.hears()
    assert await sam.says("Hi, I'm glad you wrote.") == []
    assert [line.text for line in waiting.hears()] == ["Hi, I'm glad you wrote."]
    await waiting.says("its every day now")
    assert sam.news() == ["its every day now"]
    seen_by_sam = " ".join(sam.text(row) for row in sam.rows())
    seen_by_young = " ".join(line.text for line in waiting.lines())
    assert waiting.address not in seen_by_sam
    assert sam.address not in seen_by_young


async def test_words_with_nothing_open_go_nowhere(waiting: YoungPerson, sam: Phone) -> None:
    waiting.hears()
    [answer] = await sam.says("hello?")
    assert answer.startswith("You have no open conversation here, so nothing was sent.")
    assert not waiting.hears()


async def test_a_conversation_picked_up_in_the_console_is_not_answered_from_the_phone(
    staffed: House, waiting: YoungPerson, sam: Phone
) -> None:
    case = waiting.case()
    assert case
    staffed.pick_up("Sam", case.id)
    [answer] = await sam.says("hello?")
    assert answer.startswith("You have no open conversation here")


@pytest.mark.rule("S64")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("call me on 07700 900123", "personal contact details"),
        ("this stays between you and me", "asking for secrecy"),
        ("can you send me a photo of it", "asking for a picture"),
    ],
)
async def test_a_message_that_should_not_go_is_held_and_can_be_dropped(waiting: YoungPerson, sam: Phone, text: str, reason: str) -> None:
    await sam.taps("Pick up")
    waiting.hears()
    [asked] = await sam.says(text)
    assert asked.startswith(f"Not sent yet. Your message may hold: {reason}.")
    assert sam.labels() == ["Send it anyway", "Don't send it"]
    assert await sam.taps("Don't send it") == ["It was not sent. You can write it another way."]
    assert await sam.taps("Send it anyway") == ["That did not work: this was decided already."]
    assert not waiting.hears()


@pytest.mark.rule("S64")
async def test_a_held_message_outlives_a_restart_and_goes_once(staffed: House, waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    waiting.hears()
    await sam.says("my number at work is 01872 555 0199")
    again = Record(staffed.record.url, bytes(range(32)))
    staffed.intake = Intake(again, staffed.service, staffed.clock, lambda _: False, lambda *_: None)
    assert await sam.taps("Send it anyway") == ["Sent. The record shows that it was sent after a warning."]
    assert await sam.taps("Send it anyway") == ["That did not work: this was decided already."]
    assert [line.text for line in waiting.hears()] == ["my number at work is 01872 555 0199"]
    again.close()
    events = staffed.record.read(lambda tx: list(tx.session.scalars(select(CaseEvent.event))))
    assert events.count("message_held") == 1
    assert events.count("sent_after_hold") == 1


@pytest.mark.rule("S64")
async def test_a_held_message_of_one_worker_cannot_be_sent_by_another(waiting: YoungPerson, sam: Phone, alex: Phone) -> None:
    await sam.taps("Pick up")
    await sam.says("this stays between you and me")
    waiting.hears()
    assert await alex.does("button", sam.token("Send it anyway")) == ["That did not work: this was decided already."]
    assert not waiting.hears()


async def test_a_held_message_does_not_go_after_the_end(waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    await sam.says("this stays between you and me")
    await sam.does("command", "close")
    await sam.taps("Guidance given")
    waiting.hears()
    [answer] = await sam.taps("Send it anyway")
    assert answer == "That did not work: this conversation has ended or is paused: nothing was sent."
    assert not waiting.hears()


async def test_close_asks_for_the_outcome_and_the_bot_is_back(waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    waiting.hears()
    assert await sam.does("command", "close") == ["How did it end? Pick what fits best."]
    assert len(sam.labels()) == len(relay.OUTCOMES) + 1, "each outcome, and a plan first"
    assert stage(waiting) == Stage.LIVE
    assert (await sam.taps("A plan was made together"))[0].startswith("Closed.")
    case = waiting.case()
    assert case
    assert (case.stage, case.outcome) == (Stage.CLOSED, "plan_made")
    assert "Sam has ended the chat" in waiting.hears()[0].text


async def test_an_outcome_button_of_an_earlier_conversation_closes_nothing(waiting: YoungPerson, sam: Phone, staffed: House) -> None:
    await sam.taps("Pick up")
    await sam.does("command", "close")
    old = sam.token("Referred on")
    await sam.taps("Guidance given")
    await wait_for_an_adult(staffed, waiting)
    await sam.taps("Pick up")
    assert await sam.does("button", old) == ["That did not work: that conversation has ended already, or is not with you here."]
    assert stage(waiting) == Stage.LIVE


async def test_close_with_words_behind_it_is_not_passed_on(waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    waiting.hears()
    assert await sam.says("/close she is fine now") == ["How did it end? Pick what fits best."]
    assert not waiting.hears()


async def test_back_hands_the_conversation_to_the_next_person(waiting: YoungPerson, sam: Phone, alex: Phone) -> None:
    await sam.taps("Pick up")
    waiting.hears()
    assert (await sam.does("command", "back"))[-1].startswith("Handed back.")
    assert stage(waiting) == Stage.WAITING
    assert "Sam" in waiting.hears()[0].text


@pytest.mark.parametrize("command", ["close", "back"])
async def test_commands_with_nothing_open(waiting: YoungPerson, sam: Phone, command: str) -> None:
    [answer] = await sam.does("command", command)
    assert answer.startswith("You have no open conversation here")


@pytest.mark.parametrize(
    ("kind", "text"), [("command", "help"), ("command", "dance"), ("started", ""), ("text", "/"), ("text", "/what is this")]
)
async def test_help(waiting: YoungPerson, sam: Phone, kind: str, text: str) -> None:
    assert (await sam.does(kind, text))[0].startswith('Tap "Pick up" under an alert')


@pytest.mark.rule("S40")
async def test_a_workers_picture_is_not_passed_on_and_they_are_told(waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    waiting.hears()
    assert await sam.does("media", "look at this", media="photo") == ["I can't pass on pictures, voice notes or files. Please write it."]
    assert not waiting.hears()


async def test_a_workers_edit_is_not_passed_on_and_they_are_told(waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    await sam.says("see you at 3")
    waiting.hears()
    [answer] = await sam.does("edited", "see you at 4")
    assert answer.startswith("Your edit was not passed on.")
    assert not waiting.hears()


@pytest.mark.parametrize(
    "token", ["", "x", "0:do:", "0:do:dance:1", "7:topic:consent", "0:do:pick_up", "0:do:send_anyway:1", "0:do:outcome:x:y"]
)
async def test_a_button_that_fits_nothing_is_answered(waiting: YoungPerson, sam: Phone, token: str) -> None:
    [answer] = await sam.does("button", token)
    assert answer.startswith("That did not work: ")


async def test_pick_up_of_a_case_that_does_not_exist(waiting: YoungPerson, sam: Phone) -> None:
    assert await sam.does("button", "0:do:pick_up:nothing") == ["Not picked up: there is no such case."]


async def test_a_message_longer_than_one_may_be_is_refused_with_the_reason(waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    [answer] = await sam.says("x" * 4000)
    assert answer.startswith("That did not work: this is too long for one message")


async def test_a_worker_who_blocks_the_bot_leaves_nobody_behind(waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    await sam.does("left")
    assert stage(waiting) == Stage.WAITING


async def test_a_worker_has_one_conversation_at_a_time_on_the_phone(staffed: House, waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    second = YoungPerson(staffed, address="young-2")
    await second.starts()
    await wait_for_an_adult(staffed, second)
    [answer] = await sam.taps("Pick up")
    assert answer.startswith("Not picked up: you have a conversation here already")
    assert stage(second) == Stage.WAITING


async def test_a_closed_account_picks_up_nothing(staffed: House, waiting: YoungPerson, sam: Phone) -> None:
    token = sam.token("Pick up")

    def close_account(tx: Tx) -> None:
        staff = duty.staff_named(tx, "Sam")
        assert staff
        staff.closed_at = staffed.clock()

    staffed.record.write(close_account)
    await staffed.comes_in("telegram", sam.address, "button", token)
    assert stage(waiting) == Stage.WAITING


async def test_every_button_fits_into_what_telegram_takes(waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    await sam.says("this stays between you and me")
    await sam.does("command", "close")
    found = [token for row in sam.rows() for _, token in sam.buttons(row)]
    assert len(found) >= 10
    assert max(len(token.encode()) for token in found) <= 64


@pytest.mark.rule("S76")
async def test_held_words_are_sealed_in_the_record(staffed: House, waiting: YoungPerson, sam: Phone) -> None:
    await sam.taps("Pick up")
    await sam.says("this stays between you and me")
    [held] = [row for row in sam.rows() if row.state == "held"]
    assert b"between" not in held.body_sealed
    assert sam.text(held) == "this stays between you and me"
