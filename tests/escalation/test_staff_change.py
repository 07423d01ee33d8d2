"""Who may be on duty changes, and not the rota itself: for a young person who waits it comes to the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation.case import NotPossible
from escalation.record.store import Tx
from escalation.rota import shifts
from escalation.rota.spans import Span
from escalation.staff import accounts
from tests.escalation.talking import waits
from tests.escalation.test_moved_shifts import is_on, leaves_word, told
from tests.escalation.test_shift_change import asked, one


@pytest.fixture
def small(house: House) -> House:
    """Sam and Jo, the lead, are the whole team."""
    for name, role in (("Sam", "worker"), ("Jo", "lead")):
        house.hire(name, role)
    return house


def dates(house: House, name: str, days: float) -> None:
    """Vetting and training are recorded, current for so many days."""

    def record(tx: Tx) -> None:
        until = house.clock() + timedelta(days=days)
        accounts.record_dates(tx, house.service, one(tx, name).id, one(tx, "Jo").id, until, until, house.clock())

    house.record.write(record)


@pytest.mark.rule("S67")
async def test_whoever_may_be_on_duty_again_is_asked_about_who_waits(small: House, young: YoungPerson) -> None:
    small.on_duty("Sam")
    dates(small, "Sam", -1)
    case_id = await leaves_word(young)
    assert small.promises(case_id) == []
    dates(small, "Sam", 300)
    await small.wait(minutes=1)
    assert asked(small, "Sam") == 1
    assert small.promises(case_id) == ["open"]


@pytest.mark.parametrize("why", ["closed", "another role", "dates"])
@pytest.mark.rule("S17")
async def test_where_the_only_one_asked_is_gone_they_hear_so_before_the_time_has_passed(small: House, young: YoungPerson, why: str) -> None:
    small.on_duty("Sam")
    case_id = await waits(young)

    def gone(tx: Tx) -> None:
        sam, jo, now = one(tx, "Sam").id, one(tx, "Jo").id, small.clock()
        if why == "closed":
            accounts.close_account(tx, small.service, sam, jo, now)
        else:
            accounts.change_role(tx, small.service, sam, jo, "editor", now)

    if why == "dates":
        dates(small, "Sam", -1)
    else:
        small.record.write(gone)
    assert asked(small, "Jo") == 1, "the next in the plan is asked at once"
    await small.wait(minutes=6)
    assert len(told(young)) == 1
    assert small.promises(case_id) == ["broken"]


@pytest.mark.rule("S65")
async def test_a_holiday_to_come_moves_what_they_were_told(small: House, young: YoungPerson) -> None:
    is_on(small, "Sam", 3)
    await leaves_word(young)
    start = small.clock() + timedelta(hours=2)
    holiday = Span(start, start + timedelta(days=2))
    small.record.write(lambda tx: shifts.note_holiday(tx, small.service, one(tx, "Sam"), holiday, one(tx, "Jo").id, small.clock()) and None)
    await small.wait(minutes=6)
    assert told(young) == ["Your message is still waiting. I don't know yet when a person can answer."]


@pytest.mark.rule("S83")
async def test_a_lead_who_becomes_a_worker_has_no_conversation_any_more_that_only_leads_may_read(
    staffed: House, young: YoungPerson
) -> None:
    staffed.hire("Max", "lead")
    staffed.on_duty("Jo")
    case_id = await waits(young, first="my teacher makes me touch him")
    staffed.pick_up("Jo", case_id)
    other = YoungPerson(staffed, address="young-2")
    others_id = await waits(other)
    staffed.pick_up("Jo", others_id)
    young.hears()
    staffed.record.write(
        lambda tx: accounts.change_role(tx, staffed.service, one(tx, "Jo").id, one(tx, "Max").id, "worker", staffed.clock())
    )
    case = young.case()
    assert case and (case.stage, case.worker_id) == ("waiting", None)
    with pytest.raises(NotPossible, match="not yours to see"):
        staffed.reads("Jo", case_id)
    assert any("Jo" in line.text for line in young.hears()), "they hear that this adult is gone"
    assert "waiting to talk" in staffed.alerts("Max")[-1]
    kept = other.case()
    assert kept and (kept.stage, kept.worker_id) == ("live", staffed.staff("Jo").id), "what a worker may hold stays"
