"""The staff console in a real browser: with the keyboard alone, on a phone, with two tabs, and when the session ends mid-word."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from content.editorial.library import Library
from tests.browser.running import Program, YoungPerson, laptop, signed_in

pytestmark = pytest.mark.browser

DISCLOSURE = "my stepdad hits me nearly every day"
WIDTHS = {"phone": 360, "laptop": 1280}


@pytest.fixture
def program(own_program: Program) -> Program:
    """One for each test: whoever an earlier test left waiting would be picked up instead."""
    return own_program


def asks_for_an_adult(young: YoungPerson, words: Library) -> None:
    """From the first word to waiting, with the chat shared."""
    young.starts()
    young.says(DISCLOSURE)
    for message, go in (("consent.offer", "do:offer_yes"), ("consent.scope", "do:scope_chat"), ("consent.confirm_chat", "do:send")):
        young.taps(next(button.label for button in words.message(message).buttons if button.go == go))


def watched(context: BrowserContext) -> list[str]:
    """What the browser complains about, but for answers such as 401 that a page is meant to get."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            said.append(message.text)

    context.on("console", note)
    context.on("weberror", lambda error: said.append(str(error.error)))
    return said


def sends(page: Page, text: str) -> None:
    """Write and press Send, whatever comes of it."""
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def stored(page: Page) -> int:
    return int(page.evaluate("localStorage.length + sessionStorage.length"))


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_every_page_fits_its_window_and_the_browser_has_no_complaint(
    chromium: Browser, program: Program, young: YoungPerson, words: Library, width: int
) -> None:
    asks_for_an_adult(young, words)
    for name, pages in (("Sam", ("waiting", "rota", "account", "nowhere")), ("Jo", ("waiting", "flags", "rota")), ("Kit", ("account",))):
        context = chromium.new_context(viewport={"width": width, "height": 800})
        complaints = watched(context)
        page = signed_in(context, program, name)
        for path in pages:
            page.goto(f"{program.url}/staff/{path}")
            page.wait_for_timeout(200)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the window"
        if name == "Sam":
            page.goto(f"{program.url}/staff/waiting")
            page.get_by_role("button", name="Pick up").click()
            expect(page.get_by_label("Your message")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the conversation is wider than the window"
        assert not complaints
        context.close()


def test_small_targets_are_at_least_24_pixels(chromium: Browser, program: Program, young: YoungPerson, words: Library) -> None:
    asks_for_an_adult(young, words)
    context = chromium.new_context(viewport={"width": 360, "height": 800})
    page = with_conversation(context, program, "Alex")
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, summary, input:not([type=hidden]), select, textarea")]
             .filter(e => !e.closest("p:not(.back)") && e.getClientRects().length && !e.classList.contains("skip"))
             .filter(e => e.getBoundingClientRect().height < 24 || e.getBoundingClientRect().width < 24)
             .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []
    context.close()


def test_a_conversation_is_picked_up_and_answered_with_the_keyboard_alone(
    chromium: Browser, program: Program, young: YoungPerson, words: Library
) -> None:
    asks_for_an_adult(young, words)
    context = laptop(chromium)
    page = signed_in(context, program, "Alex")
    tab_to(page, "Pick up")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your message")).to_be_visible()
    tab_to(page, "Your message")
    page.keyboard.type("Hi, I'm Alex.")
    page.keyboard.press("Control+Enter")
    young.sees("Hi, I'm Alex.", speaker="worker")
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(page.get_by_label("Your message")).to_have_value("")
    context.close()


def test_what_is_being_typed_outlives_new_messages_and_a_reload(
    chromium: Browser, program: Program, young: YoungPerson, words: Library
) -> None:
    asks_for_an_adult(young, words)
    context = laptop(chromium)
    page = with_conversation(context, program, "Sam")
    young.sees("Sam is here now")
    box = page.get_by_label("Your message")
    box.fill("I was just about to")
    young.says("are you there")
    expect(page.get_by_text("are you there").last).to_be_visible(timeout=10_000)
    expect(box).to_have_value("I was just about to")
    with page.expect_response(lambda kept: kept.url.endswith("/draft") and "ask" in (kept.request.post_data or "")):
        box.press_sequentially(" ask")
    page.reload()
    expect(box).to_have_value("I was just about to ask")
    assert stored(page) == 0
    context.close()


def test_a_message_that_should_not_go_waits_for_a_second_look(
    chromium: Browser, program: Program, young: YoungPerson, words: Library
) -> None:
    asks_for_an_adult(young, words)
    context = laptop(chromium)
    page = with_conversation(context, program, "Alex")
    sends(page, "ring me on 07700 900123")
    expect(page.get_by_text("Not sent yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Change it").click()
    sends(page, "I am here until six.")
    young.sees("I am here until six.", speaker="worker")
    assert "07700" not in " ".join(young.shown())
    context.close()


def test_a_form_that_came_back_keeps_what_was_typed_while_the_conversation_goes_on(
    chromium: Browser, program: Program, young: YoungPerson, words: Library
) -> None:
    asks_for_an_adult(young, words)
    context = laptop(chromium)
    page = with_conversation(context, program, "Sam")
    young.sees("Sam is here now")
    page.get_by_role("heading", name="Write a note").click()
    page.get_by_label("What you did").fill("rang the school")
    page.get_by_role("button", name="Add to the record").click()
    expect(page.get_by_text("Write why you did it.")).to_be_visible()
    young.says("are you there")
    expect(page.get_by_text("are you there").last).to_be_visible(timeout=10_000)
    expect(page.get_by_text("Write why you did it.")).to_be_visible()
    expect(page.get_by_label("What you did")).to_have_value("rang the school")
    context.close()


def test_a_session_that_ends_in_the_middle_of_typing_loses_nothing(
    chromium: Browser, program: Program, young: YoungPerson, words: Library
) -> None:
    asks_for_an_adult(young, words)
    context = laptop(chromium)
    page = with_conversation(context, program, "Sam")
    young.sees("Sam is here now")
    context.clear_cookies()
    sends(page, "I will not forget this.")
    expect(page.get_by_text("You have been signed out.")).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("I will not forget this.")
    program.sessions.clear()
    signed_in(context, program, "Sam")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("You have been signed out.")).to_be_hidden(timeout=10_000)
    page.get_by_role("button", name="Send", exact=True).click()
    young.sees("I will not forget this.", speaker="worker")
    context.close()


def test_the_title_counts_who_is_waiting_on_every_page(chromium: Browser, program: Program, young: YoungPerson, words: Library) -> None:
    context = laptop(chromium)
    page = signed_in(context, program, "Sam")
    page.goto(f"{program.url}/staff/rota")
    asks_for_an_adult(young, words)
    expect(page).to_have_title("(1) Rota · Breakwater staff", timeout=10_000)
    context.close()


def with_conversation(context: BrowserContext, program: Program, name: str) -> Page:
    """A page of this member of staff, in the conversation of who is waiting."""
    page = signed_in(context, program, name)
    page.get_by_role("button", name="Pick up").click()
    expect(page.get_by_label("Your message")).to_be_visible()
    return page


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control with this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate("(e => e.labels?.[0]?.textContent || e.textContent)(document.activeElement)")
        if focused.strip().startswith(name):
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")
