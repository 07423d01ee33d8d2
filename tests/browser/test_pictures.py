"""Pictures on a phone: they load from our own site, have words for those who do not see them, and move nothing about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.running import Program, YoungPerson, phone

pytestmark = pytest.mark.browser

ALT = "A young person asleep in bed under a moon and stars."


@pytest.fixture(params=["light", "dark"])
def sleepless(request: pytest.FixtureRequest, chromium: Browser, program: Program) -> Iterator[YoungPerson]:
    """Somebody who reads about sleep, in a light or a dark theme."""
    context = phone(chromium, color_scheme=request.param)
    young = YoungPerson(context, program.url)
    young.starts()
    for label in ("I'd rather not say", "How I feel", "I can't sleep"):
        young.taps(label)
    young.sees("Resting still helps")
    yield young
    context.close()


def test_the_picture_is_shown_with_its_words_and_nothing_is_refused(sleepless: YoungPerson) -> None:
    refused: list[str] = []
    sleepless.page.on("console", lambda message: refused.append(message.text))
    picture = sleepless.page.get_by_role("img", name=ALT)
    expect(picture).to_be_visible()
    assert picture.evaluate("img => img.complete && img.naturalWidth > 0")
    assert picture.evaluate("img => new URL(img.src).origin === location.origin")
    assert not refused


def test_the_words_stay_beside_the_picture_and_fit_the_screen(sleepless: YoungPerson) -> None:
    bubble = sleepless.page.locator(".bubble", has=sleepless.page.get_by_role("img", name=ALT))
    expect(bubble).to_contain_text("Not sleeping makes everything harder")
    assert sleepless.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(sleepless.page.get_by_role("button", name="I'm awake right now")).to_be_in_viewport()


def test_after_leaving_quickly_no_picture_is_left(sleepless: YoungPerson) -> None:
    sleepless.page.keyboard.press("Escape")
    sleepless.page.keyboard.press("Escape")
    expect(sleepless.page).to_have_title("Weather")
    sleepless.page.go_back()
    expect(sleepless.page.get_by_role("img", name=ALT)).to_have_count(0)
