"""A disclosure typed in one window reaches the adult on duty in the other, and is answered there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from content.editorial.library import Library
from tests.browser.running import Program, Worker, YoungPerson, laptop, phone, picture

pytestmark = pytest.mark.browser

DISCLOSURE = "my stepdad hits me nearly every day"


@pytest.fixture
def program(own_program: Program) -> Program:
    """One for each test: whoever an earlier test left waiting would be picked up instead."""
    return own_program


def label(words: Library, message: str, go: str) -> str:
    """What stands on the button that goes there."""
    return next(button.label for button in words.message(message).buttons if button.go == go)


@pytest.mark.rule("S60")
@pytest.mark.rule("S61")
@pytest.mark.rule("S82")
def test_a_disclosure_is_offered_an_adult_picked_up_answered_and_closed(
    chromium: Browser, program: Program, words: Library, tmp_path: Path
) -> None:
    sam_at_work = laptop(chromium)
    sam = Worker(sam_at_work, program, "Sam")
    expect(sam.page.get_by_text("Nobody is waiting")).to_be_visible()

    young = YoungPerson(phone(chromium), program.url)
    young.starts()
    young.says(DISCLOSURE)
    young.sees("Sam")
    expect(sam.page.get_by_text("Nobody is waiting")).to_be_visible()
    young.taps(label(words, "consent.offer", "do:offer_yes"))
    young.taps(label(words, "consent.scope", "do:scope_chat"))
    picture(young.page, tmp_path, "phone-agreeing")
    young.taps(label(words, "consent.confirm_chat", "do:send"))

    expect(sam.page.get_by_role("button", name="Pick up")).to_be_visible(timeout=10_000)
    sam.sees(DISCLOSURE)
    picture(sam.page, tmp_path, "laptop-waiting")
    sam.picks_up()
    sam.sees(DISCLOSURE)
    young.sees("Sam is here now")

    sam.page.get_by_label("Your message").press_sequentially("Hi")
    expect(young.page.locator("#typing")).to_have_text("Sam is writing…")
    sam.says("Hi, thank you for telling us. I'm here with you now.")
    young.sees("I'm here with you now", speaker="worker")
    expect(young.page.locator(".worker .name").first).to_contain_text("Sam")
    expect(young.page.locator("#typing")).to_be_empty()
    expect(sam.page.get_by_text("Delivered to their page").last).to_be_visible()
    before = len(young.shown())
    young.says("ok. im scared of going home")
    sam.sees("im scared of going home")
    young.page.wait_for_timeout(1500)
    assert len(young.shown()) == before + 1, "the bot is silent while a human has the conversation"
    picture(young.page, tmp_path, "phone-with-sam")
    picture(sam.page, tmp_path, "laptop-with-young-person")

    sam.closes("A plan was made together", "We made a plan for tonight.")
    young.sees("Sam has ended the chat")
    young.taps(label(words, "hand_over.closed", "do:feel_good"))
    young.sees(words.message("hand_over.feedback_good").say[0])
    assert "We made a plan for tonight." not in " ".join(young.shown())
    sam_at_work.close()
    young.context.close()


@pytest.mark.rule("S01")
def test_a_no_brings_nothing_to_the_console(chromium: Browser, program: Program, words: Library) -> None:
    sam_at_work = laptop(chromium)
    sam = Worker(sam_at_work, program, "Sam")
    young = YoungPerson(phone(chromium), program.url)
    young.starts()
    young.says(DISCLOSURE)
    young.taps(label(words, "consent.offer", "do:offer_no"))
    young.page.wait_for_timeout(1500)
    sam.page.reload()
    expect(sam.page.get_by_text("Nobody is waiting")).to_be_visible()
    assert DISCLOSURE not in sam.page.content()
    sam_at_work.close()
    young.context.close()


def test_what_an_adult_asks_can_be_answered_until_the_end(chromium: Browser, program: Program, words: Library) -> None:
    sam_at_work = laptop(chromium)
    sam = Worker(sam_at_work, program, "Sam")
    young = YoungPerson(phone(chromium), program.url)
    young.starts()
    young.says(DISCLOSURE)
    for message, go in (("consent.offer", "do:offer_yes"), ("consent.scope", "do:scope_chat"), ("consent.confirm_chat", "do:send")):
        young.taps(label(words, message, go))
    sam.picks_up()
    sam.page.get_by_text("Plan, and how they are").first.click()
    sam.page.get_by_role("button", name="Begin the ending together").click()
    young.sees(words.message("ending.closing_started").say[-1])
    young.says("ok but what do i tell my mum")
    add = label(words, "ending.closing_started", "do:line_add")
    expect(young.page.locator(".choices:visible").get_by_role("button", name=add)).to_be_visible()
    sam.closes("A plan was made together", "Done.")
    young.sees("Sam has ended the chat")
    shown = young.page.locator(".choices:visible button")
    expect(shown).to_have_text([button.label for button in words.message("hand_over.closed").buttons])
    sam_at_work.close()
    young.context.close()


def test_a_line_reaches_the_other_side_at_once(chromium: Browser, program: Program, words: Library) -> None:
    sam_at_work = laptop(chromium)
    sam = Worker(sam_at_work, program, "Sam")
    young = YoungPerson(phone(chromium), program.url)
    young.starts()
    young.says(DISCLOSURE)
    for message, go in (("consent.offer", "do:offer_yes"), ("consent.scope", "do:scope_chat"), ("consent.confirm_chat", "do:send")):
        young.taps(label(words, message, go))
    sam.picks_up()
    young.sees("Sam is here now")
    took = []
    for number in range(9):
        young.page.evaluate(_WAIT_FOR, f"line {number} from Sam")
        sam.page.get_by_label("Your message").fill(f"line {number} from Sam")
        sent = sam.page.evaluate("Date.now()")
        sam.page.get_by_role("button", name="Send", exact=True).click()
        young.sees(f"line {number} from Sam", speaker="worker")
        took.append(young.page.evaluate("window.arrivedAt") - sent)
        expect(sam.page.get_by_label("Your message")).to_have_value("")
    assert all(milliseconds > 0 for milliseconds in took), "each line arrived without a reload"
    sam_at_work.close()
    young.context.close()


_WAIT_FOR = """text => {
  window.arrivedAt = 0;
  const look = new MutationObserver(() => {
    if (![...document.querySelectorAll(".bubble")].some(bubble => bubble.textContent.includes(text))) return;
    look.disconnect();
    window.arrivedAt = Date.now();
  });
  look.observe(document.getElementById("log"), { childList: true, subtree: true });
}"""
