"""The console while a shift goes on: who waits is heard and seen from every page, and all of a conversation is at hand by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from escalation.consent import Scope
from tests.browser.a_shift import Shift
from tests.browser.axe import violations

pytestmark = pytest.mark.browser

LISTENING = """
  window.heard = () => { const page = document.documentElement, tones = page.dataset.tones || ""; page.dataset.tones = ""; return tones; };
  window.notices = [];
  document.hasFocus = () => false;
  const begin = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    const page = document.documentElement;
    page.dataset.tones = `${page.dataset.tones || ""} ${Math.round(this.frequency.value)}`.trim();
    return begin.call(this, at);
  };
  const Shown = window.Notification;
  window.Notification = class extends Shown {
    constructor(title, options) { super(title, options); notices.push([title, options.body || ""]); }
  };
"""
"""Notes what the page plays and shows, which it does all the same."""
USUAL, DANGER = "523 659", "880 659 880 659"


def heard(page: Page) -> str:
    """What was played since this was last asked, in Hertz."""
    tones: str = page.evaluate("heard()")
    return tones


def hears(page: Page, tones: str) -> None:
    """Exactly these tones come, now or in a moment."""
    expect(page.locator("html")).to_have_attribute("data-tones", tones)
    heard(page)


@pytest.fixture
def listening(shift: Shift, chromium: Browser) -> Page:
    """Jo's page of everybody who waits, in a browser that may show notifications; somebody in danger waits already."""
    context = shift.site.browser_of(chromium, "Jo")
    context.grant_permissions(["notifications"])
    context.add_init_script(LISTENING)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{shift.site.url}/waiting")
    expect(page.get_by_role("heading", name="Call me when somebody waits")).to_be_visible()
    return page


def test_nothing_sounds_or_shows_until_it_is_chosen_and_then_neutrally(shift: Shift, listening: Page) -> None:
    shift.night.arrivals.agreed(Scope.CHAT, "he hits me at home")
    expect(listening).to_have_title("(6) Waiting now · Breakwater staff")
    assert heard(listening) == ""
    for choice in ("With two quiet tones", "With a notification"):
        with listening.expect_response("**/choices"):
            listening.get_by_label(choice).check()
    shift.night.arrivals.agreed(Scope.CHAT, "he hits me at home")
    hears(listening, USUAL)
    assert listening.evaluate("notices") == [["Someone is waiting", ""]]
    listening.reload()
    expect(listening.get_by_label("With two quiet tones")).to_be_checked()
    listening.get_by_label("With two quiet tones").uncheck()
    shift.night.arrivals.agreed(Scope.CHAT, "he hits me at home")
    expect(listening).to_have_title("(8) Waiting now · Breakwater staff")
    assert heard(listening) == ""
    listening.context.close()


def test_while_somebody_in_danger_waits_it_sounds_again_each_minute_until_it_is_to_be_quiet(shift: Shift, listening: Page) -> None:
    with listening.expect_response("**/choices"):
        listening.get_by_label("With two quiet tones").check()
    toast = listening.get_by_role("alert").filter(has_text="Somebody in danger is waiting.")
    expect(toast).to_be_visible()
    for _ in range(2):
        with listening.expect_response("**/waiting/count"):
            listening.clock.run_for(60_000)
        hears(listening, DANGER)
    toast.get_by_role("button", name="Quiet for now").click()
    expect(toast).to_be_hidden()
    listening.clock.run_for(120_000)
    assert heard(listening) == ""
    shift.night.arrivals.immediate()
    hears(listening, DANGER)
    expect(toast).to_be_visible()
    assert violations(listening) == []
    listening.context.close()


def test_of_two_open_pages_one_sounds(shift: Shift, listening: Page) -> None:
    with listening.expect_response("**/choices"):
        listening.get_by_label("With two quiet tones").check()
    other = listening.context.new_page()
    other.goto(f"{shift.site.url}/rota")
    other.mouse.click(400, 20)
    other.evaluate("wake()")
    assert other.evaluate("audio.state") == "running"
    shift.night.arrivals.agreed(Scope.CHAT, "he hits me at home")
    hears(listening, USUAL)
    expect(other).to_have_title(listening.title().replace("Waiting now", "Rota"))
    assert heard(other) == ""
    listening.context.close()


def test_a_browser_that_shows_no_notifications_is_told_so(shift: Shift, chromium: Browser) -> None:
    page = shift.page(chromium, "Sam", "/waiting")
    page.get_by_label("With a notification").check()
    expect(page.get_by_text("This browser does not let us show notifications.")).to_be_visible()
    page.context.close()


def focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.closest('li, textarea, details')?.id || document.activeElement.tagName")
    return text


def test_a_conversation_is_found_answered_and_ended_by_single_keys(shift: Shift, chromium: Browser) -> None:
    page, case = shift.page(chromium, "Sam", "/waiting"), shift.night.cases
    first = page.locator("li[id^=case-]").first.get_attribute("id")
    page.keyboard.press("j")
    assert focused(page) == first
    page.keyboard.press("j")
    second = focused(page)
    page.keyboard.press("k")
    assert focused(page) == first != second
    page.goto(f"{shift.site.url}/cases/{case['live']}")
    page.keyboard.press("r")
    expect(page.get_by_label("Your message")).to_be_focused()
    page.keyboard.type("just wanted to k")
    expect(page.get_by_label("Your message")).to_have_value("just wanted to k")
    page.keyboard.press("Alt+2")
    reply = page.locator("[data-insert]").nth(1).get_attribute("data-insert")
    expect(page.get_by_label("Your message")).to_have_value(f"just wanted to k\n{reply}")
    page.get_by_label("Your message").fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    assert focused(page) == "note-words"
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("e")
    assert focused(page) == "close-form"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert focused(page).startswith("mine-")
    page.keyboard.press("Enter")
    expect(page.locator(".mine [aria-current]")).to_be_visible()
    page.keyboard.press("w")
    expect(page.get_by_role("heading", name="Waiting now")).to_be_visible()
    page.context.close()


def test_the_keys_are_listed_and_those_of_one_letter_can_be_switched_off(shift: Shift, chromium: Browser) -> None:
    page = shift.page(chromium, "Sam", "/cases/{live}")
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keys")
    expect(listed).to_be_visible()
    assert violations(page) == []
    with page.expect_response("**/choices"):
        listed.get_by_label("Use keys of one letter on this browser").uncheck()
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    for _ in range(2):
        for key in ("?", "r", "w"):
            page.keyboard.press(key)
        expect(listed).to_be_hidden()
        expect(page.get_by_label("Your message")).not_to_be_focused()
        page.reload()
    page.get_by_role("button", name="Keys").click()
    expect(listed.get_by_label("Use keys of one letter on this browser")).not_to_be_checked()
    page.context.close()
