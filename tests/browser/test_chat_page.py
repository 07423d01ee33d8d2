"""The young people's page in a real browser: leaving, coming back, faults, small screens, no scripts."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.running import Program, YoungPerson, phone

pytestmark = pytest.mark.browser


def test_nothing_is_asked_of_the_server_before_start(young: YoungPerson) -> None:
    assert young.context.cookies() == []
    expect(young.page.get_by_role("button", name="Start")).to_be_visible()
    assert young.page.title() == "Chat"


def test_loading_the_page_again_keeps_the_chat_and_shows_each_bubble_once(young: YoungPerson) -> None:
    young.starts()
    young.says("hello there")
    young.page.wait_for_timeout(1500)
    before = young.shown()
    young.page.reload()
    young.sees("hello there", speaker="you")
    expect(young.page.locator(".bubble")).to_have_count(len(before))
    assert young.shown() == before


def test_two_tabs_show_the_same_chat(young: YoungPerson) -> None:
    young.starts()
    other = young.context.new_page()
    other.goto(young.url)
    other.get_by_role("button", name="Start").click()
    young.says("from the first tab")
    expect(other.locator(".you .bubble", has_text="from the first tab")).to_have_count(1)
    other.get_by_label("Write here").fill("from the second tab")
    other.get_by_role("button", name="Send").click()
    expect(young.page.locator(".you .bubble", has_text="from the second tab")).to_have_count(1)


@pytest.mark.rule("S77")
def test_opened_anew_after_closing_nothing_earlier_shows(young: YoungPerson) -> None:
    young.starts()
    young.says("something private")
    young.page.close()
    young.page = young.context.new_page()
    young.page.goto(young.url)
    young.starts()
    young.page.wait_for_timeout(1000)
    assert "something private" not in " ".join(young.shown())


@pytest.mark.rule("S74")
@pytest.mark.parametrize("way", ["tap", "escape twice"])
def test_leaving_quickly_shows_the_weather_and_back_does_not_bring_the_chat(young: YoungPerson, way: str) -> None:
    young.starts()
    young.says("something private")
    other = young.context.new_page()
    other.goto(young.url)
    other.get_by_role("button", name="Start").click()
    expect(other.locator(".you .bubble")).to_have_count(1)
    if way == "tap":
        young.page.get_by_role("link", name="Leave quickly").click()
    else:
        young.page.keyboard.press("Escape")
        young.page.keyboard.press("Escape")
    for page in (young.page, other):
        page.wait_for_url("https://www.bbc.co.uk/weather")
    young.page.go_back()
    young.page.wait_for_timeout(500)
    assert "something private" not in young.page.content()
    young.page.goto(young.url)
    expect(young.page.get_by_role("button", name="Start")).to_be_visible()
    assert young.page.evaluate("sessionStorage.length + localStorage.length") == 0
    assert young.context.cookies() == []


def test_what_is_written_while_the_server_is_away_is_kept_and_goes_out_once(chromium: Browser, own_program: Program) -> None:
    context = phone(chromium)
    young = YoungPerson(context, own_program.url)
    young.starts()
    own_program.kill()
    young.page.get_by_label("Write here").fill("can you hear me")
    young.page.get_by_role("button", name="Send").click()
    expect(young.page.get_by_role("button", name=re.compile("Not sent"))).to_be_visible()
    expect(young.page.get_by_role("link", name="999").first).to_be_visible()
    own_program.start()
    # The page may be quicker than whoever taps.
    with suppress(PlaywrightTimeout):
        young.page.get_by_role("button", name=re.compile("Not sent")).click(timeout=2000)
    expect(young.page.locator(".you .state")).to_contain_text("Sent", timeout=30_000)
    young.page.reload()
    expect(young.page.locator(".you .bubble", has_text="can you hear me")).to_have_count(1)
    context.close()


def test_messages_written_too_fast_all_arrive_in_order(young: YoungPerson) -> None:
    young.starts()
    wanted = [f"message number {number}" for number in range(26)]
    for text in wanted:
        young.page.get_by_label("Write here").fill(text)
        young.page.get_by_role("button", name="Send").click()
    expect(young.page.locator(".you").last.locator(".state")).to_contain_text("Sent", timeout=60_000)
    young.page.reload()
    expect(young.page.locator(".you .bubble")).to_have_count(26)
    assert [text.removeprefix("You:").strip() for text in young.page.locator(".you .bubble").all_inner_texts()] == wanted


@pytest.mark.rule("S77")
def test_a_code_brings_the_chat_back_elsewhere_behind_carry_on(young: YoungPerson, chromium: Browser) -> None:
    young.starts()
    young.says("my stepdad hits me nearly every day")
    young.taps("Yes")
    young.page.locator(".choices:visible button").first.click()
    young.page.locator(".choices:visible button").first.click()
    young.taps("Get a code")
    shown = young.page.locator(".line.bot .bubble", has_text="Your code is")
    expect(shown).to_be_visible()
    code = shown.inner_text().rpartition(" ")[2].strip()

    elsewhere = phone(chromium)
    back = YoungPerson(elsewhere, young.url)
    back.page.get_by_role("button", name="I have a code").click()
    back.page.get_by_label("Your five words").fill(code.replace("-", " ").upper())
    back.page.get_by_role("button", name="Open my chat").click()
    carry_on = back.page.get_by_role("button", name="Carry on")
    expect(carry_on.first).to_be_visible()
    assert "stepdad" not in back.page.content()
    carry_on.first.click()
    back.sees("my stepdad hits me nearly every day", speaker="you")
    elsewhere.close()


def test_it_ends_within_seconds_although_a_page_is_open(chromium: Browser, own_program: Program) -> None:
    context = phone(chromium)
    YoungPerson(context, own_program.url).starts()
    own_program.stop()
    assert own_program.process is not None and own_program.process.poll() is not None
    context.close()


@pytest.mark.rule("S52")
def test_without_scripts_the_page_says_plainly_what_to_do(chromium: Browser, program: Program) -> None:
    context = phone(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(program.url)
    for number in ("999", "0800 1111", "85258", "55"):
        assert number in page.inner_text("body")
    expect(page.get_by_role("button", name="Start")).to_be_hidden()
    expect(page.get_by_role("button", name="Send")).to_be_hidden()
    context.close()


@pytest.mark.parametrize(("width", "height"), [(320, 568), (360, 740), (640, 400), (1280, 800)])
def test_it_fits_small_screens_and_a_zoom_of_two_hundred_percent(young: YoungPerson, width: int, height: int) -> None:
    young.page.set_viewport_size({"width": width, "height": height})
    young.starts()
    young.says("a" * 300)
    assert young.page.evaluate("document.documentElement.scrollWidth") <= width
    for target in (young.page.get_by_label("Write here"), young.page.get_by_role("link", name="Leave quickly")):
        target.scroll_into_view_if_needed()
        expect(target).to_be_in_viewport()


@pytest.mark.rule("S74")
def test_leave_quickly_and_999_stay_in_sight_however_long_the_chat_gets(young: YoungPerson) -> None:
    young.page.set_viewport_size({"width": 360, "height": 740})
    young.starts()
    for number in range(6):
        young.says(f"message number {number}, which is long enough to take up two lines of a small phone")
    young.page.wait_for_timeout(1500)
    assert young.page.evaluate("document.documentElement.scrollHeight") <= 740, "only the messages scroll, never the page"
    for link in ("Leave quickly", "999"):
        expect(young.page.get_by_role("link", name=link).first).to_be_in_viewport()


def test_the_menu_is_one_tap_away_from_anywhere(young: YoungPerson) -> None:
    young.starts()
    young.says("something else")
    young.page.get_by_role("button", name="Menu", exact=True).click()
    young.sees("What would you like to talk about?")


def test_after_a_tap_the_focus_is_not_lost_with_the_buttons(young: YoungPerson) -> None:
    young.starts()
    young.taps("I'd rather not say")
    expect(young.page.get_by_role("log")).to_be_focused()


def test_everything_that_can_be_tapped_is_large_enough(young: YoungPerson) -> None:
    young.starts()
    expect(young.page.locator(".choices button").first).to_be_visible()
    sizes = young.page.eval_on_selector_all(
        "button, a, textarea, input",
        "all => all.filter(e => e.checkVisibility() && !e.matches('.skip, .now a')).map(e => [e.id || e.textContent, e.offsetWidth, e.offsetHeight])",
    )
    assert all(width >= 24 and height >= 24 for _, width, height in sizes), sizes


def test_with_the_keyboard_alone_one_can_start_write_and_leave(young: YoungPerson) -> None:
    page = young.page
    _tab_to(page, "start")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Write here")).to_be_focused()
    page.keyboard.type("hello")
    _tab_to(page, "send")
    page.keyboard.press("Enter")
    young.sees("hello", speaker="you")
    expect(page.get_by_label("Write here")).to_be_focused()


def test_the_easy_read_switch_changes_how_the_bot_speaks(young: YoungPerson) -> None:
    young.starts()
    young.opens_settings()
    switch = young.page.get_by_role("switch", name="Easy words")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    young.sees("short, simple words")


def _tab_to(page: Page, id: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == id:
            return
    raise AssertionError(f"{id} cannot be reached with the keyboard")


def test_on_a_phone_no_answer_looks_chosen_under_the_finger(chromium: Browser, program: Program) -> None:
    context = phone(chromium, is_mobile=True)
    young = YoungPerson(context, program.url)
    young.starts()
    answer = young.page.get_by_role("button", name="13 to 15")
    young.page.mouse.move(0, 0)
    plain = answer.evaluate("(one) => getComputedStyle(one).backgroundColor")
    answer.hover()
    assert answer.evaluate("(one) => one.matches(':hover') && getComputedStyle(one).backgroundColor") == plain
    context.close()
