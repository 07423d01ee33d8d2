"""Working on a case in the console: what the page shows to whom, what comes back when something is missing, and what is kept."""

from __future__ import annotations

import re

import pytest

from bot.rehearsal.house import House
from escalation import cases
from escalation.consent import Scope
from escalation.record import history
from escalation.record.history import Entry
from escalation.record.tables import CaseRow
from tests.console.conftest import Arrivals, Browser, Open, later

WORDS = "my dad hits me & my <b>sister</b>"


def past(house: House, case_id: str, *events: str) -> list[Entry]:
    return house.record.read(lambda tx: history.entries(tx, tx.session.get_one(CaseRow, case_id), *events))


def case_of(house: House, case_id: str) -> CaseRow:
    return house.record.read(lambda tx: tx.session.get_one(CaseRow, case_id))


async def page(browser: Browser, case_id: str) -> str:
    answer = await browser.get(f"/cases/{case_id}")
    assert answer.status_code == 200
    return answer.text


async def test_a_note_stands_in_the_history_as_it_was_written(sam_has: tuple[Browser, str]) -> None:
    sam, case_id = sam_has
    answer = await sam.post(
        f"/cases/{case_id}/note", words=WORDS, action="rang the school", reason="sister is in year 3", when="today, 4 pm"
    )
    assert answer.status_code == 303
    shown = await page(sam, case_id)
    assert "my dad hits me &amp; my &lt;b&gt;sister&lt;/b&gt;" in shown
    assert re.search(r"<dt>Done</dt><dd class=\"written\">rang the school</dd>", shown)


