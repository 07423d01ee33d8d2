"""What a young person sends is stored before it is acknowledged, and what is written to them is shown once, in order."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from escalation.record.store import Tx
from escalation.record.tables import OutboxRow, Person, Staff
from tests.webchat.visiting import Browser, Host, new_id


def test_the_page_creates_nobody(host: Host) -> None:
    assert host.people() == []


async def test_a_crawler_that_reads_the_page_creates_nobody(host: Host, browser: Browser) -> None:
    page = await browser.http.get("/")
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert host.people() == []


async def test_starting_makes_one_person_and_a_session_without_a_cookie(host: Host, browser: Browser) -> None:
    answer = await browser.open()
    assert answer.status_code == 200
    assert len(answer.json()["session"]) == 43
    assert "set-cookie" not in answer.headers and answer.headers["cache-control"] == "no-store"
    assert [taken.kind for taken in host.taken] == ["started"]
    assert len(host.people()) == 1


async def test_what_is_said_is_shown_in_order_with_the_answers(host: Host, browser: Browser) -> None:
    await browser.open()
    host.say("Hi, I'm a bot.")
    await browser.reads()
    await browser.says("one")
    await browser.says("two")
    host.say("Which of these?", buttons=(("Menu", "2:do:menu"),))
    await browser.reads()
    await browser.presses("2:do:menu")
    assert await browser.reads() == ["Hi, I'm a bot.", "one", "two", "Which of these?", "2:do:menu"]


async def test_a_message_sent_twice_is_kept_once(host: Host, browser: Browser) -> None:
    await browser.open()
    id = new_id()
    assert [(await browser.says("hello", id)).status_code for _ in range(2)] == [202, 202]
    feed = await browser.feed()
    assert [(item["id"], item["text"]) for item in feed["items"]] == [(id, "hello")]


async def test_the_same_id_in_another_browser_is_another_message(host: Host, browser: Browser, app: Starlette) -> None:
    other, id = Browser(app), new_id()
    await browser.open()
    await other.open()
    await browser.says("mine", id)
    await other.says("theirs", id)
    assert await browser.reads() == ["mine"]
    assert await other.reads() == ["theirs"]


async def test_after_the_cursor_only_what_is_new_comes(host: Host, browser: Browser) -> None:
    await browser.open()
    await browser.says("old")
    host.time += timedelta(minutes=2)
    cursor = (await browser.feed())["after"]
    host.time += timedelta(minutes=5)
    await browser.says("new")
    assert [item["text"] for item in (await browser.feed(cursor))["items"]] == ["new"]


async def test_a_long_history_comes_in_several_answers_without_loss(host: Host, browser: Browser) -> None:
    await browser.open()
    for number in range(450):
        host.say(f"bubble {number}")
    host.time += timedelta(minutes=5)
    seen: dict[str, str] = {}
    feed: dict[str, Any] = {"after": "0.0", "more": True}
    while feed["more"]:
        feed = await browser.feed(feed["after"])
        seen |= {item["id"]: item["text"] for item in feed["items"]}
    assert next(iter(seen.values())) == "bubble 0"
    assert sorted(seen.values()) == sorted(f"bubble {number}" for number in range(450))


async def test_reading_is_delivery(host: Host, browser: Browser) -> None:
    await browser.open()
    id = host.say("Hello")
    assert host.row(id).state == "pending"
    await browser.reads()
    assert host.row(id).state == "sent"
    assert host.row(id).sent_at is not None


@pytest.mark.rule("S79")
async def test_what_is_held_back_is_not_shown_and_comes_when_it_is_released(host: Host, browser: Browser) -> None:
    await browser.open()
    id = host.say("for later")
    _set_state(host, id, "held")
    host.say("for now")
    assert await browser.reads() == ["for now"]
    host.time += timedelta(minutes=2)
    cursor = (await browser.feed())["after"]
    host.time += timedelta(minutes=5)
    _set_state(host, id, "pending")
    assert [item["text"] for item in (await browser.feed(cursor))["items"]] == ["for later"]


async def test_a_page_that_slept_is_given_what_another_one_fetched_meanwhile(host: Host, browser: Browser) -> None:
    await browser.open()
    id = host.say("for later")
    _set_state(host, id, "held")
    host.say("for now")
    slept = (await browser.feed())["after"]
    host.time += timedelta(minutes=5)
    _set_state(host, id, "pending")
    assert "for later" in await browser.reads()
    host.time += timedelta(minutes=5)
    awake = await browser.feed(slept)
    assert "for later" in [item["text"] for item in awake["items"]]
    host.time += timedelta(minutes=5)
    assert (await browser.feed(awake["after"]))["items"] == [], "each is given again for a minute only"


@pytest.mark.rule("S61")
async def test_a_worker_is_seen_by_first_name_and_nothing_else(host: Host, browser: Browser) -> None:
    await browser.open()
    host.record.write(
        lambda tx: tx.session.add(
            Staff(id="s1", name="Sam Example", first_name="Sam", job="youth worker", role="worker", created_at=host.now(), demo=True)
        )
    )
    host.say("Hi, I'm here", speaker="worker", staff_id="s1")
    item = (await browser.feed())["items"][0]
    assert (item["speaker"], item["name"], item["text"]) == ("worker", "Sam", "Hi, I'm here")
    assert "Example" not in str(item) and "s1" not in item.values()


async def test_without_a_session_nothing_is_told(browser: Browser) -> None:
    assert (await browser.http.get("/chat/messages")).status_code == 401
    assert (await browser.says("hello")).status_code == 401
    assert (await browser.http.get("/chat/stream")).status_code == 401


async def test_a_cleared_chat_shows_only_what_came_after(host: Host, browser: Browser) -> None:
    await browser.open()
    await browser.says("before")

    def clear(tx: Tx) -> None:
        tx.session.query(Person).one().cleared_at = host.now()

    host.record.write(clear)
    await browser.says("after")
    assert await browser.reads() == ["after"]


@pytest.mark.rule("S52")
async def test_when_storing_fails_it_is_said_and_the_same_message_can_be_sent_again(host: Host, browser: Browser) -> None:
    await browser.open()
    id = new_id()
    host.disk_full = True
    refused = await browser.says("please help", id)
    assert refused.status_code == 503
    assert "Not sent" in refused.json()["text"]
    host.disk_full = False
    assert (await browser.says("please help", id)).status_code == 202
    assert await browser.reads() == ["please help"]


async def test_when_storing_fails_at_the_start_nobody_is_left_half_made(host: Host, browser: Browser) -> None:
    host.disk_full = True
    assert (await browser.open()).status_code == 503
    assert host.people() == []


@pytest.mark.rule("S72")
async def test_no_log_line_holds_words_codes_or_tokens(host: Host, browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await browser.open()
    await browser.says("marmalade secret")
    await browser.returns("lantern-pebble-otter-crumble-maple")
    host.disk_full = True
    await browser.says("marmalade again")
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore", "asyncio"))]
    assert not any(word in line for line in ours for word in ("marmalade", "lantern", browser.http.headers["Authorization"].split()[1]))


def _set_state(host: Host, id: str, state: str) -> None:
    def change(tx: Tx) -> None:
        tx.session.query(OutboxRow).filter_by(id=id).one().state = state

    host.record.write(change)
