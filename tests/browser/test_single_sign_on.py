"""The organisation's own sign-in in a real Chromium: there, and back from another site into a session that other sites' links never carry."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bot.rehearsal.house import Clock, House
from escalation.console.state import ConsoleSettings
from escalation.context import Service
from escalation.record.store import Record
from escalation.staff.provider import ProviderSettings
from nlu.noticing import Noticing
from tests.browser.axe import violations
from tests.browser.console_site import served
from tests.conftest import KEY
from tests.console.conftest import can_sign_in, code_of
from tests.console.identity_provider import CLIENT, SECRET, IdentityProvider, provider_running
from tests.console.test_single_sign_on import EMAIL, KNOWN, NAME, gives_address

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, service: Service, noticing: Noticing) -> Iterator[House]:
    record = Record(f"sqlite:///{shutil.copy(empty_database, tmp_path_factory.mktemp('office') / 'record.db')}", KEY)
    made = House(record, service, noticing, Clock())
    made.hire("Sam", "worker")
    can_sign_in(made, "Sam")
    gives_address(made, "Sam", EMAIL)
    yield made
    record.close()


@pytest.fixture(scope="module")
def provider(house: House) -> Iterator[IdentityProvider]:
    with provider_running(house.clock) as running:
        yield running


@pytest.fixture(scope="module")
def url(house: House, provider: IdentityProvider) -> Iterator[str]:
    """The console under a name, which makes the provider, at a bare number, another site."""
    connected = ConsoleSettings(provider=ProviderSettings(provider.url, CLIENT, SECRET, NAME))
    with served(house, (), connected) as site:
        yield site.url.replace("127.0.0.1", "localhost")


def test_who_signed_in_there_lands_on_the_page_that_was_asked_for(url: str, provider: IdentityProvider, chromium: Browser) -> None:
    provider.claims = dict(KNOWN)
    page = chromium.new_page()
    page.goto(f"{url}/rota")
    assert violations(page) == []
    page.get_by_role("link", name=NAME).click()
    page.wait_for_url(f"{url}/rota")
    expect(page.get_by_role("heading", name="Rota")).to_be_visible()
    page.close()


def test_without_a_second_factor_there_the_code_comes_next(url: str, provider: IdentityProvider, house: House, chromium: Browser) -> None:
    provider.claims = KNOWN | {"amr": ["pwd"]}
    page = chromium.new_page()
    page.goto(f"{url}/sign-in")
    page.get_by_role("link", name=NAME).click()
    page.get_by_label("Code").fill(code_of(house, "Sam"))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/waiting")
    page.close()


def test_whom_nobody_knows_here_is_told_what_to_do(url: str, provider: IdentityProvider, chromium: Browser) -> None:
    provider.claims = KNOWN | {"sub": "stranger", "email": "stranger@harbour.example"}
    page = chromium.new_page()
    page.goto(f"{url}/sign-in")
    page.get_by_role("link", name=NAME).click()
    expect(page.get_by_text("Ask your administrator to put that address on your account")).to_be_visible()
    assert violations(page) == []
    page.close()
