"""The server goes away in the middle of a chat and comes back: nothing is lost, doubled, out of order or called sent before it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.running import Program, YoungPerson, phone

pytestmark = pytest.mark.browser


def test_a_server_that_is_killed_and_started_again_in_the_middle_of_typing_costs_nothing(chromium: Browser, own_program: Program) -> None:
    context = phone(chromium)
    young = YoungPerson(context, own_program.url)
    young.starts()
    young.says("before")
    expect(young.page.locator(".you .state")).to_contain_text("Sent")
    box, send = young.page.get_by_label("Write here"), young.page.get_by_role("button", name="Send")
    box.press_sequentially("can you ")
    own_program.kill()
    box.press_sequentially("hear me")
    for text in ("", "one more thing"):
        if text:
            box.fill(text)
        send.click()
    box.fill("half a thou")
    not_sent = young.page.get_by_role("button", name="Not sent")
    expect(not_sent).to_have_count(2)
    assert "Sent" not in " ".join(young.page.locator(".you .state").all_inner_texts()[-2:])
    expect(young.page.get_by_role("link", name="999").first).to_be_visible()

    own_program.start()
    expect(young.page.locator(".you").last.locator(".state")).to_contain_text("Sent", timeout=30_000)
    expect(not_sent).to_have_count(0)
    expect(box).to_have_value("half a thou")
    wanted = ["before", "can you hear me", "one more thing"]
    own = young.page.locator(".you .bubble")
    assert [text.removeprefix("You:").strip() for text in own.all_inner_texts()] == wanted
    young.page.wait_for_timeout(3000)
    bubbles = young.page.locator(".bubble").count()
    young.page.reload()
    expect(young.page.locator(".bubble")).to_have_count(bubbles)
    assert [text.removeprefix("You:").strip() for text in own.all_inner_texts()] == wanted
    context.close()


def test_a_chat_that_could_not_be_opened_is_opened_once_the_network_is_back(young: YoungPerson) -> None:
    young.context.set_offline(True)
    young.page.get_by_label("Write here").fill("can you hear me")
    young.page.get_by_role("button", name="Send").click()
    expect(young.page.get_by_role("button", name="Not sent")).to_have_count(1)
    young.context.set_offline(False)
    expect(young.page.locator(".you .state")).to_contain_text("Sent", timeout=15_000)
    expect(young.page.locator(".you")).to_have_count(1)
    young.sees("", speaker="bot")


def test_a_chat_that_is_loaded_again_while_the_server_is_away_comes_back_by_itself(young: YoungPerson) -> None:
    young.starts()
    young.says("before")
    away = True
    young.page.route("**/chat/open", lambda route: route.abort() if away else route.continue_())
    young.page.reload()
    expect(young.page.locator("#status")).to_be_visible()
    away = False
    young.sees("before", speaker="you")
    expect(young.page.locator("#status")).to_be_hidden()
