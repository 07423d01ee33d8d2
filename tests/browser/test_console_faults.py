"""What goes wrong around a console page: a program that stops, an answer that is lost, a stream that drops, a second tab,
a clock that is wrong, a paste that is too long, and script in every field."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from content.editorial.library import Library
from tests.browser.a_shift import Shift
from tests.browser.running import Program, YoungPerson, laptop, phone
from tests.browser.test_console_accessibility import STATES
from tests.browser.test_console_page import asks_for_an_adult, signed_in, with_conversation
from tests.console import forms

pytestmark = pytest.mark.browser

BOX = "Your message"
NOT_SENT = "Not sent. Your words are still here: press Send again in a moment."


@pytest.fixture
def sam(shift: Shift, chromium: Browser) -> Iterator[BrowserContext]:
    """Sam's browser; a young person writes with them in the case `live`."""
    context = shift.site.browser_of(chromium, "Sam")
    yield context
    context.close()


def press_send(page: Page) -> None:
    page.get_by_role("button", name="Send", exact=True).click()


def lines(page: Page, text: str) -> int:
    """How often something was said, as the page shows it."""
    return page.locator(".line.us .bubble").get_by_text(text, exact=True).count()


def test_words_that_could_not_be_sent_stay_and_an_answer_that_was_lost_sends_nothing_twice(shift: Shift, sam: BrowserContext) -> None:
    page = shift.opened(sam, "/cases/{live}")
    page.route("**/say", lambda route: route.abort())
    page.get_by_label(BOX).fill("I am here with you.")
    press_send(page)
    expect(page.get_by_text(NOT_SENT)).to_be_visible()
    expect(page.get_by_label(BOX)).to_have_value("I am here with you.")
    assert lines(page, "I am here with you.") == 0, "nothing is shown as sent before it is"

    def loses_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.unroute("**/say")
    page.route("**/say", loses_the_answer)
    press_send(page)
    expect(page.get_by_text(NOT_SENT)).to_be_visible()
    page.unroute("**/say")
    press_send(page)
    expect(page.get_by_label(BOX)).to_have_value("")
    expect(page.get_by_text("I am here with you.", exact=True)).to_be_visible()
    assert lines(page, "I am here with you.") == 1


def test_a_message_that_is_pressed_twice_goes_out_once(shift: Shift, sam: BrowserContext) -> None:
    page = shift.opened(sam, "/cases/{live}")
    page.get_by_label(BOX).fill("Pressed twice.")
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.get_by_label(BOX)).to_have_value("")
    page.reload()
    assert lines(page, "Pressed twice.") == 1


def test_two_tabs_on_one_conversation_show_the_same_and_keep_their_own_words(shift: Shift, sam: BrowserContext) -> None:
    first, second = shift.opened(sam, "/cases/{live}"), shift.opened(sam, "/cases/{live}")
    second.get_by_label(BOX).fill("Still being written in the second tab")
    first.get_by_label(BOX).fill("Sent from the first tab")
    press_send(first)
    expect(second.locator(".line.us .bubble").get_by_text("Sent from the first tab")).to_be_visible()
    expect(second.get_by_label(BOX)).to_have_value("Still being written in the second tab")
    press_send(second)
    expect(first.locator(".line.us .bubble").get_by_text("Still being written in the second tab")).to_be_visible()
    assert lines(first, "Sent from the first tab") == 1


def test_nothing_is_missed_while_the_stream_is_away(shift: Shift, sam: BrowserContext) -> None:
    page = shift.opened(sam, "/cases/{live}")
    page.evaluate("stream.close()")
    sam.route("**/events*", lambda route: route.fulfill(status=502))
    page.evaluate("connect()")
    expect(page.get_by_text("The connection is gone. Trying again…")).to_be_visible()
    shift.night.arrivals.young_person_writes(shift.night.cases["live"], "this came while you were away")
    sam.unroute("**/events*")
    expect(page.get_by_text("this came while you were away")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("The connection is gone. Trying again…")).to_be_hidden()


def test_a_paste_of_ten_thousand_characters_is_counted_refused_and_kept(shift: Shift, sam: BrowserContext) -> None:
    page, paste = shift.opened(sam, "/cases/{live}"), "0123456789" * 1000
    page.get_by_label(BOX).fill(paste)
    expect(page.get_by_text("10,000 of 3,500 characters: too long for one message.")).to_be_visible()
    press_send(page)
    expect(page.get_by_role("alert").filter(has_text="10000 characters, 3500 at most")).to_be_visible()
    expect(page.get_by_label(BOX)).to_have_value(paste)
    page.reload()
    expect(page.get_by_label(BOX)).to_have_value(paste)
    page.get_by_label(BOX).fill("")
    page.wait_for_timeout(700)


