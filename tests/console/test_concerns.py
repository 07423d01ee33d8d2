"""Concerns about staff, and calls that were asked for, in the console."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation.case import NotPossible, Stage
from escalation.consent import Scope
from escalation.record import audit, people
from escalation.record.store import Tx
from escalation.record.tables import AuditRow, CallBack, CaseRow, Concern
from escalation.young_person import call_backs, concerns
from escalation.young_person.call_backs import Details
from tests.console.conftest import Arrivals, Open

WORDS = "Sam laughed at what i wrote"


def raised(house: House, case_id: str, about: str | None, words: str | None = WORDS) -> str:
    """The young person of this case raised a concern."""

    about_id = house.staff(about).id if about else None

    def write(tx: Tx) -> str:
        someone = people.person(tx, tx.session.get_one(CaseRow, case_id).person_id)
        return concerns.raise_one(tx, house.service, someone, about_id, "staff", words, house.clock()).id

    return house.record.write(write)


@pytest.mark.rule("S63")
async def test_a_lead_reads_it_and_whoever_it_is_about_cannot(browser: Open, staffed: House, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    raised(staffed, case_id, "Sam")
    assert WORDS in (await (await browser("Jo")).get("/concerns")).text
    sam = await browser("Sam")
    assert (await sam.get("/concerns")).status_code == 403
    assert (await sam.get(f"/cases/{case_id}")).status_code == 404


@pytest.mark.rule("S63")
@pytest.mark.rule("S83")
async def test_a_lead_finds_nothing_about_herself(browser: Open, staffed: House, arrivals: Arrivals) -> None:
    concern_id = raised(staffed, arrivals.agreed(Scope.CHAT), "Jo", "Jo shouts at me")
    jo = await browser("Jo")
    assert "shouts" not in (await jo.get("/concerns")).text
    refused = await jo.post(f"/concerns/{concern_id}", decision="nothing in it")
    assert refused.status_code == 422
    assert staffed.record.read(lambda tx: tx.session.get_one(Concern, concern_id)).decided_at is None


@pytest.mark.rule("S63")
@pytest.mark.rule("S82")
async def test_a_lead_cannot_close_a_case_that_is_hidden_from_her(browser: Open, staffed: House, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    jo = await browser("Jo")
    assert 'id="close-form"' in (await jo.get(f"/cases/{case_id}")).text, "the page is open since before the concern"
    raised(staffed, case_id, "Jo", "Jo shouts at me")
    assert (await jo.post(f"/cases/{case_id}/close", outcome="mistaken_flag")).status_code == 404
    assert staffed.record.read(lambda tx: tx.session.get_one(CaseRow, case_id)).stage == Stage.WAITING


@pytest.mark.rule("S63")
@pytest.mark.rule("S82")
async def test_who_has_the_conversation_that_a_concern_is_about_does_not_get_it_back(staffed: House, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    staffed.pick_up("Sam", case_id)
    raised(staffed, case_id, "Sam")
    staffed.worker_says("Sam", case_id, "I am still here.")
    before = staffed.alerts("Sam")
    staffed.hand_back("Sam", case_id)
    await staffed.wait(hours=2)
    assert staffed.alerts("Sam") == before
    with pytest.raises(NotPossible, match="no such case"):
        staffed.pick_up("Sam", case_id)
    assert staffed.pick_up("Alex", case_id).stage == Stage.LIVE


@pytest.mark.rule("S63")
async def test_who_went_quiet_after_a_concern_about_them_is_not_asked_again(staffed: House, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    staffed.pick_up("Sam", case_id)
    staffed.leaves_the_rota("Alex")
    raised(staffed, case_id, "Sam")
    await staffed.wait(hours=1)
    assert not any("Someone is waiting" in text for text in staffed.alerts("Sam")[2:])
    with pytest.raises(NotPossible, match="no such case"):
        staffed.reads("Sam", case_id)


@pytest.mark.rule("S63")
def test_a_conversation_that_has_ended_is_hidden_from_whom_a_concern_is_about(staffed: House, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    staffed.pick_up("Sam", case_id)
    raised(staffed, case_id, "Sam")
    staffed.close("Sam", case_id)
    with pytest.raises(NotPossible):
        staffed.reads("Sam", case_id)


async def test_a_decision_needs_words_and_is_kept_with_who_and_when(browser: Open, staffed: House, arrivals: Arrivals) -> None:
    concern_id = raised(staffed, arrivals.agreed(Scope.CHAT), "Sam")
    jo = await browser("Jo")
    assert (await jo.post(f"/concerns/{concern_id}", decision=" ", answer="Thank you.")).status_code == 422
    assert (await jo.post(f"/concerns/{concern_id}", decision="I spoke to Sam.", answer="Thank you. I spoke to them.")).status_code == 303
    page = (await jo.get("/concerns")).text
    assert "I spoke to Sam." in page
    assert "Decided by Jo" in page
    assert (await jo.post(f"/concerns/{concern_id}", decision="again")).status_code == 422


@pytest.mark.rule("S72")
async def test_every_read_of_a_concern_is_logged(browser: Open, staffed: House, arrivals: Arrivals) -> None:
    concern_id = raised(staffed, arrivals.agreed(Scope.CHAT), "Sam")
    await (await browser("Jo")).get("/concerns")
    noted = staffed.record.read(lambda tx: tx.session.query(AuditRow).filter_by(action="concern_read").all())
    assert [(row.staff_id, row.subject_id) for row in noted] == [(staffed.staff("Jo").id, concern_id)]
    assert staffed.record.read(audit.first_broken) is None


async def test_the_answer_reaches_the_young_person_and_no_adult_who_reads_the_chat(
    browser: Open, staffed: House, young: YoungPerson
) -> None:
    await young.says("person")
    for label in ("Yes", "This chat so far", "Send it"):
        await young.taps(label)
    case = young.case()
    assert case is not None
    concern_id = raised(staffed, case.id, "Sam")
    await (await browser("Jo")).post(f"/concerns/{concern_id}", decision="I spoke to Sam.", answer="Thank you. I have looked into it.")
    assert any("I have looked into it" in line.text for line in young.hears())
    staffed.pick_up("Alex", case.id)
    assert "I have looked into it" not in (await (await browser("Alex")).get(f"/cases/{case.id}")).text


@pytest.mark.rule("S84")
async def test_the_number_is_shown_to_the_adult_who_has_the_case_and_deleted_when_the_call_is_made(
    browser: Open, staffed: House, arrivals: Arrivals
) -> None:
    case_id = arrivals.agreed(Scope.WANTS_TO_TALK)
    details = Details("07700 900123", "after 4", "Max")
    staffed.record.write(lambda tx: call_backs.ask(tx, tx.session.get_one(CaseRow, case_id), details, staffed.clock()))
    sam, jo = await browser("Sam"), await browser("Jo")
    assert "900123" not in (await sam.get("/waiting")).text
    assert "900123" not in (await sam.get(f"/cases/{case_id}")).text
    await sam.post(f"/cases/{case_id}/pick-up")
    page = (await sam.get(f"/cases/{case_id}")).text
    assert all(words in page for words in ("07700 900123", "after 4", "Max", "Do not leave one", "dial 141 first"))
    assert "900123" not in (await jo.get(f"/cases/{case_id}")).text
    assert (await jo.post(f"/cases/{case_id}/call-back/done")).status_code == 409
    assert (await sam.post(f"/cases/{case_id}/call-back/done")).status_code == 303
    assert "900123" not in (await sam.get(f"/cases/{case_id}")).text
    row = staffed.record.read(lambda tx: tx.session.query(CallBack).one())
    assert (row.details_sealed, row.done_by) == (None, staffed.staff("Sam").id)


@pytest.mark.rule("S84")
async def test_the_number_is_deleted_when_the_case_ends_without_a_call(staffed: House, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.WANTS_TO_TALK)
    details = Details("07700 900123", "after 4", "Max")
    staffed.record.write(lambda tx: call_backs.ask(tx, tx.session.get_one(CaseRow, case_id), details, staffed.clock()))
    staffed.pick_up("Sam", case_id)
    staffed.close("Sam", case_id)
    assert staffed.record.read(lambda tx: tx.session.query(CallBack).one()).details_sealed is None


@pytest.mark.rule("S84")
async def test_on_telegram_an_adult_learns_of_the_wish_and_not_of_the_number(staffed: House, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.WANTS_TO_TALK)
    details = Details("07700 900123", "after 4", "Max")
    staffed.record.write(lambda tx: call_backs.ask(tx, tx.session.get_one(CaseRow, case_id), details, staffed.clock()))
    await staffed.comes_in("telegram", "staff-Sam", "button", f"0:do:pick_up:{case_id}")
    said = staffed.alerts("Sam")
    assert any("would like a call" in text for text in said)
    assert not any("900123" in text for text in said)
