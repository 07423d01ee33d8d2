"""Passkeys: each is asked something new and answers it once, on our own site, for an open account, and never counts backwards."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.rehearsal.house import House
from escalation.record.tables import AuditRow, Passkey, SignInChallenge
from escalation.staff import accounts, passkeys
from tests.console.authenticator import Authenticator
from tests.console.conftest import PASSWORD, Browser, Open, code_of, later, token_in

NAMED = "http://localhost:8080"
"""The same machine under a name: at a bare number browsers know no passkeys."""


@pytest.fixture
async def at_home(app: FastAPI, staffed: House) -> AsyncIterator[Browser]:
    """A browser that opened the console under its name; nobody has signed in."""
    made = Browser(app, staffed)
    made.client.base_url = httpx.URL(NAMED)
    yield made
    await made.client.aclose()


async def has_passkey(browser: Browser, name: str, key: Authenticator) -> None:
    """Sign in and add this passkey."""
    await browser.signs_in(name)
    options = (await browser.post("/account/passkeys/options")).json()
    answer = await browser.post("/account/passkeys", answer=key.makes(options), name="Work laptop")
    assert answer.status_code == 303, answer.text
    await browser.post("/sign-out")


async def asked(browser: Browser) -> dict[str, str]:
    found: dict[str, str] = (await browser.post("/sign-in/passkey/options")).json()
    return found


async def enters(browser: Browser, answer: str) -> int:
    """Send what a passkey answered; 303 lets them in."""
    return (await browser.post("/sign-in/passkey", answer=answer)).status_code


def noted(house: House, action: str) -> int:
    return len(house.record.read(lambda tx: list(tx.session.scalars(select(AuditRow).where(AuditRow.action == action)))))


async def test_a_passkey_opens_the_console_without_password_or_code(at_home: Browser, staffed: House) -> None:
    key = Authenticator()
    await has_passkey(at_home, "Sam", key)
    assert await enters(at_home, key.signs(await asked(at_home))) == 303
    page = await at_home.get("/account")
    assert "Work laptop" in page.text
    assert [noted(staffed, action) for action in ("passkey_added", "signed_in")] == [1, 2]


async def test_an_answer_works_once(at_home: Browser) -> None:
    key = Authenticator()
    await has_passkey(at_home, "Sam", key)
    answer = key.signs(await asked(at_home))
    assert await enters(at_home, answer) == 303
    await at_home.client.post("/staff/sign-out", data={"csrf": token_in(await at_home.get("/account"))})
    assert await enters(at_home, answer) == 422


async def test_an_answer_works_in_the_browser_that_was_asked_only(at_home: Browser, app: FastAPI, staffed: House) -> None:
    key = Authenticator()
    await has_passkey(at_home, "Sam", key)
    answer = key.signs(await asked(at_home))
    thief = Browser(app, staffed)
    thief.client.base_url = httpx.URL(NAMED)
    assert await enters(thief, answer) == 422
    await asked(thief)
    assert await enters(thief, answer) == 422


async def test_an_answer_that_comes_late_is_refused(at_home: Browser, staffed: House) -> None:
    key = Authenticator()
    await has_passkey(at_home, "Sam", key)
    options = await asked(at_home)
    later(staffed, minutes=5)
    assert await enters(at_home, key.signs(options)) == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://breakwater.example.net"},
        {"site": "example.net"},
        {"verified": False},
        {"id": b"another passkey that nobody added"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_an_answer_from_elsewhere_or_without_finger_or_pin_is_refused(at_home: Browser, wrong: dict[str, object]) -> None:
    key = Authenticator()
    await has_passkey(at_home, "Sam", key)
    for name, value in wrong.items():
        setattr(key, name, value)
    assert await enters(at_home, key.signs(await asked(at_home))) == 422


async def test_another_keys_signature_is_refused(at_home: Browser) -> None:
    key = Authenticator()
    await has_passkey(at_home, "Sam", key)
    assert await enters(at_home, Authenticator(id=key.id).signs(await asked(at_home))) == 422


async def test_a_passkey_whose_counter_went_back_is_refused_and_noted(at_home: Browser, staffed: House) -> None:
    key = Authenticator(counter=40)
    await has_passkey(at_home, "Sam", key)
    key.counter = 7
    assert await enters(at_home, key.signs(await asked(at_home))) == 422
    assert noted(staffed, "passkey_refused") == 1


async def test_the_passkeys_of_a_closed_account_are_gone(at_home: Browser, staffed: House) -> None:
    key = Authenticator()
    await has_passkey(at_home, "Sam", key)
    options = await asked(at_home)
    sam, robin = staffed.staff("Sam").id, staffed.staff("Robin").id
    staffed.record.write(lambda tx: accounts.close_account(tx, staffed.service, sam, robin, staffed.clock()))
    assert await enters(at_home, key.signs(options)) == 422
    assert staffed.record.read(lambda tx: passkeys.of(tx, sam)) == []


async def test_a_new_sign_up_link_ends_passkeys_too(at_home: Browser, staffed: House) -> None:
    key = Authenticator()
    await has_passkey(at_home, "Sam", key)
    staffed.record.write(lambda tx: accounts.invite_again(tx, staffed.staff("Sam").id, staffed.clock()))
    assert await enters(at_home, key.signs(await asked(at_home))) == 422


async def test_wrong_passwords_on_purpose_keep_nobody_out_who_has_a_passkey(at_home: Browser) -> None:
    key = Authenticator()
    await has_passkey(at_home, "Sam", key)
    for _ in range(5):
        await at_home.gives_password("Sam", "not the password")
    assert await enters(at_home, key.signs(await asked(at_home))) == 303


@pytest.mark.parametrize("answer", ["", "{}", "nothing", "[]", json.dumps({"id": "x", "rawId": "é", "type": "public-key", "response": {}})])
async def test_nonsense_for_an_answer_is_refused(at_home: Browser, answer: str) -> None:
    await asked(at_home)
    assert await enters(at_home, answer) == 422


async def test_nobody_adds_or_removes_a_passkey_without_showing_who_it_is(at_home: Browser, staffed: House) -> None:
    key = Authenticator()
    await has_passkey(at_home, "Sam", key)
    await at_home.signs_in("Sam")
    later(staffed, minutes=10)
    [row] = staffed.record.read(lambda tx: passkeys.of(tx, staffed.staff("Sam").id))
    for path in ("/account/passkeys/options", "/account/passkeys", f"/account/passkeys/{row.id}/remove"):
        assert (await at_home.post(path)).status_code == 409
    assert (await at_home.post("/account/prove", password="not the password", code="")).status_code == 422
    assert (await at_home.post("/account/prove", password=PASSWORD, code="000000")).status_code == 422
    assert (await at_home.post("/account/prove", password=PASSWORD, code=code_of(staffed, "Sam"))).status_code == 303
    assert (await at_home.post(f"/account/passkeys/{row.id}/remove")).status_code == 303
    assert staffed.record.read(lambda tx: passkeys.of(tx, staffed.staff("Sam").id)) == []
    assert noted(staffed, "passkey_removed") == 1


async def test_a_colleagues_passkey_shows_nothing_about_you(app: FastAPI, at_home: Browser, staffed: House) -> None:
    alexs = Authenticator()
    await has_passkey(at_home, "Alex", alexs)
    await at_home.signs_in("Sam")
    later(staffed, minutes=10)
    options = (await at_home.post("/account/prove/passkey/options")).json()
    assert (await at_home.post("/account/prove/passkey", answer=alexs.signs(options))).status_code == 422
    assert (await at_home.post("/account/passkeys/options")).status_code == 409


async def test_nobody_removes_a_colleagues_passkey(at_home: Browser, staffed: House) -> None:
    await has_passkey(at_home, "Alex", Authenticator())
    [row] = staffed.record.read(lambda tx: passkeys.of(tx, staffed.staff("Alex").id))
    await at_home.signs_in("Sam")
    await at_home.post(f"/account/passkeys/{row.id}/remove")
    assert staffed.record.read(lambda tx: passkeys.of(tx, staffed.staff("Alex").id))


async def test_the_same_passkey_is_kept_once_and_an_account_has_ten_at_most(at_home: Browser, staffed: House) -> None:
    await at_home.signs_in("Sam")
    keys = [Authenticator() for _ in range(passkeys.MOST + 1)]
    for key in (keys[0], *keys):
        options = (await at_home.post("/account/passkeys/options")).json()
        await at_home.post("/account/passkeys", answer=key.makes(options), name="")
    kept = staffed.record.read(lambda tx: passkeys.of(tx, staffed.staff("Sam").id))
    assert [row.name for row in kept] == ["Another browser on an unknown system"] * passkeys.MOST


async def test_at_an_address_without_a_name_the_page_says_where_passkeys_work(browser: Open) -> None:
    sam = await browser("Sam")
    assert f'href="{NAMED}/staff/account"' in (await sam.get("/account")).text
    assert "Sign in with a passkey" not in (await (await browser("")).get("/sign-in")).text
    assert (await sam.post("/account/passkeys/options")).status_code == 409


async def test_what_was_asked_is_forgotten_once_it_is_late(at_home: Browser, staffed: House) -> None:
    for _ in range(3):
        await asked(at_home)
        later(staffed, minutes=6)
    assert len(staffed.record.read(lambda tx: list(tx.session.scalars(select(SignInChallenge))))) == 1


async def test_of_a_passkey_the_record_has_nothing_that_could_sign(at_home: Browser, staffed: House) -> None:
    key = Authenticator()
    await has_passkey(at_home, "Sam", key)
    private = key.key.private_numbers().private_value.to_bytes(32, "big")
    [row] = staffed.record.read(lambda tx: list(tx.session.scalars(select(Passkey))))
    assert private not in row.public_key
