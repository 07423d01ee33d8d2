"""Editing a draft in a real browser: what is typed is seen, kept, tried as a chat, and never lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.desk.drafting import drafts
from bot.desk.drafting.publishing import Publishing
from bot.desk.room import room
from bot.desk.state import Desk
from bot.desk.training.runs import Trainings
from bot.rehearsal.house import Clock, House
from escalation.context import Service
from escalation.record.store import Record, Tx
from nlu.noticing import Noticing
from tests.browser.axe import COLOURS, violations
from tests.browser.console_site import Site, served
from tests.conftest import KEY
from tests.console.conftest import can_sign_in

pytestmark = pytest.mark.browser

EDITORS = ("Kit", "Noa")
SCRIPT = "guidance/relationships/consent.yml"
PRIVACY = "guidance/rights_and_help/confidentiality.yml"
WIDTHS = (360, 1280)
LOOKED_WITHIN = 200_000
"""Milliseconds for a look across the library on a busy machine; the first one starts its process."""


@dataclass
class Editors:
    """A console with a desk, on which nothing is published yet."""

    house: House
    site: Site

    def begins(self, key: str = SCRIPT) -> str:
        """The address of a fresh draft's form, on the site."""

        def begin(tx: Tx) -> str:
            kit = self.house.staff("Kit").id
            there = drafts.open_draft(tx, key, kit, datetime.now(UTC))
            shipped = drafts.in_force(tx, key)
            return drafts.save(tx, there.id, shipped, there.revision, kit, datetime.now(UTC)).id

        return f"{self.site.url}/desk/drafts/{self.house.record.write(begin)}"

    def page(self, chromium: Browser, address: str, name: str = "Kit", width: int = 1280) -> Page:
        page = self.site.browser_of(chromium, name).new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        return page

    def stored(self, address: str) -> str:
        id = address.split("/drafts/")[1].split("/")[0]
        return self.house.record.read(lambda tx: drafts.find(tx, id)).text


@pytest.fixture(scope="module")
def editors(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, service: Service, noticing: Noticing) -> Iterator[Editors]:
    """Named before `chromium`, as asynchronous work ends where Playwright begins."""
    folder = tmp_path_factory.mktemp("desk")
    record = Record(f"sqlite:///{shutil.copy(empty_database, folder / 'record.db')}", KEY)
    house = House(record, service, noticing, Clock())
    for name in EDITORS:
        house.hire(name, "editor")
        can_sign_in(house, name)
    desk = Desk(Publishing(record, lambda texts: [], house.clock, lambda: service, production=False), production=False, clock=house.clock)
    with served(house, EDITORS, rooms=[room(desk)]) as site:
        yield Editors(house, site)
    record.close()


def test_what_is_typed_is_seen_at_once_kept_by_itself_and_said_in_the_rehearsal(editors: Editors, chromium: Browser) -> None:
    address = editors.begins()
    page = editors.page(chromium, f"{address}/edit?card=say_no")
    first = page.get_by_label("What is said, Bubble 1")
    first.fill("You can always say no, and you never have to say why.")
    expect(page.locator("#seen")).to_contain_text("you never have to say why")
    expect(page.locator("#m-say-0")).to_contain_text("12 words")
    expect(page.locator("#kept")).to_contain_text("Saved")
    assert "you never have to say why" in editors.stored(address)
    page.get_by_role("link", name="Try it as a chat").click()
    page.get_by_role("button", name="Begin at “say_no”").click()
    expect(page.get_by_role("log")).to_contain_text("you never have to say why", timeout=60_000)
    page.get_by_label("Write as a young person would").fill("my stepdad hits me")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("An adult was offered.")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("What can Sam see?", timeout=30_000)


def test_a_wrong_word_is_told_beside_its_field_and_goes_when_it_is_put_right(editors: Editors, chromium: Browser) -> None:
    page = editors.page(chromium, f"{editors.begins()}/edit?card=say_no")
    field = page.get_by_label("What is said, Bubble 2")
    field.fill("He committed suicide.")
    expect(page.locator("#p-say-1")).to_contain_text("suicide is not a crime")
    expect(field).to_have_attribute("aria-invalid", "")
    field.fill("He died by suicide.")
    expect(page.locator("#p-say-1")).to_be_empty()


