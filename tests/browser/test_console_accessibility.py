"""Every page of the console and its main states, in both widths and both themes, against WCAG 2.0 to 2.2, A and AA."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.rehearsal.house import Clock, House
from escalation.console.permissions import gated_routes
from escalation.context import Service
from escalation.record.store import Record
from nlu.noticing import Noticing
from tests.browser.a_night import STAFF, hired, night
from tests.browser.axe import COLOURS, violations
from tests.browser.console_site import Site, served
from tests.conftest import KEY
from tests.console.conftest import PASSWORD
from tests.insight.made_up import year

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)
NO_PAGE = {"/", "/here", "/waiting/count", "/settings/checking", "/events", "/rota.ics", "/insight/{month}/{figure}.csv"}
"""Addresses that answer with something else than a page of their own."""

FRESH = {"/first-run/begin/{token}"}
"""Pages of an installation without staff; `test_first_run.py` looks at them."""

CONNECTED = {"/sign-in/organisation", "/sign-in/organisation/back"}
"""Pages of an organisation with a sign-in of its own; `test_single_sign_on.py` looks at them."""


@dataclass(frozen=True)
class State:
    """A page as somebody sees it. `route`: whose page it is; `named`: what stands in its address; `quiet`: on a record in which nothing happens now."""

    who: str
    route: str
    named: str = ""
    does: Callable[[Page], None] | None = None
    quiet: bool = False


def opens_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")


def is_signed_out(page: Page) -> None:
    page.evaluate("for (const id of ['signed-out', 'connection']) document.getElementById(id).hidden = false")


def writes_a_number(page: Page) -> None:
    page.get_by_label("Your message").fill("ring me on 07700 900123")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Not sent yet.")).to_be_visible()


def presses(button: str, *filled: tuple[str, str]) -> Callable[[Page], None]:
    """Fill fields by their labels, leave the rest as it is, and send the form as a browser without checks of its own would."""

    def do(page: Page) -> None:
        opens_everything(page)
        page.evaluate("for (const form of document.forms) form.noValidate = true")
        for label, text in filled:
            page.get_by_label(label, exact=True).first.fill(text)
        page.get_by_role("button", name=button, exact=True).first.click()
        page.wait_for_load_state()

    return do


def finds(category: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        opens_everything(page)
        page.get_by_label("About").select_option(category)
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_role("link", name="take this away")).to_be_visible()

    return do


def leaves_names_out(page: Page) -> None:
    page.get_by_label("Who it goes to").select_option("childrens_services")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Names of other people").fill("stepdad")
    expect(page.locator("mark").first).to_have_text("[another person]")


def gives_the_password(page: Page) -> None:
    page.get_by_label("Name").fill("Nia")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Code")).to_be_visible()


def chooses_a_password(page: Page) -> None:
    for label in ("Password", "The same again"):
        page.get_by_label(label).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Code from the app")).to_be_visible()


def decides_a_release(page: Page) -> None:
    page.get_by_label("To whom").select_option("police")
    page.get_by_label("Reason").fill("they said goodbye")
    page.get_by_label("Risk if it is not released").fill("they may die tonight")
    page.get_by_label("Only if telling them is unsafe: why").fill("somebody has their phone")
    page.get_by_role("button", name="Record it and show how they can be reached").click()
    expect(page.get_by_role("heading", name="For: Police")).to_be_visible()


CASE = "/cases/{case_id}"
STATES = {
    "signing in": State("", "/sign-in"),
    "signing in, wrong": State("", "/sign-in", does=presses("Go on", ("Name", "Nobody"))),
    "the code": State("", "/code", does=gives_the_password),
    "an invite": State("", "/invite/{token}", "invite"),
    "an invite, two passwords": State("", "/invite/{token}", "invite", presses("Go on", ("Password", PASSWORD))),
    "an invite, code app": State("", "/invite/{token}/code", "invite", chooses_a_password),
    "cases": State("Jo", "/cases"),
    "finding a case": State("Jo", "/cases", does=finds("fgm")),
    "no case yet": State("Nia", "/cases"),
    "who has read a case": State("Jo", "/cases/{case_id}/reads", "live"),
    "a referral": State("Sam", "/cases/{case_id}/referral", "live"),
    "a referral, names left out": State("Sam", "/cases/{case_id}/referral", "live", leaves_names_out),
    "a release": State("Jo", "/cases/{case_id}/release", "live"),
    "a release, something missing": State(
        "Jo", "/cases/{case_id}/release", "live", presses("Record it and show how they can be reached", ("Reason", "they said goodbye"))
    ),
    "a release, made": State("Jo", "/cases/{case_id}/release", "follow_up", decides_a_release),
    "nobody waits": State("Sam", "/waiting", quiet=True),
    "nothing to decide": State("Jo", "/flags", quiet=True),
    "no concerns": State("Jo", "/concerns", quiet=True),
    "an empty rota": State("Sam", "/rota", quiet=True),
    "waiting now": State("Sam", "/waiting"),
    "waiting now, signed out": State("Sam", "/waiting", does=is_signed_out),
    "a live conversation": State("Sam", CASE, "live"),
    "a live conversation, all open": State("Sam", CASE, "live", opens_everything),
    "a message held": State("Sam", CASE, "live", writes_a_number),
    "a note with something missing": State("Sam", CASE, "live", presses("Add to the record", ("What you did", "rang school"))),
    "ending together": State("Sam", CASE, "closing", opens_everything),
    "a call wanted": State("Sam", CASE, "call"),
    "changed their mind": State("Sam", CASE, "paused"),
    "closed": State("Sam", CASE, "closed", opens_everything),
    "a check-in to come": State("Sam", CASE, "follow_up", opens_everything),
    "reading along": State("Sam", CASE, "watched", opens_everything),
    "a hand-over asked": State("Alex", CASE, "transfer", opens_everything),
    "waiting, to pick up": State("Sam", CASE, "waiting_immediate"),
    "waiting, the lead looks": State("Jo", CASE, "trust", opens_everything),
    "flags": State("Jo", "/flags"),
    "flags, no reason given": State("Jo", "/flags", does=presses("Record the decision")),
    "concerns": State("Jo", "/concerns"),
    "concerns, no decision given": State("Jo", "/concerns", does=presses("Record the decision")),
    "the floor": State("Jo", "/supervisor"),
    "the floor, quiet": State("Jo", "/supervisor", quiet=True),
    "insight, no month counted": State("Robin", "/insight"),
    "insight": State("Robin", "/insight/{month}", does=opens_everything, quiet=True),
    "the rota": State("Sam", "/rota"),
    "the rota, planned": State("Jo", "/rota"),
    "the rota, a shift that cannot be": State("Jo", "/rota", does=presses("Add the shift")),
    "the team": State("Robin", "/team", does=opens_everything),
    "the team, a new link": State("Robin", "/team", does=presses("New sign-up link")),
    "the team, a name missing": State("Robin", "/team", does=presses("Make a sign-up link")),
    "settings": State("Robin", "/settings"),
    "times": State("Jo", "/settings/times", does=opens_everything),
    "times, a change looked at": State("Jo", "/settings/times", does=presses("Look at the changes", ("Without real times", "12"))),
    "times, one that cannot be": State("Jo", "/settings/times", does=presses("Look at the changes", ("Without real times", "1"))),
    "periods": State("Robin", "/settings/retention", does=opens_everything),
    "periods, to read only": State("Jo", "/settings/retention", does=opens_everything),
    "helplines": State("Jo", "/settings/helplines/{area}", does=opens_everything),
    "helplines, to read only": State("Kit", "/settings/helplines/{area}", does=opens_everything),
    "helplines, a name missing": State("Jo", "/settings/helplines/{area}", does=presses("Add it")),
    "health": State("Jo", "/health"),
    "audit": State("Jo", "/audit", does=opens_everything),
    "setting up": State("Robin", "/first-run", does=opens_everything),
    "setting up, a name missing": State("Robin", "/first-run", does=presses("Make a sign-up link")),
    "oneself": State("Sam", "/account"),
    "oneself, another password": State("Sam", "/account", does=presses("Change the password")),
    "showing who it is, wrong": State("Sam", "/account/prove", does=presses("Go on", ("Password", "not mine"))),
    "an editor": State("Kit", "/account"),
    "not open to you": State("Sam", "/team"),
    "not found": State("Sam", CASE, "nothing"),
}


@dataclass(frozen=True)
class Consoles:
    """The console on the record of a night, and on one of a year in which nothing happens now. `named`: what stands in addresses."""

    night: Site
    quiet: Site
    named: dict[str, str]


@pytest.fixture(scope="module")
def consoles(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, service: Service, noticing: Noticing) -> Iterator[Consoles]:
    with ExitStack() as stack:
        houses = []
        for part in ("night", "quiet"):
            path = shutil.copy(empty_database, tmp_path_factory.mktemp(part) / "record.db")
            record = Record(f"sqlite:///{path}", KEY)
            stack.callback(record.close)
            houses.append(House(record, service, noticing, Clock()))
        made = asyncio.run(night(houses[0]))
        hired(houses[1])
        year(houses[1])
        at_night, quiet = (stack.enter_context(served(house, STAFF)) for house in houses)
        yield Consoles(at_night, quiet, made.cases | {"invite": made.invite})


def address(consoles: Consoles, state: State) -> str:
    """Where somebody goes to see this: two pages come after another one, and begin there."""
    site = consoles.quiet if state.quiet else consoles.night
    where = {"/code": "/sign-in", "/invite/{token}/code": "/invite/{token}"}.get(state.route, state.route)
    return site.url + where.format(
        case_id=consoles.named.get(state.named, "nothing"), token=consoles.named["invite"], month="2026-10", area="devon"
    )


@pytest.mark.parametrize("name", STATES)
def test_a_page_breaks_no_rule_in_any_width_or_theme(consoles: Consoles, chromium: Browser, name: str) -> None:
    state = STATES[name]
    context = (consoles.quiet if state.quiet else consoles.night).browser_of(chromium, state.who)
    page = context.new_page()
    page.goto(address(consoles, state))
    if state.does:
        state.does(page)
    assert "went wrong" not in page.title()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width} px"
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        assert violations(page) == [], f"{width} px, light"
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert violations(page, rules=COLOURS) == [], f"{width} px, dark"
    context.close()


def test_every_page_of_the_console_is_looked_at(consoles: Consoles) -> None:
    pages = {route.path for route in gated_routes(list(consoles.night.app.routes)) if "GET" in (route.methods or ())}
    assert pages - NO_PAGE - FRESH - CONNECTED == {state.route for state in STATES.values()}
