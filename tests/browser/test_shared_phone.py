"""The phone may be in other hands a moment later: what a page shows of before, and that it goes on showing what is new (S77)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser.running import YoungPerson

pytestmark = pytest.mark.browser


def writes_quickly(young: YoungPerson, *texts: str) -> None:
    """One message after the other, before anything is answered."""
    for text in texts:
        young.page.get_by_label("Write here").fill(text)
        young.page.get_by_role("button", name="Send").click()


@pytest.mark.rule("S79")
def test_what_was_written_in_one_breath_with_somebodys_coming_is_gone_from_the_page(young: YoungPerson) -> None:
    young.starts()
    young.says("my stepdad hits me when he is drunk")
    young.sees("Thank you for telling me")
    writes_quickly(young, "we meet at the bridge after school", "this is her mum")
    expect(young.page.locator(".line.you")).to_have_count(0, timeout=10_000)
    assert "bridge" not in " ".join(young.shown())


@pytest.mark.rule("S74")
def test_a_cleared_chat_shows_nothing_of_before(young: YoungPerson) -> None:
    young.starts()
    young.says("i feel so alone at school")
    young.page.wait_for_timeout(2000)
    young.says("delete")
    young.taps("Yes, clear it")
    expect(young.page.locator(".line.you")).to_have_count(0, timeout=10_000)


@pytest.mark.rule("S77")
def test_a_code_word_does_not_stay_on_the_page(young: YoungPerson) -> None:
    young.starts()
    young.says("code word")
    young.taps("Set a code word")
    young.sees("Write the word now")
    young.page.get_by_label("Write here").fill("purple teapot")
    young.page.get_by_role("button", name="Send").click()
    young.sees("Done. After a break")
    expect(young.page.locator(".line.you").last).to_contain_text("•••")
    assert "teapot" not in " ".join(young.shown())


def test_answers_come_where_the_stream_of_signs_never_opens(young: YoungPerson) -> None:
    young.context.route("**/chat/stream", lambda route: route.abort())
    young.starts()
    young.says("i feel so alone at school")
    expect(young.page.locator(".you ~ .bot").first).to_be_visible(timeout=15_000)


def test_signs_come_on_a_phone_that_knows_fewer_ways_to_stop_a_request(young: YoungPerson) -> None:
    young.context.add_init_script("delete AbortSignal.any")
    with young.page.expect_request("**/chat/stream", timeout=15_000):
        young.page.reload()
        young.starts()


OUT_OF_SIGHT_FOR_LONG = """() => {
  const seen = (hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  seen(true);
  const now = Date.now;
  Date.now = () => now() + 10 * 60 * 1000;
  seen(false);
}"""


@pytest.mark.rule("S77")
def test_what_was_half_written_comes_back_only_with_carry_on(young: YoungPerson) -> None:
    young.starts()
    box = young.page.get_by_label("Write here")
    box.fill("my dad comes into my ")
    young.context.route("**/chat/open", lambda route: route.continue_(post_data={**route.request.post_data_json, "ask": True}))
    young.page.evaluate(OUT_OF_SIGHT_FOR_LONG)
    carry_on = young.page.get_by_role("button", name="Carry on").first
    expect(carry_on).to_be_visible(timeout=10_000)
    expect(box).to_have_value("")
    carry_on.click()
    expect(box).to_have_value("my dad comes into my ", timeout=10_000)


@pytest.mark.rule("S77")
def test_a_chat_that_is_opened_with_its_code_is_not_remembered_because_another_one_is(young: YoungPerson) -> None:
    young.starts()
    young.opens_settings()
    young.page.get_by_role("switch", name="Remember me").click()
    young.page.get_by_role("button", name="Yes, remember me").click()
    expect(young.page.get_by_role("switch", name="Remember me")).to_have_attribute("aria-checked", "true")
    remembered = young.page.evaluate("JSON.parse(localStorage.chat).token")
    returned = "r" * 43
    young.context.route("**/chat/return", lambda route: route.fulfill(json={"session": returned}))
    young.page.get_by_role("button", name="I have a code").click()
    young.page.locator("#code").fill("lantern-pebble-otter-crumble-maple")
    young.page.locator("#code").press("Enter")
    expect(young.page.locator(".line")).to_have_count(0, timeout=10_000)
    assert young.page.evaluate("JSON.parse(sessionStorage.chat).token") == returned
    assert young.page.evaluate("JSON.parse(localStorage.chat).token") == remembered


@pytest.mark.rule("S74")
def test_what_was_on_its_way_while_leaving_brings_no_token_back(young: YoungPerson) -> None:
    opening: list[Route] = []
    weather: list[Route] = []
    young.page.route("**/chat/open", lambda route: opening.append(route))
    young.page.route("https://www.bbc.co.uk/**", lambda route: weather.append(route))
    young.page.get_by_role("button", name="Start").click()
    young.page.wait_for_timeout(500)
    assert opening
    young.page.locator("#leave").click(no_wait_after=True)
    young.page.wait_for_timeout(300)
    with young.page.expect_response("**/chat/open"):
        opening[0].continue_()
    young.page.wait_for_timeout(500)
    assert weather, "the page is still there, and what came to it too"
    weather[0].fulfill(body="Sunny")
    young.page.wait_for_url("https://www.bbc.co.uk/**")
    young.page.goto(f"{young.url}/chat/static/chat.css")
    assert young.page.evaluate("[sessionStorage.chat, localStorage.chat]") == [None, None]
