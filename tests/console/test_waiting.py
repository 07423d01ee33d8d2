"""Waiting now: who needs an adult and why, in the order of need, and no more of it than was agreed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House
from escalation import cases
from escalation.consent import Scope
from escalation.record.store import Tx
from escalation.record.tables import AuditRow, CaseRow
from nlu.understanding import Level
from tests.console.conftest import Arrivals, Open, later

WORDS = "he hits me at home"


async def test_an_empty_queue_says_what_will_happen(browser: Open) -> None:
    page = (await (await browser("Sam")).get("/waiting")).text
    assert "Nobody is waiting" in page
    assert "On duty now" in page


async def test_the_most_urgent_comes_first_then_the_longest_waiting(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    first = arrivals.agreed(Scope.WANTS_TO_TALK)
    later(staffed, minutes=1)
    second = arrivals.agreed(Scope.WANTS_TO_TALK)
    urgent = arrivals.agreed(Scope.WANTS_TO_TALK, level=Level.URGENT)
    life = arrivals.immediate()
    page = (await (await browser("Sam")).get("/waiting")).text
    assert re.findall(r'<li id="case-(\w+)"', page) == [life, urgent, first, second]


@pytest.mark.rule("S05")
@pytest.mark.parametrize(
    ("scope", "said", "words_shown", "summary_shown"),
    [
        (Scope.WANTS_TO_TALK, "Agreed: only that someone wants to talk", False, False),
        (Scope.SUMMARY, "Agreed: a short summary, as they corrected it", False, True),
        (Scope.CHAT, "Agreed: the chat so far, and what follows", True, True),
    ],
)
async def test_a_card_shows_what_was_agreed_and_no_more(
    browser: Open, arrivals: Arrivals, scope: Scope, said: str, words_shown: bool, summary_shown: bool
) -> None:
    arrivals.agreed(scope, WORDS, summary="I want to talk about home.")
    page = (await (await browser("Sam")).get("/waiting")).text
    assert said in page
    assert (WORDS in page) == words_shown
    assert ("Harm by a parent" in page) == words_shown
    assert ("I want to talk about home." in page) == summary_shown


@pytest.mark.rule("S02")
async def test_a_life_at_risk_is_shown_without_asking_and_says_so(browser: Open, arrivals: Arrivals) -> None:
    arrivals.immediate("i took all the tablets")
    page = (await (await browser("Sam")).get("/waiting")).text
    assert "Life at risk: shared without asking, and they were told" in page
    assert "i took all the tablets" in page


async def test_the_observed_signs_are_marked_in_the_young_persons_own_words(browser: Open, arrivals: Arrivals) -> None:
    arrivals.agreed(Scope.CHAT, "<b>he</b> hits me 😔 at home", signs={"hits me": "physical harm"})
    page = (await (await browser("Sam")).get("/waiting")).text
    assert '&lt;b&gt;he&lt;/b&gt; <mark title="physical harm">hits me</mark> 😔 at home' in page


@pytest.mark.rule("S51")
async def test_workers_see_signs_and_urgency_and_no_likelihood(browser: Open, arrivals: Arrivals) -> None:
    arrivals.agreed(Scope.CHAT, WORDS, signs={"hits me": "physical harm"})
    page = (await (await browser("Sam")).get("/waiting")).text
    assert "Signs seen: physical harm." in page
    assert not re.search(r"\d\s?%|probab|likel|score", page.split("<main")[1].lower())


async def test_how_long_and_until_when_stand_in_words_and_exactly(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    arrivals.agreed(Scope.WANTS_TO_TALK)
    later(staffed, minutes=4)
    page = (await (await browser("Sam")).get("/waiting")).text
    assert re.search(
        r'<time datetime="2026-11-23T10:\d\d:\d\d\+00:00" title="Monday 23 November 2026, 10:\d\d:\d\d">4 minutes</time>', page
    )
    assert re.search(r"Promised by <time[^>]*>10:15</time>, in 10 minutes", page)
    assert re.search(r"If nobody picks up, Sam is asked again <time", page)


async def test_a_promise_that_was_not_kept_is_said_plainly(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    arrivals.agreed(Scope.WANTS_TO_TALK)
    later(staffed, minutes=20)
    assert re.search(r"Promise passed <time[^>]*>5 minutes ago", (await (await browser("Sam")).get("/waiting")).text)


async def test_with_nobody_on_the_rota_the_page_says_so(browser: Open, staffed: House) -> None:
    staffed.clock.at += timedelta(days=3)
    assert "Nobody is on the rota now" in (await (await browser("Sam")).get("/waiting")).text


async def test_picking_up_opens_the_conversation_and_takes_the_case_from_the_queue(browser: Open, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    sam = await browser("Sam")
    answer = await sam.post(f"/cases/{case_id}/pick-up")
    assert answer.headers["location"] == f"/staff/cases/{case_id}"
    assert (await sam.get("/waiting/count")).json()["waiting"] == 0
    assert "With a colleague" in (await (await browser("Alex")).get("/waiting")).text


async def test_your_own_conversations_begin_with_whoever_waits_for_your_answer(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    answered, owed = arrivals.agreed(Scope.CHAT), arrivals.agreed(Scope.CHAT)
    sam = await browser("Sam")
    for case_id in (answered, owed):
        await sam.post(f"/cases/{case_id}/pick-up")
    staffed.worker_says("Sam", answered, "Hi, I'm Sam.")
    later(staffed, minutes=4)
    page = (await sam.get("/waiting")).text
    assert re.findall(r'<li id="case-(\w+)"', page) == [owed, answered]
    assert re.findall(r"Waiting for your answer, <time[^>]*>([^<]+)", page) == ["4 minutes"]


async def test_who_presses_pick_up_twice_has_the_conversation_and_is_not_told_that_somebody_was_first(
    browser: Open, arrivals: Arrivals
) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    sam = await browser("Sam")
    answers = [await sam.post(f"/cases/{case_id}/pick-up") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[1].headers["location"].endswith(f"/cases/{case_id}")


async def test_the_second_to_pick_up_is_told_that_somebody_was_first(browser: Open, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    sam, alex = await browser("Sam"), await browser("Alex")
    await sam.post(f"/cases/{case_id}/pick-up")
    answer = await alex.post(f"/cases/{case_id}/pick-up")
    assert answer.status_code == 409
    assert "somebody else has picked it up" in answer.text


@pytest.mark.rule("S82")
async def test_a_case_hidden_from_somebody_is_not_there_for_them(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = arrivals.agreed(Scope.CHAT)
    sam = staffed.staff("Sam")
    staffed.record.write(lambda tx: cases.not_this_person(tx, tx.session.get_one(CaseRow, case_id), sam.id, staffed.clock()))
    hidden = await browser("Sam")
    assert case_id not in (await hidden.get("/waiting")).text
    assert (await hidden.get(f"/cases/{case_id}")).status_code == 404
    assert (await hidden.post(f"/cases/{case_id}/pick-up")).status_code == 409
    assert case_id in (await (await browser("Alex")).get("/waiting")).text


@pytest.mark.rule("S83")
async def test_a_case_about_a_position_of_trust_is_for_leads_only(browser: Open, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.CHAT, "my coach does it", flags=frozenset({"position_of_trust"}))
    sam = await browser("Sam")
    assert case_id not in (await sam.get("/waiting")).text
    assert (await sam.get("/waiting/count")).json()["waiting"] == 0
    assert case_id in (await (await browser("Jo")).get("/waiting")).text


@pytest.mark.rule("S72")
async def test_what_a_person_was_shown_is_noted_once_for_each_sitting(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    told, bare = arrivals.agreed(Scope.CHAT), arrivals.agreed(Scope.WANTS_TO_TALK)
    sam = await browser("Sam")
    for _ in range(3):
        await sam.get("/waiting")

    def shown(tx: Tx) -> list[str | None]:
        return list(tx.session.scalars(select(AuditRow.case_id).where(AuditRow.action == "case_shown")))

    assert staffed.record.read(shown) == [told]
    assert bare not in staffed.record.read(shown)
    await (await browser("Sam")).get("/waiting")
    assert staffed.record.read(shown) == [told, told]


@pytest.mark.rule("S24")
async def test_a_lead_sees_on_every_page_that_something_is_to_be_decided_and_is_not_sent_for_tea(browser: Open, arrivals: Arrivals) -> None:
    jo = await browser("Jo")
    assert "cup of tea" in (await jo.get("/waiting")).text
    case_id = arrivals.refused()
    page = (await jo.get("/waiting")).text
    assert "Nobody is waiting" in page and "For you to decide" in page
    assert "cup of tea" not in page
    assert (await jo.get("/waiting/count")).json()["flags"] == 1
    assert f'href="/staff/flags#case-{case_id}"' in (await jo.get(f"/cases/{case_id}")).text
    assert (await jo.post(f"/flags/{case_id}", decision="no_referral", reason="Her school knows.")).status_code == 303
    assert (await jo.get("/waiting/count")).json()["flags"] == 0
    assert "Decide about the flag" not in (await jo.get(f"/cases/{case_id}")).text


async def test_nobody_but_a_lead_is_told_of_flags(browser: Open, arrivals: Arrivals) -> None:
    arrivals.refused()
    sam = await browser("Sam")
    assert "For you to decide" not in (await sam.get("/waiting")).text
    assert (await sam.get("/waiting/count")).json()["flags"] == 0
