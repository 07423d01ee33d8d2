"""The young people's page on the screens, settings and senses it meets: little room, a keyboard, large text, strong contrast, a screen reader."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import YoungPerson

pytestmark = pytest.mark.browser

SHARE = "document.getElementById('chat').clientHeight / innerHeight"
URDU = "مجھے مدد چاہیے"


def in_sight(page: Page) -> None:
    """The last bubble and the box to write in are both to be seen."""
    for seen in (page.locator(".bubble").last, page.get_by_label("Write here"), page.get_by_role("link", name="Leave quickly")):
        expect(seen).to_be_in_viewport(ratio=0.99)


def test_on_a_small_phone_most_of_the_screen_is_conversation_and_a_keyboard_hides_neither_bubble_nor_box(young: YoungPerson) -> None:
    young.page.set_viewport_size({"width": 360, "height": 640})
    young.starts()
    assert young.page.evaluate(SHARE) >= 0.6
    young.says("hello")
    young.page.wait_for_timeout(1500)
    young.page.set_viewport_size({"width": 360, "height": 320})
    in_sight(young.page)
    expect(young.page.get_by_role("link", name="999").first).to_be_in_viewport()


def test_a_keyboard_that_lies_over_the_page_makes_it_smaller_too(young: YoungPerson) -> None:
    young.page.set_viewport_size({"width": 360, "height": 640})
    young.starts()
    young.page.evaluate("""() => {
      Object.defineProperty(visualViewport, "height", { value: 320, configurable: true });
      visualViewport.dispatchEvent(new Event("resize"));
    }""")
    bottom = young.page.locator("#now").evaluate("element => element.getBoundingClientRect().bottom")
    assert bottom <= 321


def test_the_whole_of_the_emergency_numbers_is_one_tap_away(young: YoungPerson) -> None:
    young.page.set_viewport_size({"width": 360, "height": 640})
    young.starts()
    expect(young.page.get_by_role("link", name="0800 1111")).to_be_hidden()
    young.page.get_by_role("button", name="More help").click()
    expect(young.page.get_by_role("link", name="0800 1111")).to_be_in_viewport()
    expect(young.page.get_by_text("press 55 when asked")).to_be_in_viewport()


def test_nothing_moves_when_somebody_begins_to_write(young: YoungPerson) -> None:
    young.starts()
    young.page.wait_for_timeout(1500)
    places = "[...document.querySelectorAll('.bubble')].map(bubble => bubble.getBoundingClientRect().top)"
    before = young.page.evaluate(places)
    young.page.evaluate("async () => (await import('/chat/static/typing.js')).showWriting('Sam is writing…')")
    expect(young.page.locator("#typing")).to_have_text("Sam is writing…")
    assert young.page.evaluate(places) == before


def test_reading_further_up_is_not_disturbed_by_what_comes(young: YoungPerson) -> None:
    young.page.set_viewport_size({"width": 360, "height": 400})
    young.starts()
    lines = young.page.locator(".line")
    for words in ("hello there, these are a few words", "and these are some more words that take up room"):
        before = lines.count()
        young.says(words)
        expect(lines.nth(before + 1)).to_be_visible(timeout=15_000)
    young.says("one more thing")
    expect(young.page.get_by_text("one more thing")).to_be_in_viewport()
    young.page.evaluate("document.getElementById('chat').scrollTop = 0")
    expect(young.page.get_by_role("button", name="New message")).to_be_visible(timeout=15_000)
    assert young.page.evaluate("document.getElementById('chat').scrollTop") == 0
    young.page.get_by_role("button", name="New message").click()
    expect(lines.last).to_be_in_viewport()


def test_the_text_can_be_made_larger_and_still_fits(young: YoungPerson) -> None:
    young.page.set_viewport_size({"width": 320, "height": 568})
    young.starts()
    size = "parseFloat(getComputedStyle(document.querySelector('.bubble')).fontSize)"
    before = young.page.evaluate(size)
    young.opens_settings()
    young.page.get_by_role("radio", name="Largest").check()
    assert young.page.evaluate(size) >= 1.4 * before
    assert young.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_settings_close_with_escape_and_give_the_focus_back(young: YoungPerson) -> None:
    young.starts()
    young.opens_settings()
    expect(young.page.get_by_role("switch", name="Easy words")).to_be_focused()
    young.page.keyboard.press("Escape")
    expect(young.page.get_by_role("switch", name="Easy words")).to_be_hidden()
    expect(young.page.get_by_role("button", name="Settings")).to_be_focused()


def test_without_motion_nothing_moves_and_with_forced_colours_every_edge_is_drawn(young: YoungPerson) -> None:
    young.page.emulate_media(reduced_motion="reduce", forced_colors="active")
    young.starts()
    young.says("hello")
    style = "selector => { const s = getComputedStyle(document.querySelector(selector)); return [s.animationName, s.borderTopStyle] }"
    assert young.page.evaluate(style, ".line")[0] == "none"
    for edged in (".bot .bubble", ".you .bubble", "#send", "#box"):
        assert young.page.evaluate(style, edged)[1] == "solid", edged


def test_a_screen_reader_is_told_of_each_new_bubble_once_and_not_of_ones_own(young: YoungPerson) -> None:
    young.starts()
    log = young.page.get_by_role("log", name="Messages")
    expect(log).to_have_attribute("aria-live", "polite")
    young.page.evaluate("""() => {
      window.told = [];
      const spoken = node => node.nodeType === 1 && node.matches(".line") && !node.closest("[aria-live=off]");
      new MutationObserver(changes => changes.forEach(({ addedNodes }) => addedNodes.forEach(node => spoken(node) && told.push(node.textContent))))
        .observe(document.getElementById("log"), { childList: true, subtree: true });
    }""")
    before = young.page.locator(".bot").count()
    young.says("hello")
    expect(young.page.locator(".bot").nth(before)).to_be_visible(timeout=10_000)
    young.page.wait_for_timeout(2500)
    told = young.page.evaluate("told")
    assert len(told) == len(set(told)) == young.page.locator(".bot").count() - before
    assert not [words for words in told if "hello" in words]


def test_urdu_in_an_english_page_reads_from_right_to_left_in_its_own_bubble(young: YoungPerson) -> None:
    young.starts()
    young.says(URDU)
    assert young.page.locator(".you [dir=auto]").last.evaluate("words => getComputedStyle(words).direction") == "rtl"
    assert young.page.evaluate("getComputedStyle(document.documentElement).direction") == "ltr"