def test_a_browser_whose_clock_is_an_hour_wrong_shows_the_times_of_the_service(
    shift: Shift, sam: BrowserContext, chromium: Browser
) -> None:
    for path in ("/waiting", "/cases/{live}", "/rota"):
        right = shift.opened(sam, path)
        context = chromium.new_context(locale="en-GB", timezone_id="Asia/Tokyo")
        context.add_cookies(sam.cookies())  # type: ignore[arg-type]
        wrong = context.new_page()
        wrong.clock.install(time="2027-03-01T03:00:00Z")
        wrong.set_viewport_size({"width": 1280, "height": 800})
        wrong.goto(right.url)
        shown = [page.locator("time, .week li, .week li span, .weeks h2").all_inner_texts() for page in (right, wrong)]
        assert shown[0] == shown[1]
        assert shown[0]
        context.close()


def test_a_program_that_starts_again_in_the_middle_of_a_word_loses_nothing_and_sends_once(
    chromium: Browser, own_program: Program, words: Library
) -> None:
    young, context = YoungPerson(phone(chromium), own_program.url), laptop(chromium)
    asks_for_an_adult(young, words)
    page = with_conversation(context, own_program, "Sam")
    page.get_by_label(BOX).press_sequentially("I was in the middle")
    own_program.stop()
    expect(page.get_by_text("The connection is gone. Trying again…")).to_be_visible()
    page.get_by_label(BOX).press_sequentially(" of a word")
    press_send(page)
    expect(page.get_by_text(NOT_SENT)).to_be_visible()
    own_program.start()
    # The demo gives its staff new passwords at each start, so that here they sign in again, too.
    expect(page.get_by_text("You have been signed out.")).to_be_visible(timeout=20_000)
    signed_in(context, own_program, "Sam")
    with page.expect_response("**/draft"):
        press_send(page)
    expect(page.get_by_text("You have been signed out.")).to_be_hidden()
    page.reload()
    expect(page.get_by_label(BOX)).to_have_value("I was in the middle of a word")
    press_send(page)
    young.sees("I was in the middle of a word", speaker="worker")
    assert young.shown().count("I was in the middle of a word") == 1
    context.close()
    young.context.close()


def test_script_in_every_field_of_every_form_is_kept_and_shown_as_text(shift: Shift, chromium: Browser) -> None:
    seen = {(state.who, address(shift, state.route, state.named)) for state in STATES.values() if state.who and not state.quiet}
    browsers = {who: shift.site.browser_of(chromium, who) for who, _ in seen}
    written = sum(fill_in_all(browsers[who], path) for who, path in sorted(seen))
    assert written > 40, "the forms of the console were not found"
    shown = 0
    for who, path in sorted(seen):
        page = browsers[who].new_page()
        page.on("dialog", lambda dialog: pytest.fail(f"script ran: {dialog.message}"))
        page.goto(path)
        assert page.locator("img[src=x]").count() == 0, f"{who}: {path}"
        shown += forms.SCRIPT in page.locator("body").evaluate("body => body.textContent")
        page.close()
    assert shown > 3, "what was written is shown nowhere"
    for context in browsers.values():
        context.close()


def address(shift: Shift, route: str, named: str) -> str:
    return shift.site.url + route.format(case_id=shift.night.cases.get(named, "nothing"), token="nothing", month="2026-10", area="devon")


def fill_in_all(context: BrowserContext, path: str) -> int:
    """Send each form of a page with script in its fields, but those that only press a button; returns how many."""
    page = context.request.get(path)
    if page.status != 200:
        return 0
    text, here = page.text(), {"sec-fetch-site": "same-origin"}
    found = [form for form in forms.of_page(text, path) if form.free]
    for form in found:
        where = urljoin(path, form.path)
        if form.method == "post":
            answer = context.request.post(where, form={**form.fields}, headers=here, max_redirects=0)
        else:
            answer = context.request.get(where, params={**form.fields}, headers=here)
        assert answer.status < 500, f"{where} answered {answer.status}"
        assert "<img src=x" not in answer.text(), where
    return len(found)
