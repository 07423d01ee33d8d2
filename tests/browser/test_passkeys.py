"""Passkeys in a real Chromium with an authenticator of its own: added, used to sign in and to show who it is, taken away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from bot.rehearsal.house import Clock, House
from escalation.context import Service
from escalation.record.store import Record
from escalation.staff import passkeys
from nlu.noticing import Noticing
from tests.browser.axe import COLOURS, violations
from tests.browser.console_site import Site, served
from tests.conftest import KEY
from tests.console.conftest import PASSWORD, can_sign_in, code_of

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Door:
    """A console under a name, since browsers know no passkeys at a bare number."""

    site: Site
    house: House

    @property
    def url(self) -> str:
        return self.site.url.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, service: Service, noticing: Noticing) -> Iterator[Door]:
    record = Record(f"sqlite:///{shutil.copy(empty_database, tmp_path_factory.mktemp('door') / 'record.db')}", KEY)
    house = House(record, service, noticing, Clock())
    for name in ("Sam", "Jo"):
        house.hire(name, "worker")
        can_sign_in(house, name)
    with served(house, ()) as site:
        yield Door(site, house)
    record.close()


@pytest.fixture
def laptop(door: Door, chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="en-GB")
    yield context
    context.close()


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """Give the browser a fingerprint reader of its own, under a finger that is right."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def signs_in(page: Page, door: Door, name: str) -> None:
    page.goto(f"{door.url}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Code").fill(code_of(door.house, name))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/waiting")


def adds_a_passkey(page: Page, door: Door, name: str) -> None:
    page.goto(f"{door.url}/account")
    page.get_by_label("Name of the new passkey").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("button", name=f"Remove {name}")).to_be_visible()


def test_a_passkey_is_added_opens_the_console_alone_and_is_taken_away(door: Door, laptop: BrowserContext) -> None:
    page = laptop.new_page()
    authenticator(page)
    signs_in(page, door, "Sam")
    adds_a_passkey(page, door, "Work laptop")
    assert violations(page) == []

    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/waiting")

    page.goto(f"{door.url}/account")
    page.get_by_role("button", name="Remove Work laptop").click()
    expect(page.get_by_role("button", name="Remove Work laptop")).to_have_count(0)
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("That passkey did not work here")).to_be_visible()


def test_a_copy_of_a_passkey_that_counts_from_the_start_again_is_refused(door: Door, laptop: BrowserContext) -> None:
    page = laptop.new_page()
    devtools, reader = authenticator(page)
    signs_in(page, door, "Jo")
    adds_a_passkey(page, door, "Phone")
    [key] = devtools.send("WebAuthn.getCredentials", {"authenticatorId": reader})["credentials"]
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/waiting")

    devtools.send("WebAuthn.removeCredential", {"authenticatorId": reader, "credentialId": key["credentialId"]})
    devtools.send("WebAuthn.addCredential", {"authenticatorId": reader, "credential": key | {"signCount": 0}})
    page.goto(f"{door.url}/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("That passkey did not work here")).to_be_visible()


def test_after_a_while_a_passkey_shows_who_it_is_before_anything_is_changed(door: Door, laptop: BrowserContext) -> None:
    page = laptop.new_page()
    authenticator(page)
    signs_in(page, door, "Sam")
    adds_a_passkey(page, door, "Tablet")
    door.house.clock.move(minutes=11)
    page.goto(f"{door.url}/account")
    expect(page.get_by_role("button", name="Remove Tablet")).to_have_count(0)
    page.get_by_role("link", name="Show that it is you").click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page, rules=COLOURS) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Remove Tablet").click()
    expect(page.get_by_role("button", name="Remove Tablet")).to_have_count(0)
    sam = door.house.staff("Sam")
    assert door.house.record.read(lambda tx: passkeys.of(tx, sam.id)) == []


def test_somebody_who_turns_the_dialogue_away_reads_what_to_do(door: Door, laptop: BrowserContext) -> None:
    page = laptop.new_page()
    devtools, reader = authenticator(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": reader, "isUserVerified": False})
    page.goto(f"{door.url}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Press the button to try again")).to_be_visible()
    assert page.get_by_role("button", name="Sign in with a passkey").is_enabled()
