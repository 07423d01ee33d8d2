"""Ending well, in the console: the plan line by line, a check-in, how the adult is, and what the lead sees of it."""

from __future__ import annotations

import pytest

from bot.rehearsal import endings
from bot.rehearsal.house import House
from escalation import quiet
from escalation.consent import Scope
from escalation.record.store import Tx
from escalation.record.tables import CaseRow
from nlu.understanding import Level
from tests.console.conftest import Arrivals, Browser, Open, later


@pytest.fixture
async def sam_has(browser: Open, arrivals: Arrivals) -> tuple[Browser, str]:
    """Sam, with a conversation that was picked up a moment ago."""
    case_id = arrivals.agreed(Scope.CHAT, "he hits me at home", level=Level.URGENT)
    sam = await browser("Sam")
    await sam.post(f"/cases/{case_id}/pick-up")
    later(arrivals.house, seconds=1)
    return sam, case_id


def case_of(house: House, case_id: str) -> CaseRow:
    def read(tx: Tx) -> CaseRow:
        return tx.session.get_one(CaseRow, case_id)

    return house.record.read(read)


async def test_a_plan_is_begun_and_each_line_shows_how_it_stands(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    assert "Begin the ending together" in (await sam.get(f"/cases/{case_id}")).text
    await sam.post(f"/cases/{case_id}/closing")
    await sam.post(f"/cases/{case_id}/plan", line="See the nurse on Friday")
    page = (await sam.get(f"/cases/{case_id}")).text
    assert "Ending together with you" in page
    assert "See the nurse on Friday" in page and "Suggested, not answered yet" in page
    assert 'id="composer"' in page, "the conversation is still live"
    assert endings.plan_of(staffed, case_id) == []
    await sam.post(f"/cases/{case_id}/closing/not-yet")
    assert case_of(staffed, case_id).stage == "live"


@pytest.mark.rule("S17")
async def test_a_suggested_line_is_an_answer(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/closing")
    assert staffed.record.read(lambda tx: case_id in quiet.owed_since(tx, [case_id]))
    await sam.post(f"/cases/{case_id}/plan", line="See the nurse on Friday")
    assert staffed.record.read(lambda tx: quiet.owed_since(tx, [case_id])) == {}


@pytest.mark.rule("S64")
async def test_a_line_with_a_private_number_comes_back_with_the_reason(sam_has: tuple[Browser, str]) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/closing")
    answer = await sam.post(f"/cases/{case_id}/plan", line="ring me on 07700 900123")
    assert answer.status_code == 422
    assert "Not suggested: it seems to hold a phone number" in answer.text
    assert 'value="ring me on 07700 900123"' in answer.text


async def test_a_check_in_is_offered_and_the_page_tells_of_it(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/check-in")
    page = (await sam.get(f"/cases/{case_id}")).text
    assert "Offered a check-in" in page


async def test_after_a_hard_case_the_waiting_page_asks_and_the_lead_sees_who_has_had_many(
    sam_has: tuple[Browser, str], browser: Open, staffed: House
) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/close", outcome="plan_made", note="", safer="School knows.")
    page = (await sam.get("/waiting")).text
    assert "How are you?" in page
    (asked,) = endings.debriefs_of(staffed, "Sam")
    alex = await browser("Alex")
    assert (await alex.post(f"/debriefs/{asked.id}", said="fine")).status_code == 409
    await sam.post(f"/debriefs/{asked.id}", said="talk")
    assert "How are you?" not in (await sam.get("/waiting")).text
    jo = await browser("Jo")
    supervisor = (await jo.get("/supervisor")).text
    assert "1 hard one in" in supervisor
    assert "Would like to talk" in supervisor
    assert "Would like to talk" not in (await jo.get("/flags")).text
    assert (await alex.get("/supervisor")).status_code == 403


async def test_another_worker_sees_nothing_of_the_plan(sam_has: tuple[Browser, str], browser: Open) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/closing")
    await sam.post(f"/cases/{case_id}/plan", line="See the nurse on Friday")
    alex = await browser("Alex")
    assert "See the nurse" not in (await alex.get(f"/cases/{case_id}")).text
    assert (await alex.post(f"/cases/{case_id}/plan", line="Another line")).status_code == 422
