"""The organisation's own sign-in: whom it lets in, and that nothing but a token signed for this very sign-in is believed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from html import unescape
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.rehearsal.house import House
from escalation.console.app import ConsoleSettings, create
from escalation.record.store import Tx
from escalation.record.tables import AuditRow, Staff
from escalation.staff import accounts
from escalation.staff.provider import ProviderSettings
from tests.console.conftest import Browser, code_of, later, token_in
from tests.console.identity_provider import CLIENT, SECRET, IdentityProvider, new_key, provider_running
from tests.published import CHECK

NAME = "Sign in with Harbour Council"
EMAIL = "sam@harbour.example"
KNOWN = {"email": EMAIL, "email_verified": True, "amr": ["pwd", "mfa"]}


@pytest.fixture
def provider(staffed: House) -> Iterator[IdentityProvider]:
    with provider_running(staffed.clock) as running:
        running.claims = dict(KNOWN)
        yield running


@pytest.fixture
def connected(app: FastAPI, staffed: House, provider: IdentityProvider) -> FastAPI:
    """The console of an organisation that has this provider; Sam has an e-mail address there."""
    gives_address(staffed, "Sam", EMAIL.upper())
    settings = ConsoleSettings(provider=ProviderSettings(provider.url, CLIENT, SECRET, NAME))
    return create(staffed.record, staffed.service, settings, staffed.clock, check=CHECK)


@pytest.fixture
async def office(connected: FastAPI, staffed: House) -> AsyncIterator[Browser]:
    """A browser in the organisation's office."""
    made = Browser(connected, staffed)
    yield made
    await made.client.aclose()


def gives_address(house: House, name: str, email: str) -> None:
    def give(tx: Tx) -> None:
        row = accounts.named(tx, name)
        assert row is not None
        row.email_sealed = tx.vault.seal_own("staff.email", row.id, email)

    house.record.write(give)


async def goes(browser: Browser, provider: IdentityProvider, **changed: str) -> httpx.Response:
    """Press the button, agree at the provider, and come back."""
    left = await browser.get("/sign-in/organisation?going_to=/staff/rota")
    assert left.status_code == 303, left.text
    return await back(browser, provider.allows(left.headers["location"]) | changed)


async def back(browser: Browser, came: dict[str, str]) -> httpx.Response:
    return await browser.client.get("/staff/sign-in/organisation/back", params=came, headers={"sec-fetch-site": "cross-site"})


def noted(house: House) -> list[str]:
    return house.record.read(lambda tx: [row.action for row in tx.session.scalars(select(AuditRow).order_by(AuditRow.seq))])


async def test_the_button_carries_the_organisations_words(office: Browser, app: FastAPI, staffed: House) -> None:
    assert NAME in (await office.get("/sign-in")).text
    without = Browser(app, staffed)
    assert "/sign-in/organisation" not in (await without.get("/sign-in")).text
    assert (await without.get("/sign-in/organisation")).status_code == 404


async def test_two_factors_at_the_provider_open_the_page_that_was_asked_for(
    office: Browser, provider: IdentityProvider, staffed: House
) -> None:
    answer = await goes(office, provider)
    assert answer.status_code == 200
    assert 'content="0; url=/staff/rota"' in answer.text, "a page of ours leads on, since the session stays out of other sites' links"
    assert (await office.get("/rota")).status_code == 200
    assert noted(staffed)[-2:] == ["single_sign_on_linked", "signed_in"]


async def test_without_a_second_factor_there_the_code_is_still_asked_for(
    office: Browser, provider: IdentityProvider, staffed: House
) -> None:
    provider.claims["amr"] = ["pwd"]
    answer = await goes(office, provider)
    assert "/staff/code?going_to=%2Fstaff%2Frota" in unescape(answer.text)
    assert (await office.get("/rota")).status_code == 401
    office.csrf = token_in(await office.get("/code"))
    assert (await office.post("/code", code=code_of(staffed, "Sam"), going_to="/staff/rota")).headers["location"] == "/staff/rota"
    assert (await office.get("/rota")).status_code == 200


