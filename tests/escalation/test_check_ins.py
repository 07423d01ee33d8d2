"""Check-ins on the real record: sent in safe hours and once, whatever the clock does; a blocked chat is noticed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.rehearsal import endings
from bot.rehearsal.house import House, YoungPerson
from escalation.case import NotPossible
from escalation.ending import safe_hours
from escalation.ending.ending_policy import Hours
from escalation.record import people
from escalation.record.store import Tx
from escalation.staff import accounts
from tests.escalation.talking import past

LONDON = ZoneInfo("Europe/London")
TEATIME = Hours.of("16:00-19:00")


def hellos(young: YoungPerson) -> list[datetime]:
    """When check-ins went out."""
    return [line.at for line in young.lines() if line.text.startswith("Hi, just saying hello")]


@pytest.mark.rule("S75")
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 16, tzinfo=UTC)),
        (datetime(2026, 11, 23, 17, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)),
        (datetime(2026, 11, 23, 19, tzinfo=UTC), datetime(2026, 11, 24, 16, tzinfo=UTC)),
        (datetime(2026, 6, 1, 19, tzinfo=UTC), datetime(2026, 6, 2, 15, tzinfo=UTC)),
        (datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 16, tzinfo=UTC)),
        (datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 15, tzinfo=UTC)),
    ],
    ids=["before", "inside", "at the end", "in summer", "the clock goes back that night", "the clock goes forward that night"],
)
def test_safe_hours_go_by_the_clock_on_the_wall(now: datetime, expected: datetime) -> None:
    assert safe_hours.next_moment(now, TEATIME, LONDON) == expected


@pytest.mark.rule("S75")
def test_days_are_counted_by_the_calendar_also_across_the_clock_change() -> None:
    friday = datetime(2026, 10, 23, 18, tzinfo=UTC)
    assert safe_hours.on_day(friday, 3, TEATIME, LONDON) == datetime(2026, 10, 26, 16, tzinfo=UTC)
    assert safe_hours.on_day(datetime(2026, 3, 27, 18, tzinfo=UTC), 3, TEATIME, LONDON) == datetime(2026, 3, 30, 15, tzinfo=UTC)


@pytest.mark.rule("S75")
async def test_a_check_in_that_is_late_waits_for_the_next_safe_hours(staffed: House, young: YoungPerson, talking: str) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    staffed.clock.move(days=3, hours=12)  # nothing ran until late that evening
    await staffed.ticking.run_due()
    assert hellos(young) == []
    await staffed.wait(days=1)
    (sent,) = hellos(young)
    assert safe_hours.inside(sent, TEATIME, LONDON)


@pytest.mark.rule("S74")
async def test_none_is_sent_to_somebody_who_cleared_the_chat_since_as_a_restored_record_knows(
    staffed: House, young: YoungPerson, talking: str
) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    staffed.clock.move(minutes=1)
    staffed.record.write(lambda tx: setattr(people.person(tx, young.person().id), "cleared_at", staffed.clock()))
    await staffed.wait(days=5)
    assert hellos(young) == []


@pytest.mark.rule("S75")
async def test_a_check_in_holds_nothing_of_what_was_talked_about(staffed: House, young: YoungPerson, talking: str) -> None:
    staffed.worker_says("Sam", talking, "What you said about home matters.")
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    young.hears()
    await staffed.wait(days=3, hours=7)
    (said,) = young.hears()
    assert said.text == "Hi, just saying hello. I hope your week is going OK."
    assert [label for label, _ in said.buttons] == ["Carry on", "Stop these"]


async def test_a_blocked_chat_is_recorded_and_the_adult_is_told(staffed: House, young: YoungPerson, talking: str) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    await staffed.wait(days=3, hours=6)

    def blocked(tx: Tx) -> None:
        who = tx.session.merge(young.person())
        who.unreachable_at = staffed.clock()

    staffed.record.write(blocked)
    await staffed.wait(hours=2)
    (row,) = endings.check_ins_of(staffed, talking)
    assert row.answer == "unreached"
    assert "could not be delivered" in staffed.alerts("Sam")[-1]
    case = young.case()
    assert case and case.stage == "closed"


async def test_a_chat_that_was_blocked_before_gets_no_message(staffed: House, young: YoungPerson, talking: str) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    staffed.clock.move(hours=1)

    def blocked(tx: Tx) -> None:
        tx.session.merge(young.person()).unreachable_at = staffed.clock()

    staffed.record.write(blocked)
    await staffed.wait(days=4)
    assert hellos(young) == []
    assert endings.check_ins_of(staffed, talking)[0].answer == "unreached"


async def test_there_is_no_check_in_while_somebody_talks_to_an_adult_again(staffed: House, young: YoungPerson, talking: str) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    await staffed.wait(days=3, hours=5)
    await young.says("im going to kill myself tonight")
    await staffed.wait(hours=2)
    assert hellos(young) == []


async def test_a_case_that_the_lead_closed_while_it_waited_again_asks_nobody_how_they_are(
    staffed: House, young: YoungPerson, talking: str
) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.hand_back("Sam", talking)
    staffed.close("Jo", talking, "mistaken_flag")
    await staffed.wait(days=5)
    assert hellos(young) == []
    assert endings.check_ins_of(staffed, talking)[0].answer == "not_needed"
    assert past(staffed, talking, "check_in_not_sent")


async def test_whoever_told_something_new_since_is_not_asked_about_what_is_over(staffed: House, young: YoungPerson, talking: str) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    await staffed.wait(days=1)
    await young.says("my stepdad hits me every day")
    case = young.case()
    assert case and (case.stage, case.id != talking) == ("offered", True)
    await staffed.wait(days=4)
    assert hellos(young) == []


async def test_the_adult_does_not_hear_that_a_hello_was_not_answered_by_somebody_who_told_something_new(
    staffed: House, young: YoungPerson, talking: str
) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    await staffed.wait(days=3, hours=7)
    assert hellos(young)
    await young.taps("Carry on")
    await young.says("my stepdad hits me every day")
    await staffed.wait(days=staffed.service.ending.answer_days, hours=8)
    assert not any("has not answered the check-in" in text for text in staffed.alerts("Sam"))


async def test_a_close_that_is_sent_twice_leaves_the_check_in_to_come(staffed: House, young: YoungPerson, talking: str) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    for name in ("Sam", "Jo"):
        with pytest.raises(NotPossible, match="ended already"):
            staffed.close(name, talking)
    await staffed.wait(days=3, hours=7)
    await young.taps("Carry on")
    await young.taps("Not OK")
    case = young.case()
    assert case and case.stage == "waiting"


async def test_other_hours_take_the_place_of_the_first(staffed: House, young: YoungPerson, talking: str) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    await young.taps("Other hours")
    await young.taps("19:00 to 21:00")
    first, second = endings.check_ins_of(staffed, talking)
    assert (first.answer, second.answer) == ("stopped", None)
    staffed.close("Sam", talking)
    await staffed.wait(days=4)
    (sent,) = hellos(young)
    assert sent.astimezone(LONDON).hour == 19


async def test_an_offer_cannot_be_taken_up_once_the_conversation_has_ended(staffed: House, young: YoungPerson, talking: str) -> None:
    endings.offers_check_in(staffed, "Sam", talking)
    staffed.close("Sam", talking)
    await young.taps("In 3 days")
    assert endings.check_ins_of(staffed, talking) == []
    with pytest.raises(NotPossible):
        endings.offers_check_in(staffed, "Sam", talking)


async def test_a_check_in_is_sent_once_however_often_its_row_is_run(staffed: House, young: YoungPerson, talking: str) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    await staffed.wait(days=3, hours=6)
    for _ in range(3):
        await staffed.ticking.run_due()
    assert len(hellos(young)) == 1


@pytest.mark.rule("S17")
async def test_not_ok_under_a_check_in_that_is_over_promises_nobody_and_offers_an_adult(
    staffed: House, young: YoungPerson, talking: str
) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    await staffed.wait(days=3, hours=7)
    await young.taps("Carry on")
    not_ok = young.token("Not OK")
    await staffed.wait(days=10)  # they put the phone away without an answer
    case = young.case()
    assert case and case.stage == "closed"
    staffed.on_duty("Alex")
    await young.taps_token(not_ok)
    await young.taps("Carry on")
    said = [line.text for line in await young.taps_token(not_ok)]
    assert not any("I've told" in text for text in said)
    for label in ("Yes", "Only that I want to talk", "Send it"):
        await young.taps(label)
    again = young.case()
    assert again and (again.id, again.stage) != (talking, "closed") and again.stage == "waiting"
    assert "Someone is waiting to talk" in staffed.alerts("Alex")[-1]


@pytest.mark.parametrize("gone", ["account closed", "another role"])
@pytest.mark.parametrize("what", ["quiet", "unreached"])
async def test_where_the_adult_is_gone_the_lead_hears_what_became_of_a_check_in(
    staffed: House, young: YoungPerson, talking: str, what: str, gone: str
) -> None:
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    sam, jo = staffed.staff("Sam").id, staffed.staff("Jo").id

    def leaves(tx: Tx) -> None:
        if gone == "account closed":
            accounts.close_account(tx, staffed.service, sam, jo, staffed.clock())
        else:
            accounts.change_role(tx, staffed.service, sam, jo, "editor", staffed.clock())

    staffed.record.write(leaves)
    if what == "unreached":
        staffed.record.write(lambda tx: setattr(tx.session.merge(young.person()), "unreachable_at", staffed.clock()))
    await staffed.wait(days=6)
    assert bool(hellos(young)) is (what == "quiet")
    assert endings.check_ins_of(staffed, talking)[0].answer == what
    words = "has not answered the check-in" if what == "quiet" else "could not be delivered"
    assert words in staffed.alerts("Jo")[-1]
