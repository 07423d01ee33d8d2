"""What a browser keeps of the chat: nothing once it is closed, unless they chose to be remembered on this device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser.other_site import own_browser
from tests.browser.running import Program, YoungPerson

pytestmark = [pytest.mark.browser, pytest.mark.rule("S74")]

PRIVATE = "something private about marmalade"

KEPT = """async () => ({
  cookies: document.cookie,
  device: Object.keys(localStorage),
  tab: Object.keys(sessionStorage),
  databases: (await indexedDB.databases()).length,
  caches: window.caches ? (await caches.keys()).length : 0,
  workers: navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations()).length : 0,
})"""
NOTHING = {"cookies": "", "device": [], "tab": [], "databases": 0, "caches": 0, "workers": 0}


class Device:
    """One browser with a profile on disk, which can be closed and opened again."""

    def __init__(self, playwright: Playwright, folder: Path, url: str) -> None:
        self._playwright, self._folder, self._url = playwright, folder, url
        self.context: BrowserContext | None = None

    def opens(self, *arguments: str) -> YoungPerson:
        self.context = own_browser(self._playwright, self._folder, *arguments)
        return YoungPerson(self.context, self._url)

    def closes(self) -> None:
        if self.context:
            self.context.close()
        self.context = None

    def words_on_disk(self) -> list[str]:
        """Files of the profile in which the private words stand, as one would search for them."""
        wanted = (PRIVATE.encode(), PRIVATE.encode("utf-16-le"))
        return [path.name for path in self._folder.rglob("*") if path.is_file() and any(words in path.read_bytes() for words in wanted)]


@pytest.fixture
def device(playwright: Playwright, program: Program, tmp_path: Path) -> Iterator[Device]:
    device = Device(playwright, tmp_path / "profile", program.url)
    yield device
    device.closes()


def kept(page: Page) -> dict[str, Any]:
    return page.evaluate(KEPT)  # type: ignore[no-any-return]


def chats(device: Device) -> YoungPerson:
    young = device.opens()
    young.starts()
    young.says(PRIVATE)
    expect(young.page.locator(".you .state")).to_contain_text("Sent")
    return young


@pytest.mark.rule("S77")
def test_closed_and_opened_again_nothing_is_left(device: Device) -> None:
    young = chats(device)
    assert young.context.cookies() == []
    device.closes()
    assert device.words_on_disk() == []
    again = device.opens()
    expect(again.page.get_by_role("button", name="Start")).to_be_visible()
    assert kept(again.page) == NOTHING
    assert again.context.cookies() == []
    again.starts()
    again.page.wait_for_timeout(1000)
    assert "Carry on" not in " ".join(again.shown()) and PRIVATE not in again.page.content()


@pytest.mark.rule("S77")
def test_a_browser_that_brings_its_tabs_back_brings_no_chat_back(device: Device) -> None:
    chats(device)
    device.closes()
    device.opens("--restore-last-session")
    assert device.context is not None
    device.context.pages[0].wait_for_timeout(1500)
    [restored, *_] = [page for page in device.context.pages if page.url.startswith("http://127.0.0.1")]
    expect(restored.get_by_role("button", name="Start")).to_be_visible()
    assert kept(restored) == NOTHING
    assert PRIVATE not in restored.content()


@pytest.mark.rule("S77")
def test_who_chose_to_be_remembered_finds_the_chat_again_behind_carry_on_and_is_forgotten_in_one_tap(device: Device) -> None:
    young = chats(device)
    remember = young.page.get_by_role("switch", name="Remember me")
    young.opens_settings()
    remember.click()
    expect(young.page.get_by_text("Only say yes if nobody else uses this phone or computer.")).to_be_visible()
    young.page.get_by_role("button", name="Yes, remember me").click()
    expect(remember).to_have_attribute("aria-checked", "true")
    device.closes()
    assert device.words_on_disk() == []

    again = device.opens()
    expect(again.page.get_by_role("button", name="Start")).to_be_visible()
    again.starts()
    assert PRIVATE not in again.page.content()
    again.page.get_by_role("button", name="Carry on").first.click()
    again.sees(PRIVATE, speaker="you")
    again.opens_settings()
    again.page.get_by_role("switch", name="Remember me").click()
    expect(again.page.get_by_role("status")).to_have_text("This device has forgotten you.")
    assert kept(again.page)["device"] == []
    device.closes()

    last = device.opens()
    last.starts()
    last.page.wait_for_timeout(1000)
    assert "Carry on" not in " ".join(last.shown())


def test_saying_no_to_being_remembered_keeps_nothing(device: Device) -> None:
    young = chats(device)
    young.opens_settings()
    young.page.get_by_role("switch", name="Remember me").click()
    young.page.get_by_role("button", name="No, don't").click()
    expect(young.page.get_by_role("switch", name="Remember me")).to_have_attribute("aria-checked", "false")
    assert kept(young.page)["device"] == []


CASES: dict[str, tuple[dict[str, Any] | None, dict[str, Any], str]] = {
    "loaded again": ({"token": "t", "left": 1000}, {"type": "reload"}, "at once"),
    "another language": ({"token": "t", "left": 1000}, {"type": "navigate"}, "at once"),
    "loaded after two minutes": ({"token": "t", "left": 1000}, {"type": "navigate", "now": 121_000}, "no"),
    "the clock went back an hour since": ({"token": "t", "left": 3_700_000}, {"type": "reload", "now": 100_000}, "no"),
    "a tab brought back at once": ({"token": "t", "left": 1000}, {"type": "back_forward"}, "no"),
    "a tab brought back after a crash": ({"token": "t"}, {"type": "back_forward"}, "no"),
    "put away by a phone": ({"token": "t", "hidden": True}, {"type": "back_forward", "phone": True}, "ask"),
    "put away by a laptop that says so": ({"token": "t", "hidden": True}, {"type": "reload", "discarded": True}, "ask"),
    "nothing": (None, {"type": "reload"}, "no"),
}


@pytest.mark.rule("S77")
def test_what_a_tab_kept_is_used_only_where_the_same_person_is_likely_there(device: Device) -> None:
    page = device.opens().page
    module = "async ([kept, now]) => (await import('/chat/static/session.js')).mayGoOn(kept, now)"
    loaded: dict[str, Any] = {"type": "navigate", "discarded": False, "phone": False, "now": 3000}
    assert {what: page.evaluate(module, [kept, loaded | now]) for what, (kept, now, _) in CASES.items()} == {
        what: answer for what, (_, _, answer) in CASES.items()
    }
