"""The desk in a real browser: from a changed sentence to a chat that says it, timed; and each page for everybody who uses it."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.desk.drafting import drafts, jobs, workflow
from bot.desk.drafting.drafts import Draft
from bot.desk.drafting.publishing import Publishing
from bot.desk.room import room
from bot.desk.state import Desk
from bot.rehearsal.house import Clock, House
from content.editorial.problems import Problem
from escalation import publish_jobs
from escalation.context import Service
from escalation.insight import counting, settling
from escalation.record import published
from escalation.record.store import Record, Tx
from nlu.noticing import Noticing
from tests.browser.axe import COLOURS, violations
from tests.browser.console_site import Site, served
from tests.browser.running import Program, YoungPerson, laptop, phone, signed_in
from tests.conftest import KEY
from tests.console.conftest import can_sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

SCRIPT = "guidance/relationships/consent.yml"
BYE = "guidance/conversation/goodbye.yml"
RATED = "guidance/online_safety/screen_time.yml"
NEW_WORDS = "Bye for now, and well done for asking."
_NUMBERS = count(1)
LIVE_WITHIN = 5.0
"""Seconds from the end of the checks until the new words are in force; the next message is answered with them."""
CHECKED_WITHIN = 200_000
"""Milliseconds for the checks themselves on a busy machine."""


STATES = ("none", "written", "with_lead", "asked_to_change", "with_panel", "approved", "scheduled", "refused", "outdated", "checking")


class Editors:
    """The desk on a record of its own, on which every state of a draft can be made; Kit and Noa write, Jo and Mia judge."""

    def __init__(self, house: House, site: Site) -> None:
        self.house, self.site = house, site

    def page(self, chromium: Browser, path: str, *, who: str = "Kit") -> Page:
        page = self.site.browser_of(chromium, who).new_page()
        page.goto(f"{self.site.url}{path}")
        return page

    def make(self, state: str) -> None:
        """Bring the draft of the script into this state."""
        self.house.record.write(lambda tx: self._make(tx, state))

    def _make(self, tx: Tx, state: str) -> None:
        kit, jo, now = self.house.staff("Kit").id, self.house.staff("Jo").id, self.house.clock()
        if there := drafts.of_key(tx, SCRIPT):
            workflow.drop(tx, there.id, kit, now)
        if state == "none":
            return
        draft = drafts.open_draft(tx, SCRIPT, kit, now)
        draft = drafts.save(tx, draft.id, _titled(draft.text, "What a yes means"), 0, kit, now)
        if state in ("with_lead", "asked_to_change", "with_panel", "approved", "scheduled"):
            workflow.send_to_lead(tx, draft.id, kit, now)
        if state in ("asked_to_change", "with_panel", "approved", "scheduled"):
            verdict = "change" if state == "asked_to_change" else "fits"
            workflow.judge(tx, draft.id, jo, verdict, "Say “both of you”, so that nobody feels left out.", now)
        if state in ("with_panel", "approved", "scheduled"):
            workflow.send_to_panel(tx, draft.id, kit, now)
        if state in ("approved", "scheduled"):
            workflow.panel_judged(tx, draft.id, "The Tuesday group", "fits", "It sounds like us.", draft.digest, now)
        self._goes_on(tx, state, draft)

    def _goes_on(self, tx: Tx, state: str, draft: Draft) -> None:
        kit, now = self.house.staff("Kit").id, self.house.clock()
        if state == "scheduled":
            workflow.schedule(tx, draft.id, now + timedelta(days=1), kit, now)
        if state in ("refused", "checking"):
            job = jobs.ask(tx, draft.id, kit, now)
        if state == "refused":
            lost = "2 sentences are not noticed any more:\n“he locks me in”\n“she takes my phone every night”"
            found = (Problem(Path(SCRIPT), 14, lost, "put the words back that noticed them"),)
            publish_jobs.end(tx, job.id, publish_jobs.REFUSED, now, found)
        if state == "outdated":
            text = _titled(drafts.in_force(tx, SCRIPT), "What a no means")
            published.add(tx, SCRIPT, text, now, by=self.house.staff("Noa").id, note="Clearer title")


def _titled(text: str, title: str) -> str:
    """The script with another title, one that it never had."""
    return re.sub(r'^title: ".*"$', f'title: "{title} {next(_NUMBERS)}"', text, count=1, flags=re.M)


@pytest.fixture(scope="module")
def editors(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, service: Service, noticing: Noticing) -> Iterator[Editors]:
    """Named before `chromium`, as asynchronous work ends where Playwright begins."""
    folder = tmp_path_factory.mktemp("desk")
    record = Record(f"sqlite:///{shutil.copy(empty_database, folder / 'record.db')}", KEY)
    house = House(record, service, noticing, Clock())
    for name, role in (("Kit", "editor"), ("Noa", "editor"), ("Jo", "lead"), ("Mia", "lead")):
        house.hire(name, role)
        can_sign_in(house, name)
    desk = Desk(Publishing(record, lambda texts: [], house.clock, lambda: service, production=False), production=False, clock=house.clock)
    desk.use(0)
    with served(house, ("Kit", "Jo"), rooms=[room(desk)]) as site:
        yield Editors(house, site)
    record.close()


@pytest.fixture
def rated(editors: Editors) -> Editors:
    """A month in which enough young people said what they thought of some scripts, and too few of others."""
    house, september = editors.house, date(2026, 9, 1)
    counts = counting.Counts({("useful", f"screen_time/0/{said}"): number for said, number in (("yes", 6), ("no", 11))})
    counts.update({("useful", "boundaries/0/yes"): 9, ("useful", "gaming/0/no"): 4, ("topic", "screen_time"): 40})
    if not house.record.read(settling.settled):
        house.record.write(lambda tx: counting.add(tx, september, counts))
        settling.settle_all(house.record, house.service, house.clock())
    return editors


def looked_at(page: Page) -> list[str]:
    """What axe finds on a phone and on a laptop in both themes, and where the page is wider than its window."""
    found = []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("document.querySelectorAll('main details').forEach(part => { part.open = true })")
        page.emulate_media(color_scheme="light")
        found += [f"{width} px: {one}" for one in violations(page)]
        page.emulate_media(color_scheme="dark")
        found += [f"{width} px, dark: {one}" for one in violations(page, rules=COLOURS)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"wider than {width} px")
    return found


def test_a_file_is_for_everybody_in_each_state_of_its_draft(editors: Editors, chromium: Browser) -> None:
    found: dict[str, list[str]] = {}
    for state in STATES:
        editors.make(state)
        for who in ("Kit", "Jo"):
            page = editors.page(chromium, f"/desk/files/{SCRIPT}", who=who)
            found[f"{state} for {who}"] = looked_at(page)
            page.context.close()
    assert {name: what for name, what in found.items() if what} == {}


def test_library_drafts_and_comparing_are_for_everybody(editors: Editors, chromium: Browser) -> None:
    editors.make("outdated")
    pages = ("/desk", "/desk?q=nothing+like+this", "/desk/drafts", f"/desk/files/{SCRIPT}/compare", f"/desk/files/{SCRIPT}/together")
    found = {}
    for path in pages:
        page = editors.page(chromium, path, who="Jo")
        found[path] = looked_at(page)
        page.context.close()
    assert {name: what for name, what in found.items() if what} == {}


def test_the_list_with_what_young_people_thought_is_for_everybody(rated: Editors, chromium: Browser) -> None:
    for path, said in (
        ("/desk?order=rated", "Rated badly. Useful? 6 yes, 11 not really"),
        ("/desk?show=badly", "1 of"),
        (f"/desk/files/{RATED}", "As shipped, in force"),
    ):
        page = rated.page(chromium, path)
        expect(page.locator("main")).to_contain_text(said)
        assert looked_at(page) == [], path
        page.context.close()


def test_a_changed_sentence_is_judged_published_and_said_in_a_live_chat_within_seconds(chromium: Browser, own_program: Program) -> None:
    kit, jo = (signed_in(laptop(chromium), own_program, name) for name in ("Kit", "Jo"))
    kit.goto(f"{own_program.url}/staff/desk?q=bye+for+now&kind=guidance")
    kit.get_by_role("link", name="Bye for now", exact=True).click()
    kit.get_by_role("button", name="Change it").click()
    kit.goto(f"{kit.url}?card=start")
    kit.get_by_label("What is said, Bubble 1").fill(NEW_WORDS)
    expect(kit.locator("#kept")).to_contain_text("Saved", timeout=15_000)
    kit.goto(f"{own_program.url}/staff/desk/files/{BYE}")
    kit.get_by_role("button", name="Send it to the safeguarding lead").click()
    jo.goto(f"{own_program.url}/staff/desk/drafts")
    jo.get_by_role("link", name="Bye for now").click()
    expect(jo.get_by_role("link", name="Read what it changes")).to_be_visible()
    jo.get_by_role("button", name="It fits").click()

    young = YoungPerson(phone(chromium), own_program.url)
    young.starts()
    kit.reload()
    kit.get_by_text("Publish it without sign-off").click()
    kit.get_by_role("button", name="Publish it as not signed off").click()
    expect(kit.get_by_text("The checks run")).to_be_visible()
    expect(kit.get_by_text(re.compile("It goes live in a moment|Live since|It was not published"))).to_be_visible(timeout=CHECKED_WITHIN)
    checked = time.monotonic()
    expect(kit.get_by_text("Live since")).to_be_visible(timeout=LIVE_WITHIN * 1000)
    assert time.monotonic() - checked <= LIVE_WITHIN
    young.says("bye")
    young.sees(NEW_WORDS)