async def test_once_linked_the_person_counts_and_no_longer_the_address(office: Browser, provider: IdentityProvider, staffed: House) -> None:
    await goes(office, provider)
    provider.claims = {"amr": ["mfa"]}
    assert (await goes(office, provider)).status_code == 200
    provider.claims = KNOWN | {"sub": "somebody else with this address now"}
    answer = await goes(office, provider)
    assert answer.status_code == 422
    assert "linked to another person" in answer.text


async def test_an_address_put_on_an_account_later_links_it_and_another_one_unlinks_it(
    office: Browser, provider: IdentityProvider, staffed: House
) -> None:
    admin = await office.signs_in("Robin")
    alex = staffed.staff("Alex").id
    provider.claims |= {"sub": "alex", "email": "alex@harbour.example"}
    await admin.post(f"/team/{alex}/email", email="alex@harbour.example")
    assert (await goes(office, provider)).status_code == 200
    assert "Alex" in (await office.get("/account")).text
    staffed.record.write(lambda tx: accounts.record_email(tx, alex, staffed.staff("Robin").id, "", staffed.clock()))
    assert (await goes(office, provider)).status_code == 422


async def test_an_address_that_the_provider_has_not_checked_finds_nobody(office: Browser, provider: IdentityProvider) -> None:
    for unchecked in (False, None, "true"):
        provider.claims = KNOWN | {"email_verified": unchecked}
        assert "no staff account here has your e-mail address" in unescape((await goes(office, provider)).text)


async def test_it_makes_no_account_and_changes_no_role(office: Browser, provider: IdentityProvider, staffed: House) -> None:
    def everyone(tx: Tx) -> set[tuple[str, str]]:
        return {(row.name, row.role) for row in tx.session.scalars(select(Staff))}

    before = staffed.record.read(everyone)
    provider.claims |= {"roles": ["admin"], "role": "admin"}
    await goes(office, provider)
    provider.claims |= {"email": "nobody@harbour.example", "sub": "new"}
    assert (await goes(office, provider)).status_code == 422
    assert staffed.record.read(everyone) == before
    assert noted(staffed)[-1] == "single_sign_on_refused"


async def test_a_closed_account_stays_closed(office: Browser, provider: IdentityProvider, staffed: House) -> None:
    await goes(office, provider)
    sam, robin = staffed.staff("Sam").id, staffed.staff("Robin").id
    staffed.record.write(lambda tx: accounts.close_account(tx, staffed.service, sam, robin, staffed.clock()))
    answer = await goes(office, provider)
    assert "Your account here was closed" in answer.text
    assert (await office.get("/rota")).status_code == 401


async def test_an_account_that_is_not_set_up_yet_is_told_to_open_its_link(
    office: Browser, provider: IdentityProvider, staffed: House
) -> None:
    staffed.record.write(lambda tx: accounts.add_staff(tx, "Mo Lee", "worker", staffed.clock(), email="mo@harbour.example"))
    provider.claims |= {"email": "mo@harbour.example", "sub": "mo"}
    assert "Open the sign-up link" in (await goes(office, provider)).text


