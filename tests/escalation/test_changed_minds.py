"""A young person changed their mind: nobody is asked any more, and nothing that they tell afterwards is shown."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation.consent import Kind
from tests.escalation.talking import SUMMARY, waits


@pytest.mark.rule("S07")
async def test_a_no_at_the_last_look_of_a_changed_summary_takes_back_the_yes(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young, SUMMARY)
    for token in ("own_view", "own_change", "own_summary"):
        await young.taps_token(f"0:do:{token}")
    await young.says("i want to talk about my mum")
    asked = len(staffed.alerts("Sam"))
    await young.taps("Don't send anything")
    case = young.case()
    assert case and (case.id, case.stage) == (case_id, "refused")
    assert [row.kind for row in young.ledger()] == [Kind.GIVEN, Kind.WITHDRAWN]
    await staffed.wait(hours=1)
    assert len(staffed.alerts("Sam")) == asked
    assert not any("Your message is still waiting" in line.text for line in young.lines())


@pytest.mark.rule("S07")
async def test_what_is_told_after_a_change_of_mind_is_not_shown_with_an_immediate_alert(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    await young.says("i have taken all the pills")
    await young.says("actually don't tell anyone", "withdraw_consent")
    await young.says("my stepdad hits me every day")
    case = young.case()
    assert case and case.basis == "immediate" and "home_abuse" in case.categories
    raised_by = staffed.reads("Sam", case.id).raised_by
    assert raised_by and raised_by.text == "i have taken all the pills"
