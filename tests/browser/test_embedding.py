"""The chat on a school's own pages: a frame of our origin that neither side can look through, in browsers that let it keep nothing, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, Playwright, expect

from tests.browser.other_site import OtherSite, other_site, own_browser
from tests.browser.running import Program, free_port, phone

pytestmark = pytest.mark.browser

WEATHER = "https://www.bbc.co.uk/weather"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherSite]:
    """A site that may show the chat."""
    port = free_port()
    program = Program(tmp_path_factory.mktemp("embedded"), more={"BREAKWATER_EMBED_ON": f"http://localhost:{port}"})
    program.start()
    with other_site(port, program.url) as site:
        yield site
    program.kill()


@pytest.fixture
def page(chromium: Browser, school: OtherSite) -> Iterator[Page]:
    """One of the school's pages, on a phone whose browser lets other sites' frames keep nothing."""
    context = phone(chromium)
    context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>Sunny", content_type="text/html"))
    page = context.new_page()
    page.goto(school.url)
    yield page
    context.close()


def opens(page: Page) -> FrameLocator:
    page.get_by_role("button", name="Chat").click()
    return page.frame_locator("iframe")


def starts(page: Page) -> FrameLocator:
    chat = opens(page)
    chat.get_by_role("button", name="Start").click()
    expect(chat.locator(".line.bot").first).to_be_visible()
    return chat


def says(chat: FrameLocator, text: str) -> None:
    chat.get_by_label("Write here").fill(text)
    chat.get_by_role("button", name="Send").click()
    expect(chat.locator(".you .state")).to_contain_text("Sent", timeout=20_000)


def test_one_script_tag_gives_a_chat_that_works_where_frames_may_keep_nothing(page: Page) -> None:
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None)
    chat = starts(page)
    says(chat, "hello from school")
    expect(chat.locator(".you .bubble")).to_have_count(1)
    assert page.context.cookies() == []
    assert refused == []


def test_neither_side_sees_into_the_other(page: Page) -> None:
    chat = starts(page)
    says(chat, "something private")
    assert "something private" not in page.content()
    denied = "other => { try { return String(other()) } catch (error) { return error.name } }"
    assert page.evaluate(
        f"({denied})(() => document.querySelector('breakwater-chat').shadowRoot.querySelector('iframe').contentWindow.document)"
    ) == ("SecurityError")
    frame = page.frames[1]
    assert frame.evaluate(f"({denied})(() => parent.document)") == "SecurityError"
    assert "private" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_a_site_that_is_not_named_cannot_show_the_chat(chromium: Browser, school: OtherSite, page: Page) -> None:
    chat_url = page.evaluate("new URL(document.querySelector('script').src).origin")
    with other_site(free_port(), chat_url) as elsewhere:
        stranger = phone(chromium).new_page()
        stranger.goto(elsewhere.url)
        stranger.get_by_role("button", name="Chat").click()
        stranger.wait_for_timeout(500)
        assert "Leave quickly" not in " ".join(frame.content() for frame in stranger.frames[1:])
        stranger.context.close()


@pytest.mark.rule("S74")
@pytest.mark.parametrize("way", ["tap", "escape twice"])
def test_leaving_quickly_takes_the_whole_page_away(page: Page, way: str) -> None:
    chat = starts(page)
    says(chat, "something private")
    if way == "tap":
        chat.get_by_role("link", name="Leave quickly").click()
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.wait_for_url(WEATHER)
    page.go_back()
    page.wait_for_timeout(500)
    assert "something private" not in " ".join(frame.content() for frame in page.frames)


def test_words_of_another_page_move_nothing(page: Page) -> None:
    starts(page)
    page.evaluate("window.postMessage({ chat: 'leave' }, '*')")
    page.wait_for_timeout(300)
    expect(page.locator("iframe")).to_be_visible()


def test_escape_closes_it_and_the_focus_goes_back_to_the_button_and_in_again(page: Page) -> None:
    chat = starts(page)
    page.keyboard.press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    assert page.evaluate("document.querySelector('breakwater-chat').shadowRoot.activeElement.textContent") == "Chat"
    page.wait_for_timeout(1100)
    page.keyboard.press("Enter")
    expect(page.locator("iframe")).to_be_visible()
    expect(chat.get_by_label("Write here")).to_be_focused()
    chat.get_by_role("button", name="Close").click()
    expect(page.locator("iframe")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(320, 568), (1280, 800)])
def test_it_fits_a_small_phone_and_stands_in_the_corner_of_a_wide_screen(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    chat = starts(page)
    assert page.frames[1].evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in ("Settings", "Close", "Send"):
        expect(chat.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    expect(chat.get_by_role("link", name="Leave quickly")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_button_breaks_no_rule_and_says_nothing_of_what_it_opens(page: Page) -> None:
    button = page.get_by_role("button", name="Chat")
    assert button.get_attribute("aria-expanded") == "false"
    assert button.evaluate("button => [button.offsetWidth >= 44, button.offsetHeight >= 44]") == [True, True]
    found = page.evaluate("document.querySelector('breakwater-chat').shadowRoot.textContent")
    assert found == "Chat"


def test_where_frames_may_keep_something_the_chat_follows_from_page_to_page(
    playwright: Playwright, school: OtherSite, tmp_path: Path
) -> None:
    context = own_browser(playwright, tmp_path)
    page = context.new_page()
    page.goto(school.url)
    says(starts(page), "hello from the first page")
    page.get_by_role("link", name="Lunch").click()
    expect(page.frame_locator("iframe").locator(".you .bubble", has_text="hello from the first page")).to_be_visible(timeout=10_000)
    assert page.evaluate("JSON.stringify(sessionStorage)") == '{"breakwater-chat":"open"}'
    context.close()