@pytest.mark.timeout(420)
def test_what_a_change_means_for_other_files_is_told_once_somebody_pauses(editors: Editors, chromium: Browser) -> None:
    page = editors.page(chromium, f"{editors.begins(PRIVACY)}/edit?card=ash_delete")
    across = page.locator("#across")
    expect(across).to_contain_text("Nothing new is wrong in other files", timeout=LOOKED_WITHIN)
    page.get_by_text("Picture, kind and facts").click()
    page.get_by_label("Name of the step").fill("ash_gone")
    expect(across).to_contain_text("There is no 'ash_delete' in English", timeout=LOOKED_WITHIN)
    expect(across).to_contain_text("Has to be put right first")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            assert violations(page, rules=COLOURS if scheme == "dark" else ()) == [], f"{width} px, {scheme}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width} px"
    across.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(pl)")


def test_adding_a_bubble_goes_to_it_and_the_preview_follows_the_switches(editors: Editors, chromium: Browser) -> None:
    page = editors.page(chromium, f"{editors.begins()}/edit?card=start")
    page.get_by_role("button", name="Add a bubble to “Easy words”").click()
    expect(page.get_by_label("Easy words, Bubble 3")).to_be_focused()
    page.keyboard.type("No is fine.")
    page.get_by_label("Easy words", exact=True).check()
    expect(page.locator("#seen")).to_contain_text("No is fine.")
    page.get_by_label("Dark").check()
    expect(page.locator("#seen")).to_have_css("background-color", "rgb(25, 23, 21)")
    page.get_by_label("Right to left").check()
    expect(page.locator("#seen")).to_have_attribute("dir", "rtl")
    page.locator("#seen").get_by_role("button", name="How do I say no?").click()
    expect(page.get_by_role("heading", name="Say no")).to_be_visible()


def test_a_lost_connection_keeps_the_words_says_so_and_sends_them_when_it_is_back(editors: Editors, chromium: Browser) -> None:
    address = editors.begins()
    page = editors.page(chromium, f"{address}/edit?card=law")
    page.context.set_offline(True)
    field = page.get_by_label("What is said, Bubble 1")
    field.fill("Written while the connection was gone.")
    expect(page.locator("#kept")).to_contain_text("Your words are still here")
    expect(field).to_have_value("Written while the connection was gone.")
    page.context.set_offline(False)
    expect(page.locator("#kept")).to_contain_text("Saved", timeout=15_000)
    page.reload()
    expect(field).to_have_value("Written while the connection was gone.")


def test_two_tabs_on_one_step_show_both_and_overwrite_nothing(editors: Editors, chromium: Browser) -> None:
    address = editors.begins()
    mine = editors.page(chromium, f"{address}/edit?card=ask")
    other = editors.page(chromium, f"{address}/edit?card=ask", "Noa")
    other.get_by_label("What is said, Bubble 1").fill("Noa's words.")
    expect(other.locator("#kept")).to_contain_text("Saved")
    mine.get_by_label("What is said, Bubble 1").fill("Kit's words.")
    expect(mine.get_by_role("heading", name="Noa changed this too")).to_be_visible()
    assert violations(mine) == []
    mine.get_by_role("button", name="Edit both together").click()
    expect(mine.get_by_label("What is said, Bubble 1")).to_have_value("Kit's words.")
    expect(mine.get_by_text("Noa's words.")).to_be_visible()
    mine.get_by_label("What is said, Bubble 1").fill("Kit's and Noa's words.")
    mine.get_by_role("button", name="Save", exact=True).first.click()
    expect(mine.locator("#kept")).to_contain_text("Saved")
    assert "Kit's and Noa's words." in editors.stored(address)


