"""What was put off by an app that is away does not go out at an hour that is not safe, nor where it has become meaningless."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from escalation import discreet
from escalation.ending import check_ins
from escalation.ending.ending_policy import Hours
from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import CheckIn, DueRow, OutboxRow
from tests.escalation.talking import past, talks, waits
from tests.faults.app import App, sending
from tests.faults.waiting import until

AFTERNOON = Hours.of("16:00-19:00")
HELLO, CARRY_ON = "just saying hello", "Would you like to carry on"


def safe_in_the_afternoon(young: YoungPerson) -> None:
    def set_hours(tx: Tx) -> None:
        someone = people.person(tx, young.person().id)
        someone.safe_from, someone.safe_until = "16:00", "19:00"

    young.house.record.write(set_hours)


def rows(house: House, young: YoungPerson, *states: str) -> list[OutboxRow]:
    mine = select(OutboxRow).where(OutboxRow.person_id == young.person().id, OutboxRow.state.in_(states)).order_by(OutboxRow.seq)
    return house.record.read(lambda tx: list(tx.session.scalars(mine)))


def everything_has_gone(house: House, young: YoungPerson) -> None:
    """What was said up to here has been delivered."""

    def sent(tx: Tx) -> None:
        for row in tx.session.scalars(select(OutboxRow).where(OutboxRow.state == "pending")):
            row.state, row.sent_at = "sent", house.clock()

    house.record.write(sent)


async def put_off(house: House, young: YoungPerson) -> None:
    """The app did not take it, and that is noted."""
    await until(lambda: any(row.state == "pending" and row.attempts for row in rows(house, young, "pending")))


async def a_check_in_is_due(house: House, young: YoungPerson) -> str:
    """It was agreed for 16:00 in three days, and the app has not taken it by 18:59."""
    case_id = await talks(young)
    house.record.write(lambda tx: check_ins.agree(tx, house.service, people.person(tx, young.person().id), 3, AFTERNOON, house.clock()))
    house.close("Sam", case_id)
    everything_has_gone(house, young)
    house.clock.at = house.clock().replace(hour=16, minute=0, second=1) + timedelta(days=3)
    await house.ticking.run_due()
    assert [row.state for row in rows(house, young, "pending")] == ["pending"]
    return case_id


@pytest.mark.rule("S75")
async def test_a_check_in_that_was_put_off_past_the_safe_hours_comes_in_the_next_ones(staffed: House, young: YoungPerson) -> None:
    case_id = await a_check_in_is_due(staffed, young)
    app = App(away=True)
    async with sending(staffed, app):
        await put_off(staffed, young)
        app.away = False
        staffed.clock.at = staffed.clock().replace(hour=19, minute=0)
        await until(lambda: bool(past(staffed, case_id, "check_in_put_off")))
        assert app.to(young.address) == []
        staffed.clock.at = staffed.clock().replace(hour=15, minute=59) + timedelta(days=1)
        await staffed.ticking.run_due()
        assert rows(staffed, young, "pending") == []
        staffed.clock.move(minutes=2)
        await staffed.ticking.run_due()
        await app.shows(young.address, 1)
    assert HELLO in app.to(young.address)[0]
    assert len(past(staffed, case_id, "check_in_sent")) == 2


@pytest.mark.rule("S75")
async def test_a_check_in_put_off_until_they_said_stop_is_dropped_and_that_is_recorded(staffed: House, young: YoungPerson) -> None:
    case_id = await a_check_in_is_due(staffed, young)
    staffed.record.write(lambda tx: check_ins.stop(tx, staffed.service, people.person(tx, young.person().id), staffed.clock()))
    async with sending(staffed, App()) as _:
        await until(lambda: bool(past(staffed, case_id, "check_in_not_sent")))
    assert rows(staffed, young, "pending", "sent")[-1].tact != check_ins.TACT
    assert staffed.record.read(lambda tx: tx.session.scalars(select(CheckIn.answer)).one()) == "stopped"


@pytest.mark.rule("S75")
@pytest.mark.rule("S77")
async def test_words_about_a_wait_that_were_put_off_into_the_night_are_kept_back_and_knock_in_the_next_safe_hour(
    staffed: House, young: YoungPerson
) -> None:
    staffed.clock.at = staffed.clock().replace(hour=18, minute=40)
    staffed.on_duty("Sam", 24)
    await waits(young)
    safe_in_the_afternoon(young)
    everything_has_gone(staffed, young)
    app = App(away=True)
    async with sending(staffed, app):
        await staffed.wait(minutes=16)
        await put_off(staffed, young)
        app.away = False
        staffed.clock.at = staffed.clock().replace(hour=19, minute=10)
        await until(lambda: bool(rows(staffed, young, discreet.KEPT_BACK)))
        await until(lambda: not rows(staffed, young, "pending", "sending"))
        assert app.to(young.address) == []
        knock = staffed.record.read(lambda tx: tx.session.scalars(select(DueRow).where(DueRow.kind == discreet.KNOCK_LATER)).one())
        assert (knock.due_at.hour, knock.done_at) == (16, None)
        staffed.leaves_the_rota("Sam")
        staffed.clock.at = knock.due_at
        await staffed.ticking.run_due()
        await app.shows(young.address, 1)
    assert CARRY_ON in app.to(young.address)[0]
    assert len(app.to(young.address)) == 1


async def test_words_about_a_wait_that_is_over_are_dropped_and_that_is_recorded(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young)
    everything_has_gone(staffed, young)
    await staffed.wait(minutes=11)
    assert any("I said someone would be here by now" in line.text for line in young.hears())
    staffed.pick_up("Sam", case_id)
    staffed.clock.move(minutes=3)
    app = App()
    async with sending(staffed, app):
        await until(lambda: not rows(staffed, young, "pending", "sending"))
    assert not any("I said someone would be here by now" in text for text in app.to(young.address))
    assert any("Sam is here now" in text for text in app.to(young.address))
    assert past(staffed, case_id, "not_said_any_more")


@pytest.mark.rule("S53")
async def test_where_a_life_may_be_at_risk_no_hour_holds_back_the_knock(staffed: House, young: YoungPerson) -> None:
    staffed.clock.at = staffed.clock().replace(hour=22)
    await young.starts()
    await young.says("im going to kill myself tonight")
    safe_in_the_afternoon(young)
    everything_has_gone(staffed, young)
    staffed.clock.move(minutes=31)
    await staffed.ticking.run_due()
    app = App()
    async with sending(staffed, app):
        await app.shows(young.address, 1)
    assert CARRY_ON in app.to(young.address)[0]


@pytest.mark.rule("S79")
async def test_an_adults_words_put_off_until_somebody_came_wait_behind_carry_on(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    everything_has_gone(staffed, young)
    staffed.worker_says("Sam", case_id, "Does your stepdad know?")
    app = App(away=True)
    async with sending(staffed, app):
        await put_off(staffed, young)
        staffed.clock.move(minutes=40)
        app.away = False
        await app.shows(young.address, 1)
        assert CARRY_ON in app.to(young.address)[0]
        await young.says("hi")
        await young.taps("Carry on")
        await until(lambda: "Does your stepdad know?" in app.to(young.address))
