"""Delivery: each row once, each person's rows in order, nobody held up by somebody else, and no busy loop while waiting."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import OperationalError

from bot import sending as sends
from bot.channels import Fate, Outgoing, TryLater, Undeliverable
from bot.channels.pacing import Turns
from bot.rehearsal.house import House
from bot.sending import Sender
from escalation.record import messages, people
from escalation.record.store import Tx
from escalation.record.tables import OutboxRow
from tests.faults.app import App, sending
from tests.faults.waiting import until


def write(house: House, address: str, *texts: str) -> None:
    def rows(tx: Tx) -> None:
        someone, _ = people.find_or_create(tx, "telegram", address, house.clock())
        for text in texts:
            messages.say(tx, someone, text, house.clock())

    house.record.write(rows)


def states(house: House) -> list[str]:
    return house.record.read(lambda tx: list(tx.session.scalars(select(OutboxRow.state).order_by(OutboxRow.seq))))


async def test_each_row_is_sent_once_and_each_persons_rows_in_order(house: House) -> None:
    app = App()
    for number in range(20):
        write(house, f"young-{number % 4}", f"{number} a", f"{number} b")
    async with sending(house, app):
        write(house, "young-0", "late")
        await until(lambda: set(states(house)) == {"sent"})
    for who in range(4):
        expected = [f"{n} {part}" for n in range(who, 20, 4) for part in "ab"] + (["late"] if who == 0 else [])
        assert app.to(f"young-{who}") == expected


async def test_a_row_that_has_to_wait_holds_back_those_behind_it_and_keeps_nobody_busy(house: House) -> None:
    app = App(away=True)
    write(house, "young-1", "one", "two", "three")
    async with sending(house, app):
        await until(lambda: states(house)[0] == "pending" and app.tries == 1)
        statements: list[str] = []
        event.listen(house.record.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        await asyncio.sleep(2)
        assert len(statements) < 30, "waiting must not mean asking the record all the time"
        assert app.tries == 1
        app.away = False
        house.clock.move(seconds=2)
        await until(lambda: states(house) == ["sent"] * 3)
    assert app.to("young-1") == ["one", "two", "three"]


async def test_a_row_that_does_not_open_any_more_holds_up_neither_its_person_nor_others(house: House) -> None:
    app = App()
    write(house, "young-1", "one", "damaged", "three")
    write(house, "young-2", "hello")

    def damage(tx: Tx) -> None:
        row = tx.session.scalars(select(OutboxRow).order_by(OutboxRow.seq).offset(1).limit(1)).one()
        row.body_sealed = row.body_sealed[:-1] + bytes([row.body_sealed[-1] ^ 1])

    house.record.write(damage)
    async with sending(house, app):
        await until(lambda: set(states(house)) == {"sent", "failed"})
    assert states(house) == ["sent", "failed", "sent", "sent"]
    assert app.to("young-1") == ["one", "three"]
    assert app.to("young-2") == ["hello"]


async def test_a_row_that_was_being_sent_when_the_process_died_goes_out_again_before_those_behind_it(house: House) -> None:
    app = App()
    write(house, "young-1", "one", "two")

    def cut_off(tx: Tx) -> None:
        tx.session.scalars(select(OutboxRow).order_by(OutboxRow.seq).limit(1)).one().state = "sending"

    house.record.write(cut_off)
    async with sending(house, app):
        await until(lambda: states(house) == ["sent", "sent"])
    assert app.to("young-1") == ["one", "two"]


@dataclass
class EarlyApp(App):
    """An app that says what became of a bubble before it has answered that it takes it."""

    fates: list[Fate | None] = field(default_factory=list)
    sender: Sender | None = None

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        id = await super().deliver(address, outgoing)
        assert self.sender is not None
        await self.sender.report({id: self.fates.pop(0)})
        return id


async def test_what_an_app_reports_before_the_bubble_is_noted_as_sent_is_kept(house: House) -> None:
    app = EarlyApp(fates=[None, Undeliverable()])
    write(house, "young-1", "one", "two")
    async with sending(house, app) as sender:
        app.sender = sender
        await until(lambda: states(house) == ["sent", "failed"])
    assert house.record.read(lambda tx: tx.session.scalars(select(OutboxRow.arrived_at).order_by(OutboxRow.seq)).all())[0] is not None


async def test_a_row_that_a_database_which_went_away_had_marked_after_all_goes_out(house: House) -> None:
    app = App()
    write(house, "young-1", "one")
    lost: list[object] = []

    def answer_is_lost(connection: Connection) -> None:
        marked = connection.exec_driver_sql("SELECT 1 FROM outbox WHERE state = 'sending'").first()
        if marked and not lost:
            lost.append(connection.exec_driver_sql("COMMIT"))
            raise OperationalError("COMMIT", None, Exception("the connection was lost"))

    event.listen(house.record.engine, "commit", answer_is_lost)
    async with sending(house, app):
        await until(lambda: states(house) == ["sent"])
    assert lost
    assert app.to("young-1") == ["one"]


@dataclass
class PacedApp(App):
    """An app with a speed limit, that knows how many bubbles it was given which nobody has noted yet."""

    house: House | None = None
    turns: int = 0
    most: int = 0
    too_soon: set[str] = field(default_factory=set)

    async def turn(self, address: str, *, urgent: bool = False) -> None:
        self.turns += 1
        if address in self.too_soon:
            self.too_soon.remove(address)
            raise TryLater(0.2)

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        assert self.house is not None
        self.most = max(self.most, self.tries + 1 - states(self.house).count("sent"))
        return await super().deliver(address, outgoing)


async def test_few_bubbles_are_between_an_app_and_our_note_so_that_few_are_seen_twice_after_a_crash(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sends, "SLOW", 60.0)
    app = PacedApp(house=house)
    for number in range(30):
        write(house, f"young-{number}", "a", "b")
    async with sending(house, app):
        await until(lambda: set(states(house)) == {"sent"})
    assert app.most == sends.ON_THEIR_WAY
    assert app.turns == 60


async def test_bubbles_that_an_app_is_slow_with_hold_up_nobody_else(house: House) -> None:
    app = PacedApp(house=house)
    app.gate.clear()
    for number in range(6):
        write(house, f"young-{number}", "hello")
    async with sending(house, app):
        await until(lambda: app.tries == 6)
        app.gate.set()
        await until(lambda: set(states(house)) == {"sent"})


async def test_a_bubble_whose_turn_is_far_off_waits_and_those_of_others_go(house: House) -> None:
    app = PacedApp(house=house, too_soon={"young-1"})
    write(house, "young-1", "one", "two")
    write(house, "young-2", "hello")
    async with sending(house, app):
        await until(lambda: sorted(states(house)) == ["pending", "pending", "sent"])
        house.clock.move(seconds=2)
        await until(lambda: set(states(house)) == {"sent"})
    assert app.to("young-1") == ["one", "two"]


@dataclass
class LateApp(PacedApp):
    """An app whose turn is far off, for a bubble of which something else has become by then."""

    becomes: str = ""

    async def turn(self, address: str, *, urgent: bool = False) -> None:
        assert self.house is not None
        if not self.turns:
            await self.house.record.awrite(self._change)
            self.too_soon.add(address)
        await super().turn(address, urgent=urgent)

    def _change(self, tx: Tx) -> None:
        tx.session.scalars(select(OutboxRow)).one().state = self.becomes


@pytest.mark.parametrize("becomes", ["sent", "dropped", "held"])
async def test_what_becomes_of_a_bubble_before_its_turn_is_known_to_be_far_off_stays_so(house: House, becomes: str) -> None:
    """Another process has sent it, or it is not to be said any more: such as words for a worker who no longer has the conversation."""
    app = LateApp(house=house, becomes=becomes)
    write(house, "young-1", "one")
    async with sending(house, app):
        await until(lambda: app.turns == 1)
        write(house, "young-2", "two")
        await until(lambda: states(house)[1] == "sent")
        house.clock.move(seconds=5)
        write(house, "young-2", "three")
        await until(lambda: states(house)[2] == "sent")
    assert states(house)[0] == becomes
    assert app.to("young-1") == []


@dataclass
class BusyApp(App):
    """An app that takes twenty bubbles a second, from all together."""

    limits: Turns = field(default_factory=lambda: Turns(chat=(0.01, 100), all=(0.05, 1)))

    async def turn(self, address: str, *, urgent: bool = False) -> None:
        await self.limits.take(address, urgent=urgent)

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        await self.limits.wait(address)
        return await super().deliver(address, outgoing)


async def test_what_is_about_a_case_goes_ahead_of_everybodys_ordinary_answers(house: House) -> None:
    """More goes out than the app takes: an alert may not stand in the line for that."""
    app = BusyApp()
    for number in range(100):
        write(house, f"young-{number}", "ordinary")

    def pressing(tx: Tx) -> None:
        for number in range(3):
            someone, _ = people.find_or_create(tx, "telegram", f"in-danger-{number}", house.clock())
            messages.say(tx, someone, "call 999", house.clock(), urgent=True)

    async with sending(house, app):
        await until(lambda: len(app.shown) >= 3)
        before = len(app.shown)
        house.record.write(pressing)
        await until(lambda: sum(text == "call 999" for _, text in app.shown) == 3)
        ordinary = [text for _, text in app.shown[before:]].count("ordinary")
        assert ordinary <= 8, f"{ordinary} ordinary answers went out before"


async def test_an_ordinary_answer_that_waits_does_not_hold_up_the_emergency_text_behind_it(house: House) -> None:
    """Somebody whose last answer is still far back in the line writes of danger: both go out now, in order."""
    app = BusyApp()
    for number in range(100):
        write(house, f"young-{number}", "ordinary")

    def danger(tx: Tx) -> None:
        someone, _ = people.find_or_create(tx, "telegram", "young-99", house.clock())
        messages.say(tx, someone, "call 999", house.clock(), urgent=True)

    async with sending(house, app):
        await until(lambda: len(app.shown) >= 3)
        before = len(app.shown)
        house.record.write(danger)
        await until(lambda: "call 999" in app.to("young-99"))
        assert app.to("young-99") == ["ordinary", "call 999"]
        assert len(app.shown) - before <= 15, "others went out before"
