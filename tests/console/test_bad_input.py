"""Bad input at the console: another's case by its address, forged and repeated forms, and a paste that is far too long."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from bot.rehearsal.house import House
from escalation.console.permissions import PUBLIC, gated_routes
from escalation.record import messages
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow, OutboxRow
from tests.console.conftest import Browser, Open, started


def posts(app: FastAPI, *, public: bool = True) -> Iterable[str]:
    """The addresses to which forms are sent."""
    for route in gated_routes(list(app.routes)):
        if "POST" in (route.methods or ()) and (public or route.permission != PUBLIC):
            yield route.path


def as_it_stands(house: House, case_id: str) -> tuple[object, ...]:
    """All that can be seen to change in a case."""

    def read(tx: Tx) -> tuple[object, ...]:
        case = tx.session.get_one(CaseRow, case_id)
        events = tx.session.scalar(select(func.count()).select_from(CaseEvent).where(CaseEvent.case_id == case_id))
        said = tx.session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.person_id == case.person_id))
        return events, said, *(getattr(case, column.name) for column in CaseRow.__table__.columns)

    return house.record.read(read)


def said(house: House, case_id: str) -> list[str]:
    """What a worker has written to the young person of this case."""
    rows = select(OutboxRow).where(OutboxRow.case_id == case_id, OutboxRow.speaker == "worker").order_by(OutboxRow.seq)
    return house.record.read(lambda tx: [messages.outgoing(tx, row)[0] for row in tx.session.scalars(rows)])


def once(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found
    return found.group(1)


@pytest.mark.rule("S62")
async def test_another_workers_case_cannot_be_worked_on_by_its_address(
    sam_has: tuple[Browser, str], browser: Open, app: FastAPI, staffed: House
) -> None:
    _, case_id = sam_has
    alex, before = await browser("Alex"), as_it_stands(staffed, case_id)
    page = (await alex.get(f"/cases/{case_id}")).text
    assert 'id="composer"' not in page
    assert "<textarea" not in page
    filled = {"text": "hello", "words": "x", "reason": "x", "action": "x", "outcome": "referred", "decision": "refer", "level": "immediate"}
    of_cases = [path for path in posts(app) if path.startswith("/cases/{case_id}/")]
    assert len(of_cases) > 20
    for path in of_cases:
        address = path.format(case_id=case_id, duty_id="x", to="x", who="x")
        answer = await alex.post(address, **filled)
        assert as_it_stands(staffed, case_id) == before, f"{path} answered {answer.status_code} and changed something"


async def test_a_form_that_another_site_sends_is_refused_everywhere(browser: Open, app: FastAPI) -> None:
    jo = await browser("Jo")
    for path in posts(app):
        answer = await jo.client.post(f"/staff{path}", data={"csrf": jo.csrf}, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403, path


@pytest.mark.parametrize("who", ["Sam", "Jo", "Kit", "Robin"])
async def test_a_form_without_the_token_of_its_session_is_refused_everywhere(browser: Open, app: FastAPI, who: str) -> None:
    someone = await browser(who)
    for token in ("", "guessed"):
        someone.csrf = token
        for path in posts(app, public=False):
            assert (await someone.post(path)).status_code == 403, path
    assert (await someone.get("/account")).status_code == 200, "nobody was signed out by any of them"


async def test_a_message_sent_twice_at_the_same_moment_goes_out_once(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    form = {"text": "Hello there", "once": once((await sam.get(f"/cases/{case_id}")).text)}
    answers = await asyncio.gather(*(sam.post(f"/cases/{case_id}/say", **form) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert said(staffed, case_id) == ["Hello there"]


async def test_a_message_sent_again_to_a_program_that_was_started_anew_goes_out_once(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    form = {"text": "Hello there", "once": once((await sam.get(f"/cases/{case_id}")).text)}
    await sam.post(f"/cases/{case_id}/say", **form)
    anew = started_anew(sam, staffed)
    assert (await anew.post(f"/cases/{case_id}/say", **form)).status_code == 303
    assert said(staffed, case_id) == ["Hello there"]
    await anew.post(f"/cases/{case_id}/say", **{**form, "text": "Hello there, and how are you?"})
    assert said(staffed, case_id) == ["Hello there", "Hello there, and how are you?"], "words that were changed are a new message"


async def test_a_draft_outlives_the_program_and_goes_with_the_conversation(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/draft", text="I was about to say")
    anew = started_anew(sam, staffed)
    assert ">I was about to say</textarea>" in (await anew.get(f"/cases/{case_id}")).text
    await anew.post(f"/cases/{case_id}/close", outcome="referred", note="Her social worker goes on.")
    assert "I was about to say" not in (await anew.get(f"/cases/{case_id}")).text


async def test_a_draft_that_comes_after_its_message_was_sent_is_not_kept(sam_has: tuple[Browser, str]) -> None:
    sam, case_id = sam_has
    form = {"text": "Hello there", "once": once((await sam.get(f"/cases/{case_id}")).text)}
    await sam.post(f"/cases/{case_id}/say", **form)
    await sam.post(f"/cases/{case_id}/draft", **form)
    assert "></textarea>" in (await sam.get(f"/cases/{case_id}")).text


async def test_a_draft_is_kept_only_by_who_has_the_conversation(sam_has: tuple[Browser, str], browser: Open) -> None:
    _, case_id = sam_has
    jo = await browser("Jo")
    for case in (case_id, "nothing"):
        assert (await jo.post(f"/cases/{case}/draft", text="I was about to say")).status_code == 204
    assert "I was about to say" not in (await jo.get(f"/cases/{case_id}")).text


async def test_two_tabs_write_in_turn_and_neither_loses_what_the_other_sent(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    first, second = [once((await sam.get(f"/cases/{case_id}")).text) for _ in range(2)]
    await sam.post(f"/cases/{case_id}/say", text="From the first tab", once=first)
    await sam.post(f"/cases/{case_id}/say", text="From the second tab", once=second)
    assert said(staffed, case_id) == ["From the first tab", "From the second tab"]


async def test_a_conversation_that_ended_in_another_tab_keeps_the_words_of_this_one(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    form = {"text": "One more thing", "once": once((await sam.get(f"/cases/{case_id}")).text)}
    await sam.post(f"/cases/{case_id}/close", outcome="referred", note="x")
    answer = await sam.post(f"/cases/{case_id}/say", **form)
    assert (answer.status_code, "nothing was sent" in answer.text, "One more thing" in answer.text) == (409, True, True)
    assert said(staffed, case_id) == []


@pytest.mark.parametrize("length", [3_501, 10_000, 60_000])
async def test_a_paste_that_is_too_long_comes_back_whole_with_the_limit(sam_has: tuple[Browser, str], staffed: House, length: int) -> None:
    sam, case_id = sam_has
    paste = ("0123456789" * (length // 10 + 1))[:length].replace("9", " ").strip().ljust(length, "x")
    answer = await sam.post(f"/cases/{case_id}/say", text=paste)
    assert answer.status_code == 409
    assert f"({length} characters, 3500 at most): send it in parts." in answer.text
    assert f">{paste}</textarea>" in answer.text
    assert f">{paste}</textarea>" in (await sam.get(f"/cases/{case_id}")).text, "and it is kept"
    assert said(staffed, case_id) == []


def started_anew(someone: Browser, house: House) -> Browser:
    """The same browser, in front of a program that has just started on the same record."""
    anew = Browser(started(house), house)
    anew.client.cookies, anew.csrf = someone.client.cookies, someone.csrf
    return anew