async def test_what_was_typed_comes_back_with_the_reason(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    answer = await sam.post(f"/cases/{case_id}/note", action="rang the school", words=WORDS)
    assert answer.status_code == 422
    assert "Write why you did it." in answer.text
    assert ">rang the school</textarea>" in answer.text
    assert past(staffed, case_id, "noted") == []


async def test_the_form_is_saved_shown_again_and_a_second_save_builds_on_it(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    wrong = await sam.post(f"/cases/{case_id}/form", risks="he drinks", referral="not_made")
    assert wrong.status_code == 422
    assert "needs “Why it was made or not made” as well" in wrong.text
    assert ">he drinks</textarea>" in wrong.text
    await sam.post(f"/cases/{case_id}/form", risks="he drinks", referral="not_made", referral_why="social worker is in already")
    shown = await page(sam, case_id)
    assert re.search(r'<option value="not_made" selected>', shown)
    replaces = re.search(r'name="replaces" value="(\w+)"', shown)
    assert replaces
    await sam.post(f"/cases/{case_id}/form", replaces=replaces[1], risks="he drinks again")
    assert [entry.detail["answers"]["risks"] for entry in past(staffed, case_id, "form_saved")] == ["he drinks", "he drinks again"]
    stale = await sam.post(f"/cases/{case_id}/form", replaces=replaces[1], risks="other")
    assert "A colleague saved this form while you wrote" in stale.text


async def test_wishes_places_level_and_hold_are_kept_with_their_reasons(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/wants", words="i want him to stop")
    await sam.client.post(f"/staff/cases/{case_id}/context", data={"csrf": sam.csrf, "contexts": ["home", "online"]})
    assert (await sam.post(f"/cases/{case_id}/level", level="urgent")).status_code == 422
    assert (await sam.post(f"/cases/{case_id}/level", level="sky", reason="x")).status_code == 422
    await sam.post(f"/cases/{case_id}/level", level="urgent", category="neglect", reason="no food since Friday")
    await sam.post(f"/cases/{case_id}/hold", on="yes", reason="court")
    case = case_of(staffed, case_id)
    assert (case.contexts, case.level, case.held_at is not None) == (["home", "online"], 3, True)
    assert "neglect" in case.categories
    shown = await page(sam, case_id)
    assert ">i want him to stop</textarea>" in shown
    assert "At home, Online" in shown
    assert "no food since Friday" in shown


@pytest.mark.rule("S09")
async def test_the_lead_answers_a_question_that_says_nothing_of_whose_it_is(sam_has: tuple[Browser, str], browser: Open) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/ask-lead", question="what if a 12 year old says it?", unnamed="yes")
    jo = await browser("Jo")
    shown = (await jo.get("/flags")).text
    assert "what if a 12 year old says it?" in shown
    assert case_id not in shown
    question = re.search(r'id="question-(\w+)"', shown)
    assert question
    assert (await jo.post(f"/questions/{question[1]}", answer=" ")).status_code == 422
    await jo.post(f"/questions/{question[1]}", answer="ring me")
    assert "what if a 12" not in (await jo.get("/flags")).text
    assert "ring me" in await page(sam, case_id)


async def test_a_question_about_a_case_leads_to_it(sam_has: tuple[Browser, str], browser: Open) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/ask-lead", question="do I refer?")
    assert f"/cases/{case_id}" in (await (await browser("Jo")).get("/flags")).text


@pytest.mark.rule("S03")
async def test_a_decision_to_share_that_lacks_something_comes_back_and_a_whole_one_stands_in_the_ledger(
    browser: Open, sam_has: tuple[Browser, str]
) -> None:
    _, case_id = sam_has
    jo = await browser("Jo")
    fields = {
        "recipient": "police",
        "what": "the street",
        "reason": "a little sister",
        "risk": "serious harm",
        "told": "I tell them today.",
    }
    wrong = await jo.post(f"/cases/{case_id}/share", **fields)
    assert wrong.status_code == 422
    assert "it lacks the legal basis" in wrong.text
    assert ">the street</textarea>" in wrong.text
    assert (await jo.post(f"/cases/{case_id}/share", legal_basis="public_task", **fields)).status_code == 303
    shown = await page(jo, case_id)
    assert re.search(r"Shared without agreement, by a recorded decision.*?with Police \(101\), decided by Jo", shown, re.S)


async def test_a_worker_is_offered_the_emergency_services_and_not_the_lead_s_decisions(sam_has: tuple[Browser, str]) -> None:
    sam, case_id = sam_has
    shown = re.search(r'<select id="share-recipient".*?</select>', await page(sam, case_id), re.S)
    assert shown
    assert "(999)" in shown[0]
    assert "Police (101)" not in shown[0]


@pytest.mark.rule("S25")
async def test_a_duty_is_shown_with_its_clock_and_what_was_done(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has

    def about_fgm(tx: object) -> None:
        cases.locked(tx, case_id).categories = ["fgm"]  # type: ignore[arg-type]

    staffed.record.write(about_fgm)
    shown = await page(sam, case_id)
    assert re.search(r"Report FGM of a girl under 18 to the police.*?Due <time", shown, re.S)
    later(staffed, hours=25)
    sam.csrf = (await sam.signs_in("Sam")).csrf
    assert "Overdue by" in await page(sam, case_id)
    assert (await sam.post(f"/cases/{case_id}/duties/fgm_report", outcome="done", why="rang 101, ref 7")).status_code == 422
    await sam.post(f"/cases/{case_id}/duties/fgm_report", outcome="done", why="rang 101, ref 7", told="I told her before")
    assert "Overdue by" not in await page(sam, case_id)


@pytest.mark.rule("S62")
async def test_the_second_adult_reads_along_leaves_a_note_and_has_no_box_to_write_in(
    sam_has: tuple[Browser, str], browser: Open, staffed: House
) -> None:
    sam, case_id = sam_has
    alex = await browser("Alex")
    assert "he hits me at home" not in re.sub(r"<aside.*?</aside>", "", await page(alex, case_id), flags=re.S)
    await sam.post(f"/cases/{case_id}/second", who=staffed.staff("Alex").id)
    shown = await page(alex, case_id)
    assert "he hits me at home" in re.sub(r"<aside.*?</aside>", "", shown, flags=re.S)
    assert 'id="composer"' not in shown
    assert "/share" not in shown
    assert (await alex.post(f"/cases/{case_id}/note", words="ask about her nan", tell_second="yes")).status_code == 303
    assert "ask about her nan" in await page(sam, case_id)
    assert (await alex.post(f"/cases/{case_id}/level", level="urgent", reason="x")).status_code == 422


async def test_the_worker_proposes_a_colleague_on_duty_and_can_take_it_back(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    alex = staffed.staff("Alex").id
    assert alex in await page(sam, case_id)
    await sam.post(f"/cases/{case_id}/transfer", to=alex)
    assert "They were asked whether Alex may go on with it" in await page(sam, case_id)
    await sam.post(f"/cases/{case_id}/transfer/drop")
    assert case_of(staffed, case_id).transfer_to is None


async def test_a_colleague_without_the_case_sees_no_record_and_cannot_add_to_it(
    sam_has: tuple[Browser, str], browser: Open, staffed: House
) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/note", words="something private")
    alex = await browser("Alex")
    shown = await page(alex, case_id)
    assert "something private" not in shown
    assert "/note" not in shown
    assert (await alex.post(f"/cases/{case_id}/note", words="x")).status_code == 422
    assert len(past(staffed, case_id, "noted")) == 1


@pytest.mark.rule("S88")
async def test_a_lead_links_two_cases_and_finds_the_other_there(browser: Open, arrivals: Arrivals) -> None:
    one, other = arrivals.agreed(Scope.CHAT, "coach a"), arrivals.agreed(Scope.CHAT, "coach b")
    jo = await browser("Jo")
    assert other in await page(jo, one)
    await jo.post(f"/cases/{one}/link", other=other, reason="the same coach")
    assert re.search(rf'href="[^"]*/cases/{one}">Linked case 1', await page(jo, other))
