"""Trying a draft as a chat: its own words, a rehearsal that nobody sees, and nothing left of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.desk.editing.preview import Look
from bot.desk.state import Desk
from bot.desk.trying import IDLE, MOST_MESSAGES, Full, Rehearsals
from bot.rehearsal.house import House
from content.editorial.library import CONTENT
from escalation.record.tables import CaseRow, InboxRow, OutboxRow, Person
from tests.console.conftest import Browser, Open
from tests.desk.test_editing import begins, opens

KEY = "guidance/relationships/consent.yml"


async def tries(browser: Browser, address: str, do: str, **more: str) -> str:
    answer = await browser.post(f"{address.removesuffix('edit')}try", do=do, **more)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


@pytest.fixture(scope="module")
def shared() -> Rehearsals:
    """The phrases are compiled once for all tests."""
    return Rehearsals()


@pytest.fixture(autouse=True)
def _rehearsals(desk: Desk, shared: Rehearsals) -> Iterator[None]:
    desk.rehearsals = shared
    yield
    for whose in list(shared.running):
        shared.end(whose)


def there(folder: str) -> bool:
    return Path(folder).exists()


def people_of(house: House) -> list[int | None]:
    return house.record.read(
        lambda tx: [tx.session.scalar(select(func.count()).select_from(table)) for table in (Person, InboxRow, OutboxRow, CaseRow)]
    )


async def test_the_chat_from_a_step_says_the_drafts_words_and_goes_on_by_its_buttons(browser: Open, staffed: House, desk: Desk) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    await kit.post(address, **await opens(kit, address, "say_no") | {"say-0": "Brand new words.", "do": "save"})
    page = await tries(kit, address, "begin", card="say_no")
    assert "This is a rehearsal. Nobody sees it." in page and "Brand new words." in page
    token = re.search(r'value="tap:([^"]+)"[^>]*>How do I ask\?<', page)
    assert token
    assert "Asking can be short." in await tries(kit, address, f"tap:{token[1]}", card="say_no")
    assert "What consent means" not in page.split("Brand new words.")[0].split("rehearsal")[-1]


async def test_a_disclosure_shows_what_would_happen_and_reaches_nobody(browser: Open, staffed: House, desk: Desk) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    before = people_of(staffed)
    await tries(kit, address, "begin", card="start")
    page = await tries(kit, address, "say", text="my stepdad hits me and i am scared")
    assert "Would you like to talk to Sam" in page and "An adult was offered. Nobody is told anything before a yes." in page
    page = await tries(kit, address, "say", text="i took all the tablets")
    assert "999" in page and "A youth worker would be alerted now." in page
    assert people_of(staffed) == before
    rehearsal = next(iter(desk.rehearsals.running.values()))
    folder = rehearsal.folder.name
    assert there(folder)
    await tries(kit, address, "end")
    assert not there(folder) and len(desk.rehearsals) == 0


async def test_a_picture_is_shown_with_its_words(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    assert "/staff/desk/pictures/traffic_light.svg" in await tries(kit, address, "begin", card="start")
    drawn = await kit.get("/desk/pictures/traffic_light.svg")
    assert drawn.status_code == 200 and "sandbox" in drawn.headers["content-security-policy"]
    assert (await kit.get("/desk/pictures/..%2F..%2Fpolicy%2Frota.yml")).status_code == 404


async def test_a_topic_is_found_by_its_name_where_the_intent_service_does_not_run(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    await tries(kit, address, "begin")
    assert "Consent means you both really want to" in await tries(kit, address, "say", text="what is consent?")


async def test_a_draft_that_cannot_be_read_says_why_and_is_not_tried(browser: Open, staffed: House, desk: Desk) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    await kit.post(address, **await opens(kit, address, "say_no") | {"b0-label": "", "do": "save"})
    answer = await kit.post(f"{address.removesuffix('edit')}try", do="begin", card="say_no")
    assert answer.status_code == 422 and "The draft cannot be tried yet:" in answer.text
    assert f"{KEY}:" in answer.text and len(desk.rehearsals) == 0


async def test_script_that_is_typed_is_shown_as_text_and_a_made_up_button_does_nothing(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    await tries(kit, address, "begin", card="start")
    answer = await kit.post(f"{address.removesuffix('edit')}try", do="say", text="<script>alert(1)</script>")
    assert "<script>alert" not in answer.text and "&lt;script&gt;" in answer.text
    assert (await tries(kit, address, "tap:0:do:offer_yes")).count('class="line') == answer.text.count('class="line')
    assert "Begin at" in await tries(await browser("Noa"), address, "say", card="start", text="hello"), "a rehearsal is of one editor alone"


async def test_old_rehearsals_are_thrown_away_and_none_goes_on_for_ever(staffed: House) -> None:
    rehearsals, now = Rehearsals(at_most=2), staffed.clock()
    texts = {KEY: (CONTENT / KEY).read_text(encoding="utf-8")}
    folders = []
    for number in range(3):
        made = await rehearsals.begin((str(number), "draft"), staffed.service, texts, Look(), "go:consent/start", now)
        folders.append(made.folder.name)
    assert len(rehearsals) == 2 and [there(folder) for folder in folders] == [False, True, True]
    made.messages = MOST_MESSAGES
    with pytest.raises(Full):
        await made.says("one more")
    assert rehearsals.find(("1", "draft"), now + IDLE + timedelta(seconds=1)) is None
    assert len(rehearsals) == 0 and not any(there(folder) for folder in folders)
