"""The rota as a calendar in a real browser: shifts moved with the mouse and with the keyboard, gaps filled, short on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from tests.browser.a_shift import Shift
from tests.browser.axe import violations

pytestmark = pytest.mark.browser

PHONE = 360
SCREENS = 2.2
"""So many screens of a phone the whole page is high at most."""


@pytest.fixture
def rota(shift: Shift, chromium: Browser) -> Iterator[Page]:
    """Jo's page of the week; it is Monday, 21:30."""
    page = shift.page(chromium, "Jo", "/rota")
    yield page
    page.context.close()


def of(page: Page, name: str, day: str) -> Locator:
    """Somebody's shift as it stands in a day of the calendar."""
    column = page.locator(".week .day").filter(has=page.get_by_role("heading", name=day))
    return column.locator("a[data-shift]").filter(has_text=name).first


def told(page: Page) -> Locator:
    return page.locator("#rota-told")


def test_a_shift_is_moved_and_lengthened_with_the_keyboard_and_said(rota: Page) -> None:
    shift = of(rota, "Nia", "Wed 25")
    shift.focus()
    for key in ("ArrowDown", "ArrowRight", "Shift+ArrowDown"):
        rota.keyboard.press(key)
    expect(told(rota)).to_have_text("Nia: Thursday 26 November, 17:30 to 00:00")
    expect(told(rota)).to_have_attribute("role", "status")
    rota.keyboard.press("Escape")
    expect(told(rota)).to_have_text("Undone: the shift is as it was.")
    expect(shift).to_contain_text("17:00–23:00")
    for key in ("ArrowUp", "Shift+ArrowUp"):
        rota.keyboard.press(key)
    rota.keyboard.press("Enter")
    expect(told(rota)).to_have_text("Saved. Nia: Wednesday 25 November, 16:30 to 22:00")
    expect(of(rota, "Nia", "Wed 25")).to_be_focused()
    rota.reload()
    expect(of(rota, "Nia", "Wed 25")).to_contain_text("16:30–22:00")


def test_leaving_a_shift_without_saving_changes_nothing_and_says_so(rota: Page) -> None:
    of(rota, "Sam", "Thu 26").focus()
    rota.keyboard.press("ArrowUp")
    rota.keyboard.press("Tab")
    expect(told(rota)).to_contain_text("Not saved: the shift is as it was.")
    expect(of(rota, "Sam", "Thu 26")).to_contain_text("17:00–23:00")


def test_a_shift_is_dragged_to_another_day_and_its_lower_edge_lengthens_it(rota: Page) -> None:
    shift = of(rota, "Alex", "Sat 28")
    columns = rota.locator(".week ul")
    hour, day = box(columns.nth(0))["height"] / 24, box(columns.nth(1))["x"] - box(columns.nth(0))["x"]
    drags(rota, shift, day, hour * 2, grip=0.5)
    expect(told(rota)).to_have_text("Saved. Alex: Sunday 29 November, 13:00 to 19:00")
    drags(rota, of(rota, "Alex", "Sun 29"), 0, hour, grip=0.99)
    expect(told(rota)).to_have_text("Saved. Alex: Sunday 29 November, 13:00 to 20:00")
    rota.reload()
    expect(of(rota, "Alex", "Sun 29")).to_contain_text("13:00–20:00")


def box(part: Locator) -> FloatRect:
    """Where something is on the screen."""
    found = part.bounding_box()
    assert found
    return found


def drags(page: Page, shift: Locator, x: float, y: float, *, grip: float) -> None:
    """Take a shift so far down its height, pull it that far, and let go."""
    shift.scroll_into_view_if_needed()
    place = box(shift)
    at = (place["x"] + place["width"] / 2, place["y"] + place["height"] * grip)
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] + x, at[1] + y, steps=6)
    page.mouse.up()


def test_a_move_that_breaks_a_rule_is_said_at_once_and_not_made(rota: Page) -> None:
    of(rota, "Sam", "Thu 26").focus()
    for key in ("ArrowLeft", "ArrowLeft", "Enter"):
        rota.keyboard.press(key)
    expect(rota.get_by_role("alert").filter(has_text="Sam is on the rota already at that time")).to_contain_text("Nothing was changed.")
    expect(of(rota, "Sam", "Thu 26")).to_contain_text("17:00–23:00")
    assert violations(rota) == []


def test_a_shift_opens_with_a_press_and_changes_by_a_plain_form(rota: Page) -> None:
    of(rota, "Jo", "Tue 24").click()
    expect(rota.get_by_role("heading", name="Jo, Tue 24 November, 09:00 to 17:00")).to_be_visible()
    rota.get_by_label("From").first.fill("2026-11-24T10:00")
    rota.get_by_role("button", name="Save the times").click()
    expect(of(rota, "Jo", "Tue 24")).to_contain_text("10:00–17:00")


def test_a_gap_is_filled_with_one_press_on_it_and_one_on_a_name(rota: Page) -> None:
    rota.get_by_role("link", name="Nobody 17:00–20:00 on Tuesday: find somebody").click()
    expect(rota.get_by_role("heading", name="Who is there on Tuesday 24 November, 17:00 to 20:00?")).to_be_visible()
    assert violations(rota) == []
    rota.get_by_role("button", name="Nia", exact=True).click()
    expect(of(rota, "Nia", "Tue 24")).to_contain_text("17:00–20:00")


def test_on_a_phone_today_is_open_the_rest_is_folded_and_the_page_is_short(shift: Shift, chromium: Browser) -> None:
    page = shift.page(chromium, "Jo", "/rota", width=PHONE)
    assert page.evaluate("document.documentElement.scrollHeight") <= SCREENS * 800
    days = page.locator(".days details")
    assert days.evaluate_all("all => all.map(one => one.open)") == [True, *[False] * 6]
    days.nth(1).locator("summary").click()
    days.nth(1).get_by_role("link", name="Jo").click()
    expect(page.get_by_role("button", name="Save the times")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()
