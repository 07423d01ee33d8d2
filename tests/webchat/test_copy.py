"""A copy of the chat is a file behind a link that works once, for a short while, in the session that asked for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from bot.carrying_out.turns import carry_out
from bot.dialogue.events import RecordAsked
from escalation.record.store import Tx
from escalation.record.tables import Person
from tests.webchat.visiting import Browser, Host

pytestmark = pytest.mark.rule("S73")


@pytest.fixture
async def link(host: Host, browser: Browser) -> str:
    """The address of a copy, after something was said."""
    await browser.open()
    await browser.says("i like trains")
    host.say("Trains are great.")
    host.record.write(lambda tx: _ask(tx, host))
    items = (await browser.feed())["items"]
    tokens = [token for item in items for _, token in item["buttons"]]
    turn, kind, key = tokens[-1].split(":")
    assert (turn, kind) == ("3", "copy")
    return f"/chat/copy/{key}"


async def test_it_holds_their_words_and_ours_with_their_times(browser: Browser, link: str) -> None:
    answer = await browser.http.get(link)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert "You: i like trains" in answer.text
    assert "Bot: Trains are great." in answer.text
    assert "The link works once" not in answer.text


async def test_it_works_once(browser: Browser, link: str) -> None:
    await browser.http.get(link)
    again = await browser.http.get(link)
    assert again.status_code == 404
    assert "trains" not in again.text


async def test_another_browser_gets_nothing(app: Starlette, link: str) -> None:
    stranger = Browser(app)
    assert (await stranger.http.get(link)).status_code == 404
    await stranger.open()
    answer = await stranger.http.get(link)
    assert answer.status_code == 404
    assert "trains" not in answer.text


async def test_after_a_quarter_of_an_hour_it_is_gone(host: Host, browser: Browser, link: str) -> None:
    host.time += timedelta(minutes=16)
    assert (await browser.http.get(link)).status_code == 404


@pytest.mark.rule("S77")
async def test_after_a_pause_it_is_gone_too(host: Host, browser: Browser, link: str) -> None:
    host.record.write(lambda tx: setattr(tx.session.query(Person).one(), "away_since", host.now()))
    assert (await browser.http.get(link)).status_code == 404


def _ask(tx: Tx, host: Host) -> None:
    carry_out(tx, host.service, tx.session.query(Person).one(), [RecordAsked("copy", 3)], host.now())
