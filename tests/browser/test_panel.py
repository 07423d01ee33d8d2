"""The youth panel on a phone: a link, bubbles, taps, a comment, a sign-off, and what the editor sees of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.types import ASGIApp

from bot.desk.drafting import drafts, workflow
from bot.desk.drafting.publishing import Publishing
from bot.desk.panel.site import PanelSite, create
from bot.desk.room import room
from bot.desk.state import Desk
from bot.rehearsal.house import Clock, House
from escalation.console.app import Assets
from escalation.console.pages import STATIC
from escalation.context import Service
from escalation.record.store import Record, Tx
from nlu.noticing import Noticing
from tests.browser.axe import COLOURS, violations
from tests.browser.console_site import Site, served
from tests.browser.running import picture
from tests.conftest import KEY
from tests.console.conftest import can_sign_in

pytestmark = pytest.mark.browser

SCRIPTS = ("guidance/relationships/consent.yml", "guidance/relationships/boundaries.yml")
PHONE = {"width": 360, "height": 740}
WEATHER = "https://www.bbc.co.uk/**"


class Rounds:
    """The desk and the panel's pages on a record of their own; Kit edits, Jo leads."""

    def __init__(self, house: House, site: Site) -> None:
        self.house, self.site = house, site

    def waiting(self, key: str = SCRIPTS[0]) -> str:
        """A draft of this file that waits for the panel; its id."""
        return self.house.record.write(lambda tx: self._waiting(tx, key))

    def change(self, draft_id: str) -> None:
        """Kit writes on, while the panel reads."""
        self.house.record.write(lambda tx: self._changed(tx, draft_id))

    def staff(self, chromium: Browser, who: str, path: str = "/desk/panel") -> Page:
        page = self.site.browser_of(chromium, who).new_page()
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{self.site.url}{path}")
        return page

    def phone(self, chromium: Browser, link: str) -> Page:
        context = chromium.new_context(viewport=PHONE, has_touch=True, locale="en-GB")  # type: ignore[arg-type]
        context.route(WEATHER, lambda route: route.fulfill(body="<title>Weather</title>Sunny", content_type="text/html"))
        page = context.new_page()
        page.goto(link)
        return page

    def _waiting(self, tx: Tx, key: str) -> str:
        kit, jo, now = self.house.staff("Kit").id, self.house.staff("Jo").id, self.house.clock()
        if there := drafts.of_key(tx, key):
            workflow.drop(tx, there.id, kit, now)
        draft = drafts.open_draft(tx, key, kit, now)
        draft = drafts.save(
            tx, draft.id, draft.text.replace("you both really want to", "you both truly want to") + "\n# new\n", 0, kit, now
        )
        workflow.send_to_lead(tx, draft.id, kit, now)
        workflow.judge(tx, draft.id, jo, "fits", "", now)
        return workflow.send_to_panel(tx, draft.id, kit, now).id

    def _changed(self, tx: Tx, draft_id: str) -> None:
        draft = drafts.find(tx, draft_id)
        drafts.save(tx, draft_id, draft.text + "\n# newer\n", draft.revision, draft.changed_by, self.house.clock())


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, service: Service, noticing: Noticing) -> Iterator[Rounds]:
    """Named before `chromium`, as asynchronous work ends where Playwright begins."""
    path = shutil.copy(empty_database, tmp_path_factory.mktemp("panel") / "record.db")
    record = Record(f"sqlite:///{path}", KEY)
    house = House(record, service, noticing, Clock())
    for name, role in (("Kit", "editor"), ("Jo", "lead")):
        house.hire(name, role)
        can_sign_in(house, name)
    desk = Desk(Publishing(record, lambda texts: [], house.clock, lambda: service, production=False), production=False, clock=house.clock)
    panel = create(PanelSite(record, service, noticing, house.clock), public_url=None, https=False)
    beside: dict[str, ASGIApp] = {"/panel": panel, "/static": Assets(directory=STATIC)}
    with served(house, ("Kit", "Jo"), rooms=[room(desk)], beside=beside) as site:
        yield Rounds(house, site)
    record.close()


