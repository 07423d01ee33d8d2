"""Other languages in the young people's page: choosing one, and writing from right to left."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.running import PHONE, Program, YoungPerson, phone

pytestmark = pytest.mark.browser

ARABIC = "مرحبا، هل يمكنني التحدث مع شخص ما هنا؟ لا أعرف ماذا أفعل."
PLACE = "box => { const r = document.createRange(); r.selectNodeContents(box); const t = r.getBoundingClientRect(), b = box.getBoundingClientRect(); return [t.left - b.left, b.right - t.right] }"  # fmt: skip


def test_an_arabic_message_reads_from_right_to_left_on_a_phone(young: YoungPerson) -> None:
    young.starts()
    young.says(ARABIC)
    words = young.page.locator(".you .bubble [dir=auto]").last
    assert words.evaluate("box => getComputedStyle(box).direction") == "rtl"
    young.says("مرحبا")
    before, after = young.page.locator(".you .bubble [dir=auto]").last.evaluate(PLACE)
    assert after <= before + 1, "a short line of Arabic stands at the right edge of its bubble"
    assert young.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert young.page.locator(".bot .bubble [dir=auto]").first.evaluate("box => getComputedStyle(box).direction") == "ltr"


def test_typing_arabic_turns_the_box_around(young: YoungPerson) -> None:
    young.starts()
    box = young.page.get_by_label("Write here")
    box.fill(ARABIC)
    assert box.evaluate("box => getComputedStyle(box).direction") == "rtl"


def test_a_page_from_right_to_left_is_the_mirror_of_the_page(young: YoungPerson) -> None:
    young.starts()
    young.says("hello")
    expect(young.page.locator(".choices:visible button").first).to_be_visible()
    selectors = (".who", "#leave", ".line.bot .bubble", ".line.you .bubble", "#send", ".choices:visible button")
    before = {selector: _edges(young.page, selector) for selector in selectors}
    young.page.evaluate("document.documentElement.dir = 'rtl'")
    for selector, (left, right) in before.items():
        assert _edges(young.page, selector) == pytest.approx((PHONE["width"] - right, PHONE["width"] - left), abs=1.5), selector
    assert young.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_page_can_be_chosen_in_polish_before_the_chat_begins(chromium: Browser, program: Program) -> None:
    context = phone(chromium)
    young = YoungPerson(context, program.url)
    young.page.get_by_role("link", name="Polski").click()
    expect(young.page.locator("html")).to_have_attribute("lang", "pl")
    young.page.get_by_role("button", name="Zacznij").click()
    young.sees("Ten czat jest prywatny")
    young.page.get_by_label("Pisz tutaj").fill("hello")
    young.page.get_by_role("button", name="Wyślij").click()
    expect(young.page.locator(".you .state")).to_contain_text("Wysłano")
    young.page.reload()
    young.sees("Ten czat jest prywatny")
    context.close()


def test_choosing_polish_in_the_chat_turns_bot_and_page_polish_and_back(young: YoungPerson) -> None:
    young.starts()
    young.opens_settings()
    young.page.get_by_role("link", name="Polski").click()
    young.sees("Od teraz piszę po polsku")
    expect(young.page.get_by_role("button", name="Wyślij")).to_be_visible()
    expect(young.page.get_by_role("link", name="999").first).to_be_visible()
    young.page.get_by_role("button", name="Ustawienia").click()
    young.page.get_by_role("link", name="English").click()
    young.sees("I'll write in English from now on")
    expect(young.page.get_by_role("button", name="Send")).to_be_visible()


def _edges(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"], box["x"] + box["width"]
