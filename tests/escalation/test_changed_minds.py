"""A young person changed their mind: nobody is asked any more, and nothing that they tell afterwards is shown."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson


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