def opened(kit: Page) -> str:
    """Kit opens a round about every draft that waits; its link."""
    for box in kit.get_by_role("checkbox").all():
        box.check()
    kit.get_by_label("What it is about, as they see it").fill("Words about consent")
    kit.get_by_label("The group, as it signs off").fill("Harbour youth panel")
    kit.get_by_role("button", name="Open the round").click()
    expect(kit.get_by_role("heading", name="Give this link to Harbour youth panel")).to_be_visible()
    return kit.locator("code.link").inner_text()


def looked_at(page: Page) -> list[str]:
    """What axe finds in both themes, and whether the page is wider than its window."""
    page.evaluate("document.querySelectorAll('main details').forEach(part => { part.open = true })")
    page.emulate_media(color_scheme="light")
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    found += violations(page, rules=COLOURS)
    page.emulate_media(color_scheme="light")
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return found + (["wider than the window"] if wide else [])


def test_a_group_reads_reacts_comments_and_signs_off_and_the_draft_has_its_word(rounds: Rounds, chromium: Browser, tmp_path: Path) -> None:
    draft_id = rounds.waiting()
    kit = rounds.staff(chromium, "Kit")
    assert looked_at(kit) == []
    link = opened(kit)
    assert looked_at(kit) == []
    picture(kit, tmp_path, "staff-link")
    member = rounds.phone(chromium, link)
    picture(member, tmp_path, "door")
    assert looked_at(member) == []
    member.get_by_label("A nickname, if you like").fill("Bean")
    member.get_by_role("button", name="Start").click()
    expect(member.get_by_text("Hi Bean.")).to_be_visible()
    assert looked_at(member) == []
    picture(member, tmp_path, "list")
    member.get_by_role("link", name="What consent means").click()
    expect(member.get_by_text("you both truly want to")).to_be_visible()
    yes = member.get_by_role("group", name="Sounds like us?").get_by_role("button", name="Yes")
    yes.click()
    expect(yes).to_have_attribute("aria-pressed", "true")
    member.get_by_role("group", name="Cringe?").get_by_role("button", name="No").click()
    member.get_by_label("What would you say instead?").fill("both people want it")
    picture(member, tmp_path, "part")
    member.emulate_media(color_scheme="dark")
    member.evaluate("scrollTo(0, 0)")
    picture(member, tmp_path, "part-dark")
    member.get_by_role("button", name="Send").click()
    expect(member.get_by_text("We've got it.")).to_be_visible()
    expect(yes).to_have_attribute("aria-pressed", "true")
    expect(member.get_by_label("What would you say instead?")).to_have_value("")
    assert looked_at(member) == []
    member.get_by_role("link", name="Next").click()
    expect(member.get_by_text("Part 2 of")).to_be_visible()
    member.get_by_role("link", name="All").first.click()
    member.get_by_role("link", name="Sign off as a group").click()
    assert looked_at(member) == []
    member.get_by_label("It's good to go").check()
    member.get_by_label("How many of you are here?").fill("7")
    picture(member, tmp_path, "finish")
    member.get_by_role("button", name="Go on").click()
    expect(member.get_by_role("heading", name="Are you sure?")).to_be_visible()
    assert looked_at(member) == []
    member.get_by_role("button", name="Yes, that's what we think").click()
    expect(member.get_by_text("The writers have what your group said")).to_be_visible()
    assert looked_at(member) == []
    assert rounds.house.record.read(lambda tx: drafts.find(tx, draft_id)).state == "approved"
    kit.reload()
    kit.goto(f"{rounds.site.url}/desk/files/{SCRIPTS[0]}")
    expect(kit.get_by_text("7 of us were there.")).to_be_visible()
    kit.goto(f"{rounds.site.url}/desk/panel")
    kit.get_by_role("link", name="Words about consent").first.click()
    expect(kit.get_by_text("both people want it")).to_be_visible()
    expect(kit.get_by_role("cell", name="1 yes, 0 no")).to_be_visible()
    picture(kit, tmp_path, "staff-round")
    assert looked_at(kit) == []
    kit.set_viewport_size(PHONE)  # type: ignore[arg-type]
    picture(kit, tmp_path, "staff-round-phone")
    assert looked_at(kit) == []


