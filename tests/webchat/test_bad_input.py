"""Whatever is sent: nothing crashes, nothing is lost in silence, and the answer has kind words."""

from __future__ import annotations

import json
import time

import pytest
from starlette.applications import Starlette

from bot.channels.webchat.pace import NEW_PEOPLE
from bot.channels.webchat.page import STATIC
from escalation.record import tries
from escalation.record.store import Tx
from tests.webchat.visiting import ORIGIN, Browser, Host, new_id

OURS = {"Origin": ORIGIN, "X-Breakwater": "chat", "Content-Type": "application/json"}


@pytest.fixture
async def started(browser: Browser) -> Browser:
    await browser.open()
    return browser


@pytest.mark.parametrize(
    "text",
    ["a\x00b\x07c", "‮right to left", "\u200bzero\u200dwidth", "👩‍👩‍👧‍👦" * 50, "<script>alert(1)</script>", "line\r\nline\ttab"],
    ids=["control", "override", "invisible", "emoji", "script", "lines"],
)
async def test_odd_characters_are_kept_as_they_were_typed(started: Browser, text: str) -> None:
    assert (await started.says(text)).status_code == 202
    assert await started.reads() == [text]


async def test_half_a_character_does_not_spoil_the_chat(started: Browser) -> None:
    body = json.dumps({"id": new_id(), "text": "broken \ud83d emoji"}).encode()
    answer = await started.http.post("/chat/send", content=body, headers=OURS)
    assert answer.status_code == 202
    assert await started.reads() == ["broken \ufffd emoji"]


async def test_twenty_thousand_characters_are_stored_whole(started: Browser) -> None:
    text = "word " * 4000
    assert (await started.says(text)).status_code == 202
    assert await started.reads() == [text]


@pytest.mark.parametrize("text", ["x" * 20_001, "x" * 100_000], ids=["one character too many", "a body of 100 kB"])
async def test_more_than_that_is_refused_with_what_to_do(started: Browser, text: str) -> None:
    answer = await started.says(text)
    assert answer.status_code == 413
    assert "two or more parts" in answer.json()["text"]
    assert await started.reads() == []


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
async def test_an_empty_message_is_answered(started: Browser, text: str) -> None:
    answer = await started.says(text)
    assert answer.status_code == 422
    assert "Write a few words" in answer.json()["text"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[1]",
        b'{"id": 1, "text": "x"}',
        b'{"text": "x"}',
        b'{"id": "no-uuid", "text": "x"}',
        b"\xff\xfe",
        b"[" * 60_000,
    ],
)
async def test_a_malformed_body_is_refused(started: Browser, content: bytes) -> None:
    answer = await started.http.post("/chat/send", content=content, headers=OURS)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Content-Type", "text/plain", 415),
        ("Content-Type", "application/x-www-form-urlencoded", 415),
        ("X-Breakwater", "", 403),
        ("Origin", "https://elsewhere.example", 403),
        ("Origin", "null", 403),
        ("Host", "elsewhere.example", 403),
        ("Sec-Fetch-Site", "cross-site", 403),
    ],
)
@pytest.mark.parametrize("path", ["/chat/open", "/chat/send", "/chat/press", "/chat/return"])
async def test_another_site_cannot_send(host: Host, started: Browser, path: str, header: str, value: str, status: int) -> None:
    taken = len(host.taken)
    body = json.dumps({"id": new_id(), "text": "not me"}).encode()
    answer = await started.http.post(path, content=body, headers={**OURS, header: value})
    assert answer.status_code == status
    assert len(host.taken) == taken


async def test_an_invented_session_is_nobodys(host: Host, browser: Browser) -> None:
    browser.keeps("x" * 43)
    assert await browser.reads() == []
    assert host.people() == []


@pytest.mark.parametrize("cursor", ["", "abc", "-1.-1", "1", "99999999999999999999.1", "1.1; drop table inbox"])
async def test_an_odd_cursor_reads_from_the_beginning(started: Browser, cursor: str) -> None:
    await started.says("hello")
    assert [item["text"] for item in (await started.feed(cursor))["items"]] == ["hello"]


