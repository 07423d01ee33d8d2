"""How a young person can be reached is released to the emergency services by a lead alone: decided, told, informed, on the record, shown once."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from escalation.consent import Kind
from escalation.record import audit
from escalation.record.tables import AuditRow, CaseRow, Staff
from tests.console.conftest import Browser, Open, can_sign_in
from tests.escalation.talking import past, talks

GIVEN = {
    "service": "police",
    "reference": "CAD 4711",
    "reason": "she said goodbye and stopped answering",
    "risk": "she may die tonight",
    "told": "I am asking the police to look for you, because I am afraid for your life.",
}


def account(young: YoungPerson) -> str:
    """Their account, as it stands on the page that shows it."""
    return f"<dd><code>{young.address}</code></dd>"


def released(house: House) -> int:
    """How often an account was opened, by the audit."""
    return len(house.record.read(lambda tx: list(tx.session.scalars(select(AuditRow).where(AuditRow.action == "account_released")))))


async def form(lead: Browser, case_id: str) -> str:
    """The name of a fresh form."""
    found = re.search(r'name="once" value="([^"]+)"', (await lead.get(f"/cases/{case_id}/release")).text)
    assert found
    return found[1]


async def decides(lead: Browser, case_id: str, **changed: str) -> httpx.Response:
    once = changed.pop("once", "") or await form(lead, case_id)
    return await lead.post(f"/cases/{case_id}/release", once=once, **(GIVEN | changed))


@pytest.mark.rule("S61")
async def test_a_lead_sees_the_account_once_and_all_of_it_is_on_the_record(browser: Open, staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    jo = await browser("Jo")
    page = await jo.get(f"/cases/{case_id}")
    assert f"/cases/{case_id}/release" in page.text
    before = await jo.get(f"/cases/{case_id}/release")
    assert "<li>Telegram</li>" in before.text and account(young) not in before.text
    assert released(staffed) == 0

    answer = await decides(jo, case_id)
    assert answer.status_code == 200 and account(young) in answer.text
    assert answer.headers["cache-control"] == "no-store, private"
    [entry] = past(staffed, case_id, "account_released")
    assert (entry.detail["service"], entry.detail["reference"], entry.detail["known"]) == ("Police", "CAD 4711", "Telegram")
    assert account(young) not in str(past(staffed, case_id)) and f"'{young.address}'" not in str(entry.detail), (
        "the record holds no account"
    )
    assert released(staffed) == 1 and staffed.record.read(audit.first_broken) is None
    reads = (await jo.get(f"/cases/{case_id}/reads")).text
    assert "Saw their account or number, for the emergency services" in reads
    assert account(young) not in (await jo.get(f"/cases/{case_id}")).text + (await jo.get(f"/cases/{case_id}/release")).text


@pytest.mark.rule("S61")
async def test_nobody_but_a_lead_gets_there(browser: Open, staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    sam = await browser("Sam")
    assert "/release" not in (await sam.get(f"/cases/{case_id}")).text
    for name in ("Sam", "Kit", "Robin"):
        other = await browser(name)
        assert (await other.get(f"/cases/{case_id}/release")).status_code == 403
        assert (await decides(other, case_id, once="x")).status_code == 403
    assert released(staffed) == 0


@pytest.mark.rule("S03")
@pytest.mark.parametrize(
    ("lacking", "says"),
    [
        ({"service": ""}, "Choose to whom it is released"),
        ({"service": "newspaper"}, "Choose to whom it is released"),
        ({"reason": " "}, "it lacks the reason"),
        ({"risk": ""}, "it lacks the risk"),
        ({"told": ""}, "it lacks what they are told first, or why that is unsafe"),
        ({"told": "ring me on 07700 900123"}, "seems to hold contact"),
    ],
)
async def test_an_incomplete_decision_opens_nothing(
    browser: Open, staffed: House, young: YoungPerson, lacking: dict[str, str], says: str
) -> None:
    case_id = await talks(young)
    answer = await decides(await browser("Jo"), case_id, **lacking)
    assert answer.status_code == 422 and says in answer.text
    assert account(young) not in answer.text and GIVEN["reference"] in answer.text, "what was typed stays"
    assert (released(staffed), past(staffed, case_id, "override"), young.hears()) == (0, [], [])


@pytest.mark.rule("S04")
async def test_the_young_person_is_told_first_and_sees_it_in_what_was_shared(browser: Open, staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    await decides(await browser("Jo"), case_id)
    told = " ".join(line.text for line in young.hears())
    assert "Jo" in told and "the emergency services" in told and GIVEN["told"] in told
    [entry] = [row for row in young.ledger() if row.kind == Kind.OVERRIDE]
    assert (entry.recipient, entry.decided_by) == ("emergency", staffed.staff("Jo").id)


@pytest.mark.rule("S04")
async def test_where_telling_is_unsafe_the_reason_stands_beside_it(browser: Open, staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    answer = await decides(await browser("Jo"), case_id, told="", unsafe_to_tell="he has her phone")
    assert account(young) in answer.text
    assert young.hears() == []
    assert past(staffed, case_id, "override")[0].detail["unsafe_to_tell"] == "he has her phone"


@pytest.mark.rule("S61")
async def test_a_form_sent_twice_is_one_release_and_each_look_is_in_the_audit(browser: Open, staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    jo = await browser("Jo")
    once = await form(jo, case_id)
    for _ in range(2):
        assert account(young) in (await decides(jo, case_id, once=once)).text
    assert len(past(staffed, case_id, "account_released")) == len(past(staffed, case_id, "override")) == 1
    assert len([line for line in young.hears() if GIVEN["told"] in line.text]) == 1
    assert released(staffed) == 2


@pytest.mark.rule("S61")
async def test_a_second_person_hears_of_it_another_lead_first(browser: Open, staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    jo = await browser("Jo")
    staffed.record.write(lambda tx: setattr(tx.session.get_one(Staff, staffed.staff("Sam").id), "telegram", None))
    first = await decides(jo, case_id)
    assert "<strong>Also told of this:</strong> Sam." in first.text, "the adult of the conversation, where no other lead is there"
    staffed.hire("Nia", "lead", telegram="700")
    can_sign_in(staffed, "Nia")
    second = await decides(jo, case_id)
    assert "<strong>Also told of this:</strong> Nia." in second.text
    [alert] = staffed.alerts("Nia")
    assert "Jo has recorded a decision for the emergency services" in alert
    assert young.address not in alert and "goodbye" not in alert


@pytest.mark.rule("S61")
async def test_whoever_is_alone_is_told_to_tell_somebody(browser: Open, staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.hand_back("Sam", case_id)
    answer = await decides(await browser("Jo"), case_id)
    assert "Tell a second person yourself" in answer.text
    assert past(staffed, case_id, "account_released")[0].detail["informed"] == ""


@pytest.mark.rule("S85")
async def test_from_18_it_says_what_allows_it(browser: Open, young: YoungPerson) -> None:
    case_id = await talks(young, age_band="18_25")
    jo = await browser("Jo")
    assert "it lacks what allows it from 18 on" in (await decides(jo, case_id)).text
    assert account(young) in (await decides(jo, case_id, ground="life")).text


@pytest.mark.rule("S61")
async def test_of_the_web_chat_there_is_nothing_to_release(browser: Open, staffed: House) -> None:
    young = YoungPerson(staffed, "webchat", "a-session")
    case_id = await talks(young)
    jo = await browser("Jo")
    assert "Nothing is known" in (await jo.get(f"/cases/{case_id}/release")).text
    answer = await decides(jo, case_id, once="x")
    assert answer.status_code == 422 and "a-session" not in answer.text
    assert (released(staffed), young.hears()) == (0, [])


@pytest.mark.rule("S63")
async def test_a_lead_from_whom_a_case_is_hidden_finds_none(browser: Open, staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    jo = staffed.staff("Jo").id
    staffed.record.write(lambda tx: setattr(tx.session.get_one(CaseRow, case_id), "hidden_from", [jo]))
    browsing = await browser("Jo")
    assert (await browsing.get(f"/cases/{case_id}/release")).status_code == 404
    assert (await decides(browsing, case_id, once="x")).status_code == 404
    assert released(staffed) == 0