def test_a_phrase_is_tried_on_its_examples_and_on_the_training_messages_while_it_is_typed(editors: Editors, chromium: Browser) -> None:
    address = editors.begins("risk_phrases/suicide.yml")
    page = editors.page(chromium, f"{address}/edit")
    page.get_by_label("Find").fill("feel suicidal")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="feel (die|suicidal|killing myself|ending it|end it all)").click()
    expect(page.locator("#own")).to_contain_text("go as they should")
    phrase = page.get_by_label("Phrase", exact=True)
    phrase.fill("i feel (low|rubbish")
    expect(page.locator("#p-phrase")).to_contain_text("A bracket is not closed")
    phrase.fill("i feel (low|rubbish)")
    page.get_by_label("Messages it must leave alone").fill("i feel low today\nwe are dying to see the film")
    expect(page.locator("#own")).to_contain_text("found, and must not be")
    expect(page.locator("#found")).to_contain_text("newly found", timeout=60_000)
    assert violations(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="i feel (low|rubbish)")).to_be_visible()
    expect(page.get_by_text("1 of its examples does not go right")).to_be_visible()
    assert "      - i feel (low|rubbish)\n" in editors.stored(address)


def breaks_it(page: Page) -> None:
    page.get_by_label("What is said, Bubble 1").fill("")
    page.get_by_label("Button 1", exact=True).fill("Far too long for any button on a phone")
    expect(page.locator("#p-b0-label")).not_to_be_empty()


def opens_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")


def begins_a_rehearsal(page: Page) -> None:
    page.get_by_role("button", name="Begin").first.click()
    expect(page.get_by_role("log")).to_be_visible(timeout=60_000)


def breaks_the_text(page: Page) -> None:
    text = page.get_by_label("Text", exact=True)
    text.fill(text.input_value().replace("Consent means", "He committed suicide."))
    expect(page.locator("#text-problems")).to_contain_text("suicide is not a crime", timeout=20_000)


STATES: dict[str, tuple[str, str, Callable[[Page], None] | None]] = {
    "a step": (SCRIPT, "/edit?card=start", opens_all),
    "a step with problems": (SCRIPT, "/edit?card=say_no", breaks_it),
    "the head": (SCRIPT, "/edit?card=", opens_all),
    "a message": ("messages/call_back.yml", "/edit?card=when", None),
    "first responses": ("crisis/fgm.yml", "/edit", opens_all),
    "canned replies": ("canned_replies/closing.yml", "/edit", None),
    "text": ("policy/short_words.yml", "/edit", None),
    "a text with problems": (SCRIPT, "/edit?text=yes", breaks_the_text),
    "phrases": ("risk_phrases/missing.yml", "/phrases", opens_all),
    "a phrase": ("risk_phrases/substance_misuse.yml", "/phrases/one?group=overdose_signs", opens_all),
    "training messages": ("intents/disclosures/missing.yml", "/examples", None),
    "a training message": ("intents/disclosures/missing.yml", "/examples/one", None),
    "before trying": (SCRIPT, "/try?card=say_no", None),
    "trying": (SCRIPT, "/try?card=say_no", begins_a_rehearsal),
}


def test_training_can_be_watched_by_everybody(editors: Editors, chromium: Browser, tmp_path: Path) -> None:
    editors.site.app.state.desk.training = Trainings(tmp_path, tmp_path / "intents.tar.gz", "http://127.0.0.1:9")
    page = editors.page(chromium, f"{editors.site.url}/desk/examples")
    assert violations(page) == []
    page.get_by_role("link", name="training", exact=True).click()
    expect(page.get_by_role("heading", name="What serves now")).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == [], f"at {width} px"


@pytest.mark.parametrize("name", STATES)
def test_each_page_can_be_used_by_everybody(editors: Editors, chromium: Browser, name: str) -> None:
    key, path, do = STATES[name]
    page = editors.page(chromium, editors.begins(key) + path)
    if do:
        do(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == [], f"at {width} px"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"wider than {width} px"
    page.emulate_media(color_scheme="dark")
    assert violations(page, rules=COLOURS) == [], "in the dark"