async def test_too_fast_is_told_when_to_try_again_and_nothing_is_dropped_in_silence(started: Browser) -> None:
    answers = [await started.says(f"message {number}") for number in range(40)]
    kept = [answer for answer in answers if answer.status_code == 202]
    late = [answer for answer in answers if answer.status_code == 429]
    assert len(kept) + len(late) == 40 and late
    assert all(int(answer.headers["Retry-After"]) > 0 and "not lost" in answer.json()["text"] for answer in late)
    assert len(await started.reads()) == len(kept)


async def test_one_who_is_too_fast_slows_nobody_else(started: Browser, app: Starlette) -> None:
    for number in range(40):
        await started.says(f"message {number}")
    other = Browser(app)
    await other.open()
    assert (await other.says("hello")).status_code == 202


async def test_an_army_of_new_people_from_one_address_is_slowed_and_nobody_elses_disclosure_waits(app: Starlette, host: Host) -> None:
    known = Browser(app, "10.9.9.9")
    assert (await known.open()).status_code == 200

    def an_hour_of_them(tx: Tx) -> None:
        for _ in range(NEW_PEOPLE.at_most):
            tries.count(tx, NEW_PEOPLE, "10.9.9.9", host.now())

    host.record.write(an_hour_of_them)
    refused = await Browser(app, "10.9.9.9").open()
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
    begun = time.monotonic()
    assert (await known.says("my stepdad hits me")).status_code == 202, "who was there before goes on"
    other = Browser(app, "10.1.1.1")
    assert (await other.open()).status_code == 200
    assert (await other.says("my stepdad hits me")).status_code == 202
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("path", ["/", "/chat/static/chat.js", "/chat/static/chat.css"])
async def test_pages_carry_a_strict_policy(browser: Browser, path: str) -> None:
    answer = await browser.http.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http:" not in policy and "*" not in policy


async def test_the_page_has_no_inline_script_or_style(browser: Browser) -> None:
    html = (await browser.http.get("/")).text
    assert " style=" not in html and "<style" not in html and " onclick" not in html
    assert html.count("<script") == html.count('<script type="module" src="/chat/static/')


async def test_every_style_sheet_and_script_comes_whole_and_the_browser_asks_for_it_each_time(browser: Browser) -> None:
    kinds = {".js": "javascript", ".css": "css"}
    for path in (path for path in STATIC.iterdir() if path.suffix in kinds):
        answer = await browser.http.get(f"/chat/static/{path.name}", headers={"Range": "bytes=0-9"})
        assert answer.status_code == 200 and answer.content == path.read_bytes()
        assert kinds[path.suffix] in answer.headers["content-type"] and answer.headers["cache-control"] == "no-cache"
        assert {"etag", "last-modified"} <= set(answer.headers)


@pytest.mark.parametrize("name", ["../routes.py", "..%2froutes.py", "chat.html", "nothing.css"])
async def test_only_the_pages_own_files_are_served(browser: Browser, name: str) -> None:
    assert (await browser.http.get(f"/chat/static/{name}")).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer short", f"Basic {'x' * 43}", f"Bearer {'x' * 42}é", f"Bearer {'x' * 44}"])
async def test_what_we_could_not_have_made_is_no_session(started: Browser, given: str) -> None:
    body = {"id": new_id(), "text": "hello"}
    answer = await started.http.post("/chat/send", json=body, headers={**OURS, "Authorization": given.encode()})  # type: ignore[dict-item]
    assert answer.status_code == 401


@pytest.mark.rule("S52")
@pytest.mark.rule("S59")
async def test_emergency_numbers_stand_on_the_page_itself(browser: Browser) -> None:
    html = (await browser.http.get("/")).text
    assert 'href="tel:999"' in html and 'href="tel:08001111"' in html
    assert "press 55 when asked" in html and "doesn&#39;t tell them where you are" in html
    assert "<noscript>" in html


@pytest.mark.rule("S74")
async def test_the_tab_has_a_neutral_name_and_there_is_a_quick_way_out(browser: Browser) -> None:
    html = (await browser.http.get("/")).text
    assert "<title>Chat</title>" in html
    assert 'href="https://www.bbc.co.uk/weather"' in html