async def test_two_accounts_with_one_address_are_told_apart_by_people(office: Browser, provider: IdentityProvider, staffed: House) -> None:
    gives_address(staffed, "Alex", EMAIL)
    assert "More than one staff account" in (await goes(office, provider)).text


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"aud": "another-service"},
        {"aud": [CLIENT, "another-service"], "azp": "another-service"},
        {"iss": "https://provider.example.net"},
        {"exp": 1_000_000_000},
        {"iat": 4_000_000_000},
        {"sub": None},
    ],
    ids=lambda claims: next(iter(claims)),
)
async def test_a_token_that_does_not_fit_signs_nobody_in(office: Browser, provider: IdentityProvider, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    answer = await goes(office, provider)
    assert answer.status_code == 422
    assert "nobody was signed in" in answer.text
    assert (await office.get("/rota")).status_code == 401


async def test_a_token_of_an_unknown_key_signs_nobody_in(office: Browser, provider: IdentityProvider) -> None:
    for stranger in (new_key("two"), new_key("one again")):
        provider.signs_with = stranger
        assert "nobody was signed in" in (await goes(office, provider)).text


async def test_a_key_that_the_provider_has_changed_is_found(office: Browser, provider: IdentityProvider) -> None:
    await goes(office, provider)
    provider.key = new_key("two")
    assert (await goes(office, provider)).status_code == 200


async def test_another_sites_link_begins_no_sign_in(office: Browser) -> None:
    answer = await office.get("/sign-in/organisation", **{"sec-fetch-site": "cross-site"})
    assert (answer.status_code, "location" in answer.headers) == (200, False)


async def test_a_return_works_once_in_the_browser_that_left_only(
    office: Browser, provider: IdentityProvider, connected: FastAPI, staffed: House
) -> None:
    left = await office.get("/sign-in/organisation")
    came = provider.allows(left.headers["location"])
    other = Browser(connected, staffed)
    assert "nobody was signed in" in (await back(other, came)).text
    assert (await back(office, came)).status_code == 200
    again = await back(office, came)
    assert again.status_code == 422
    assert "nobody was signed in" in again.text


async def test_a_return_with_another_state_provider_or_after_five_minutes_is_refused(
    office: Browser, provider: IdentityProvider, staffed: House
) -> None:
    for wrong in ({"state": "another"}, {"state": "é"}, {"iss": "https://provider.example.net"}):
        assert "nobody was signed in" in (await goes(office, provider, **wrong)).text
    left = await office.get("/sign-in/organisation")
    later(staffed, minutes=5)
    assert "nobody was signed in" in (await back(office, provider.allows(left.headers["location"]))).text


async def test_a_provider_that_says_no_is_told_as_that(office: Browser, provider: IdentityProvider) -> None:
    left = await office.get("/sign-in/organisation")
    state = provider.allows(left.headers["location"])["state"]
    answer = await back(office, {"error": "access_denied", "state": state})
    assert "said no" in answer.text
    provider.broken = 400
    assert "said no" in (await goes(office, provider)).text


async def test_with_the_provider_away_the_password_still_works(office: Browser, provider: IdentityProvider, staffed: House) -> None:
    left = await office.get("/sign-in/organisation")
    provider.broken = 503
    answer = await back(office, provider.allows(left.headers["location"]))
    assert answer.status_code == 503
    assert "cannot be reached just now" in answer.text
    assert re.search(r'name="password"', answer.text)
    await office.signs_in("Sam")


async def test_a_provider_that_was_never_there_is_told_as_away(app: FastAPI, staffed: House) -> None:
    nowhere = ConsoleSettings(provider=ProviderSettings("http://127.0.0.1:9", CLIENT, SECRET, NAME))
    browser = Browser(create(staffed.record, staffed.service, nowhere, staffed.clock, check=CHECK), staffed)
    answer = await browser.get("/sign-in/organisation")
    assert answer.status_code == 503
    assert "cannot be reached just now" in answer.text
    assert SECRET not in repr(nowhere)


async def test_a_description_of_another_provider_is_not_believed(app: FastAPI, staffed: House, provider: IdentityProvider) -> None:
    by_another_name = ProviderSettings(provider.url.replace("127.0.0.1", "localhost"), CLIENT, SECRET, NAME)
    console = create(staffed.record, staffed.service, ConsoleSettings(provider=by_another_name), staffed.clock, check=CHECK)
    assert (await Browser(console, staffed).get("/sign-in/organisation")).status_code == 503
