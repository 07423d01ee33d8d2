"""The young people's page against WCAG 2.0 to 2.2, A and AA, in each of its states: on a phone and enlarged, light and dark, mirrored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.running import Program, Worker, YoungPerson, laptop, phone

pytestmark = pytest.mark.browser

SIZES = {"on a phone": (360, 740), "at 200 %": (640, 400)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DIRECTIONS = ("ltr", "rtl")
BEST_PRACTICES = ["best-practice"]
DISCLOSURE = "my stepdad hits me nearly every day"

Way = Callable[[YoungPerson], None]


def taps_through(*labels: str, until: str) -> Way:
    """From the start through these buttons, until something is said."""

    def way(young: YoungPerson) -> None:
        young.starts()
        for label in ("I'd rather not say", *labels):
            young.taps(label)
        young.sees(until)

    return way


def opens(button: str) -> Way:
    return lambda young: young.page.get_by_role("button", name=button).click()


def is_offered_an_adult(young: YoungPerson) -> None:
    young.starts()
    young.says(DISCLOSURE)
    young.sees("Would you like to talk to")


def agrees(young: YoungPerson) -> None:
    is_offered_an_adult(young)
    for label in ("Yes", "This chat so far", "Send it"):
        young.taps(label)
    young.sees("Would you like one?")


def leaves_and_comes_back(young: YoungPerson) -> None:
    young.starts()
    young.says("something private")
    young.page.get_by_role("link", name="Leave quickly").click()
    young.page.wait_for_url("https://www.bbc.co.uk/weather")
    young.page.goto(young.url)
    expect(young.page.get_by_role("button", name="Start")).to_be_visible()


def chooses_easy_words(young: YoungPerson) -> None:
    young.starts()
    young.opens_settings()
    young.page.get_by_role("switch", name="Easy words").click()
    young.sees("short, simple words")


def opens_the_settings(young: YoungPerson) -> None:
    young.starts()
    young.opens_settings()
    young.page.get_by_role("radio", name="Largest").check()


def is_asked_to_be_remembered(young: YoungPerson) -> None:
    young.starts()
    young.opens_settings()
    young.page.get_by_role("switch", name="Remember me").click()


def chooses_polish(young: YoungPerson) -> None:
    young.page.get_by_role("link", name="Polski").click()
    young.page.get_by_role("button", name="Zacznij").click()
    young.sees("Ten czat jest prywatny")


def cannot_reach_the_server(young: YoungPerson) -> None:
    young.starts()
    young.context.set_offline(True)
    young.page.get_by_label("Write here").fill("can you hear me")
    young.page.get_by_role("button", name="Send").click()
    expect(young.page.get_by_role("button", name="Not sent")).to_be_visible()


STATES: dict[str, Way] = {
    "before the start": lambda young: None,
    "the first question": lambda young: young.starts(),
    "the menu": taps_through(until="What would you like to talk about?"),
    "a list of topics": taps_through("Staying safe online", until="Which of these is nearest?"),
    "guidance with a picture": taps_through("How I feel", "I can't sleep", until="Resting still helps"),
    "a quiz": taps_through(
        "When things don't feel safe", "Gifts, favours and debts", "Is this gift OK?", "Quiz: is this OK?", until="Five short"
    ),
    "helplines": taps_through("My rights and who can help", "Who can I talk to?", until="person"),
    "the offer of an adult": is_offered_an_adult,
    "waiting for an adult": agrees,
    "what is private": opens("What's private?"),
    "the box for a code": opens("I have a code"),
    "left quickly, and back": leaves_and_comes_back,
    "easy words": chooses_easy_words,
    "the settings, and the largest text": opens_the_settings,
    "whether to be remembered": is_asked_to_be_remembered,
    "Polish": chooses_polish,
    "not sent": cannot_reach_the_server,
}


@pytest.mark.parametrize("state", STATES)
def test_a_state_of_the_page_breaks_no_rule(young: YoungPerson, state: str) -> None:
    STATES[state](young)
    assert broken(young.page) == []


def test_a_live_chat_breaks_no_rule(chromium: Browser, own_program: Program) -> None:
    sam_at_work, context = laptop(chromium), phone(chromium)
    young = YoungPerson(context, own_program.url)
    agrees(young)
    sam = Worker(sam_at_work, own_program, "Sam")
    sam.picks_up()
    sam.says("Hi, I'm here with you now.")
    young.sees("I'm here with you now", speaker="worker")
    assert broken(young.page) == []
    context.close()
    sam_at_work.close()


def test_the_page_without_scripts_breaks_no_rule(chromium: Browser, program: Program) -> None:
    """axe needs scripts to look, so the page's own ones are kept away from it instead."""
    context = phone(chromium)
    context.route("**/static/*.js", lambda route: route.abort())
    page = context.new_page()
    page.goto(program.url)
    assert broken(page) == []
    context.close()


def broken(page: Page) -> list[str]:
    """Each broken rule, with where it was broken; in every size, theme and direction of writing."""
    found = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for direction in DIRECTIONS:
                page.evaluate("direction => { document.documentElement.dir = direction }", direction)
                found += [f"{size}, {theme}, {direction}: {what}" for what in violations(page)]
                found += [f"{size}, {theme}, {direction}: best practice: {what}" for what in violations(page, BEST_PRACTICES)]
    return found
