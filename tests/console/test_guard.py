"""What every page sends, and what is refused before any page is reached."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import httpx
import pytest
from starlette.datastructures import Headers

from bot.rehearsal.house import House
from escalation.console import app as console
from escalation.console.app import ConsoleSettings, create
from escalation.console.pages import STATIC
from escalation.console.security import LARGEST_BODY, same_origin
from tests.console.conftest import SITE, Browser, Open
from tests.published import CHECK

TEMPLATES = Path(console.__file__).parent / "templates"
HTMX = {
    "htmx.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "htmx.LICENSE.txt": "d3d2456f76414f2456104660ebd65aff1c04cd7966b942bdabd63f3cdb316a38",
}
"""SHA-256 of htmx 2.0.11 as its npm package holds it (Zero-Clause BSD)."""


async def test_every_answer_carries_the_strict_headers(browser: Open) -> None:
    sam = await browser("Sam")
    for path in ("/waiting", "/sign-in", "/nowhere", "/team", "/cases/x"):
        sent = (await sam.get(path)).headers
        assert sent["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert sent["x-content-type-options"] == "nosniff"
        assert sent["referrer-policy"] == "no-referrer"
        assert sent["cross-origin-opener-policy"] == "same-origin"
        assert sent["cache-control"] == "no-store"
        assert "strict-transport-security" not in sent


async def test_over_https_browsers_are_told_to_stay_there(staffed: House) -> None:
    app = create(staffed.record, staffed.service, ConsoleSettings(public_url=SITE, secure_cookies=True), staffed.clock, check=CHECK)
    assert "strict-transport-security" in (await Browser(app, staffed).get("/sign-in")).headers


async def test_with_the_record_away_the_page_says_that_nothing_was_stored(browser: Open, staffed: House) -> None:
    sam = await browser("Sam")
    with staffed.record.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE staff_sessions")
    answer = await sam.get("/waiting")
    assert answer.status_code == 503
    assert "Nothing was stored" in answer.text
    assert "content-security-policy" in answer.headers


async def test_an_error_nobody_foresaw_is_answered_in_words_with_the_same_headers(staffed: House) -> None:
    app = create(staffed.record, staffed.service, ConsoleSettings(), staffed.clock, check=CHECK)
    app.add_api_route("/broken", lambda: 1 / 0)
    transport = httpx.ASGITransport(app=app, root_path="/staff", raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
        answer = await client.get("/staff/broken")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "cross-site", "origin": SITE}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": SITE}, True),
        ({"origin": "http://127.0.0.1:9999"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_a_form_counts_only_from_a_page_of_ours(headers: dict[str, str], ours: bool) -> None:
    assert same_origin(Headers({"host": "127.0.0.1:8080", **headers}), None) is ours


@pytest.mark.parametrize(
    ("host", "public_url", "ours"),
    [
        ("chat.example.org", "https://chat.example.org", True),
        ("evil.test", "https://chat.example.org", False),
        ("evil.test", None, False),
        ("localhost:8080", None, True),
        ("[::1]:8080", None, True),
    ],
)
def test_a_form_counts_only_at_our_own_address(host: str, public_url: str | None, ours: bool) -> None:
    assert same_origin(Headers({"host": host, "sec-fetch-site": "same-origin"}), public_url) is ours


async def test_a_form_without_the_sessions_token_is_refused(browser: Open, staffed: House) -> None:
    sam, alex = await browser("Sam"), await browser("Alex")
    sam.csrf = alex.csrf
    assert (await sam.post("/sign-out")).status_code == 403
    sam.csrf = ""
    assert (await sam.post("/sign-out")).status_code == 403
    assert (await sam.get("/waiting")).status_code == 200


async def test_the_token_may_come_in_a_header(browser: Open) -> None:
    sam = await browser("Sam")
    answer = await sam.client.post("/staff/cases/x/draft", data={"text": "hello"}, headers={"x-csrf-token": sam.csrf})
    assert answer.status_code == 204


async def test_another_sites_form_is_refused_before_anything_is_read(browser: Open) -> None:
    sam = await browser("Sam")
    answer = await sam.client.post("/staff/sign-out", data={"csrf": sam.csrf}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert (await sam.get("/waiting")).status_code == 200


async def test_too_large_a_body_is_refused(browser: Open) -> None:
    sam = await browser("Sam")
    assert (await sam.post("/cases/x/draft", text="x" * LARGEST_BODY)).status_code == 413


@pytest.mark.parametrize("page", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_page_has_a_script_or_a_style_of_its_own(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|hx-on|<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text), "nothing comes from elsewhere"
    assert "|safe" not in text.replace(" ", "")


def test_htmx_is_the_file_that_was_published() -> None:
    assert {name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest() for name in HTMX} == HTMX


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.glob("*.js") if path.name not in HTMX))
def test_nothing_of_ours_keeps_words_in_the_browser(name: str) -> None:
    script = (STATIC / name).read_text()
    assert not re.search(r"localStorage|sessionStorage\.set|indexedDB|document\.cookie|caches\.", script)


async def test_static_files_are_kept_by_the_browser_until_they_change(browser: Open) -> None:
    page = (await (await browser("")).get("/sign-in")).text
    found = re.search(r"/staff(/static/console\.css\?v=\w+)", page)
    assert found
    answer = await (await browser("")).get(found.group(1))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
