"""A young person changed their mind: nobody is asked any more, and nothing that they tell afterwards is shown."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation import cases
from escalation.consent import Kind
from escalation.sharing import flags
from escalation.work import case_search, case_work
from escalation.work.case_search import Search
from tests.escalation.talking import CHAT, SUMMARY, does, waits


async def changes_their_mind_in_danger(young: YoungPerson) -> None:
    """Their life is at risk, so that an adult was alerted without asking; then they want nobody told."""
    await young.starts()
    await young.says("i have taken all the pills")
    await young.says("actually don't tell anyone", "withdraw_consent")


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
    await changes_their_mind_in_danger(young)
    await young.says("my stepdad hits me every day")
    case = young.case()
    assert case and case.basis == "immediate" and "home_abuse" in case.categories
    raised_by = staffed.reads("Sam", case.id).raised_by
    assert raised_by and raised_by.text == "i have taken all the pills"


def about(house: House, name: str, case_id: str) -> set[str]:
    """What a case is about, in all the places where this member of staff may see it: its card, its form and the list of cases."""
    card = house.reads(name, case_id)
    formed = does(house, name, lambda tx, me: case_work.about(tx, house.service, cases.locked(tx, case_id), me, house.clock()))
    found = does(house, name, lambda tx, me: case_search.find(tx, house.service, me, Search(), house.clock()).cases)
    reasons = [reason for one in found if one.id == case_id for reason in one.about]
    assert reasons in ([], list(card.reasons))
    assert set(formed.categories) == set(card.categories)
    return set(card.categories)


def finds(house: House, name: str, category: str) -> int:
    return len(does(house, name, lambda tx, me: case_search.find(tx, house.service, me, Search(category=category), house.clock()).cases))


@pytest.mark.rule("S07")
@pytest.mark.parametrize(
    "said", [["actually don't tell anyone", "my stepdad hits me every day"], ["actually don't tell anyone, my stepdad hits me every day"]]
)
async def test_what_is_told_after_a_change_of_mind_is_in_no_list_of_what_a_case_is_about(
    staffed: House, young: YoungPerson, said: list[str]
) -> None:
    await young.starts()
    await young.says("i have taken all the pills")
    for text in said:
        await young.says(text, "withdraw_consent" if "tell anyone" in text else None)
    case = young.case()
    assert case and case.basis == "immediate" and "home_abuse" in case.categories
    assert young.ledger()[-1].kind == Kind.WITHDRAWN
    for name in ("Sam", "Jo"):
        assert about(staffed, name, case.id) == {"suicide"}
        assert not finds(staffed, name, "home_abuse")
    await young.says("my stepdad has a knife and says he will kill me now")
    now = about(staffed, "Sam", case.id)
    assert "harm_to_others" in now, "that is a life at risk by itself"
    assert "home_abuse" not in now


@pytest.mark.rule("S58")
async def test_what_was_withheld_is_shown_once_it_puts_a_life_at_risk_by_itself(staffed: House, young: YoungPerson) -> None:
    await changes_their_mind_in_danger(young)
    await young.says("my parents are forcing me to get married")
    case = young.case()
    assert case and "forced_marriage" in case.categories
    assert about(staffed, "Sam", case.id) == {"suicide"}
    await young.says("they are flying me out tomorrow to get married")
    assert about(staffed, "Sam", case.id) == {"suicide", "forced_marriage"}


@pytest.mark.rule("S07")
async def test_a_new_yes_to_the_whole_chat_shows_what_was_withheld(staffed: House, young: YoungPerson) -> None:
    await changes_their_mind_in_danger(young)
    await young.says("my stepdad hits me every day")
    await young.says("im going to kill myself tonight")
    for label in ("Yes", CHAT, "Send it"):
        await young.taps(label)
    case = young.case()
    assert case and young.ledger()[-1].kind == Kind.GIVEN
    assert about(staffed, "Sam", case.id) == {"suicide", "home_abuse"}


@pytest.mark.rule("S83")
async def test_harm_by_somebody_in_trust_reaches_the_lead_after_a_change_of_mind_too(staffed: House, young: YoungPerson) -> None:
    await changes_their_mind_in_danger(young)
    await young.says("my teacher makes me touch him")
    (flag,) = staffed.flagged("Jo")
    assert "sexual_abuse" in flag.categories
    does(staffed, "Jo", lambda tx, jo: flags.decide(tx, cases.locked(tx, flag.id), jo, "refer", "the school", staffed.clock()))
    assert "sexual_abuse" in about(staffed, "Jo", flag.id), "only leads may read it, and they go on with it"