def test_a_worry_shows_helplines_and_its_words_to_the_lead_alone(rounds: Rounds, chromium: Browser, tmp_path: Path) -> None:
    rounds.waiting()
    kit = rounds.staff(chromium, "Kit")
    member = rounds.phone(chromium, opened(kit))
    member.get_by_role("button", name="Start").click()
    member.get_by_role("link", name="What consent means").click()
    member.get_by_label("What would you say instead?").fill("my stepdad hits me")
    member.get_by_role("button", name="Send").click()
    expect(member.get_by_text("Thank you for writing that.")).to_be_visible()
    picture(member, tmp_path, "care")
    assert looked_at(member) == []
    jo = rounds.staff(chromium, "Jo")
    jo.get_by_role("link", name="Words about consent").first.click()
    expect(jo.get_by_text("my stepdad hits me")).to_be_visible()
    picture(jo, tmp_path, "staff-worry")
    assert looked_at(jo) == []
    kit.goto(jo.url)
    expect(kit.get_by_text("for leads alone")).to_be_visible()
    expect(kit.get_by_text("stepdad")).to_have_count(0)
    jo.get_by_role("button", name="I have looked at it").click()
    expect(jo.get_by_text("Jo looked at it")).to_be_visible()


def test_what_is_written_stays_in_the_box_when_the_connection_is_gone(rounds: Rounds, chromium: Browser) -> None:
    rounds.waiting()
    member = rounds.phone(chromium, opened(rounds.staff(chromium, "Kit")))
    member.get_by_role("button", name="Start").click()
    member.get_by_role("link", name="What consent means").click()
    member.get_by_label("What would you say instead?").fill("all of my words")
    member.context.set_offline(True)
    member.get_by_role("button", name="Send").click()
    expect(member.get_by_text("Your words are still here")).to_be_visible()
    expect(member.get_by_label("What would you say instead?")).to_have_value("all of my words")
    member.context.set_offline(False)
    member.get_by_role("button", name="Send").click()
    expect(member.get_by_text("We've got it.")).to_be_visible()


def test_words_that_were_changed_meanwhile_are_told_and_a_dead_link_is_one_kind_page(
    rounds: Rounds, chromium: Browser, tmp_path: Path
) -> None:
    draft_id = rounds.waiting()
    kit = rounds.staff(chromium, "Kit")
    link = opened(kit)
    member = rounds.phone(chromium, link)
    member.get_by_role("button", name="Start").click()
    expect(member.get_by_role("link", name="What consent means")).to_be_visible()
    rounds.change(draft_id)
    member.reload()
    expect(member.get_by_text("The words were changed after you got this link.")).to_be_visible()
    assert looked_at(member) == []
    kit.goto(f"{rounds.site.url}/desk/panel")
    kit.get_by_role("link", name="Words about consent").first.click()
    kit.get_by_role("button", name="Close the round").click()
    expect(kit.get_by_role("button", name="Close the round")).to_have_count(0)
    member.goto(link)
    expect(member.get_by_text("This link doesn't work.")).to_be_visible()
    picture(member, tmp_path, "gone")
    assert looked_at(member) == []


def test_one_tap_leaves_for_the_weather(rounds: Rounds, chromium: Browser) -> None:
    rounds.waiting()
    member = rounds.phone(chromium, opened(rounds.staff(chromium, "Kit")))
    member.get_by_role("link", name="Leave quickly").click()
    expect(member).to_have_title("Weather")
    member.go_back()
    assert "/panel/" not in member.url
