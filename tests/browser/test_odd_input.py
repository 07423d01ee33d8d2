"""Whatever is pasted, dropped or wrong with the device: nothing is lost, nothing is doubled, nothing runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.browser.running import Program, YoungPerson, phone

pytestmark = pytest.mark.browser

LONG = ("a long story about my week and what happened at school " * 190)[:10_000].strip()


def own(young: YoungPerson) -> list[str]:
    return [text.removeprefix("You:").strip() for text in young.page.locator(".you .bubble").all_inner_texts()]


def test_ten_thousand_characters_emoji_and_scripts_arrive_as_they_are(young: YoungPerson) -> None:
    young.starts()
    odd = [LONG, "😭😭💔", "<img src=x onerror=document.title='run'><script>document.title='run'</script>"]
    for text in odd:
        young.says(text)
    expect(young.page.locator(".you").last.locator(".state")).to_contain_text("Sent")
    young.page.reload()
    expect(young.page.locator(".you .bubble")).to_have_count(3)
    assert own(young) == odd
    assert young.page.title() == "Chat"
    assert young.page.locator(".you .bubble img, .you .bubble script").count() == 0
    assert young.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.rule("S40")
@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_file_is_kindly_refused_and_goes_nowhere(young: YoungPerson, way: str) -> None:
    young.starts()
    young.page.get_by_label("Write here").fill("half a sentence")
    asked: list[Request] = []
    young.page.on("request", lambda request: asked.append(request) if request.method == "POST" else None)
    refused = young.page.evaluate(
        """way => {
          const data = new DataTransfer();
          data.items.add(new File(["picture"], "me.jpg", { type: "image/jpeg" }));
          const event = way === "drop" ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
            : new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          return !document.getElementById("box").dispatchEvent(event);
        }""",
        way,
    )
    assert refused, "the browser does not open it in place of the chat"
    expect(young.page.get_by_role("status")).to_contain_text("I can't open photos")
    expect(young.page.get_by_label("Write here")).to_have_value("half a sentence")
    assert asked == []


@pytest.mark.parametrize("hours", [-1, 1])
def test_with_a_clock_that_is_an_hour_wrong_all_is_in_order_and_nothing_is_lost(chromium: Browser, program: Program, hours: int) -> None:
    context = phone(chromium)
    context.clock.install(time=datetime.now(UTC) + timedelta(hours=hours))
    young = YoungPerson(context, program.url)
    young.starts()
    for text in ("one", "two"):
        young.says(text)
        expect(young.page.locator(".you").last.locator(".state")).to_contain_text("Sent", timeout=20_000)
    young.page.wait_for_timeout(2500)
    before = young.shown()
    assert own(young) == ["one", "two"]
    young.page.reload()
    young.sees("two", speaker="you")
    expect(young.page.locator(".bubble")).to_have_count(len(before))
    assert young.shown() == before
    context.close()


def test_what_was_missed_while_the_network_was_away_comes_in_order(young: YoungPerson) -> None:
    young.starts()
    young.says("hello")
    expect(young.page.locator(".you .state")).to_contain_text("Sent")
    young.context.set_offline(True)
    box = young.page.get_by_label("Write here")
    for text in ("first", "second"):
        box.fill(text)
        young.page.get_by_role("button", name="Send").click()
    box.fill("and half a thou")
    expect(young.page.get_by_role("button", name="Not sent")).to_have_count(2)
    young.context.set_offline(False)
    expect(young.page.locator(".you").last.locator(".state")).to_contain_text("Sent", timeout=20_000)
    expect(box).to_have_value("and half a thou")
    assert own(young) == ["hello", "first", "second"]
    young.page.wait_for_timeout(2500)
    shown = sorted(young.shown())
    young.page.reload()
    expect(young.page.locator(".bubble")).to_have_count(len(shown))
    assert sorted(young.shown()) == shown
