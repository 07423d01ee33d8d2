"""Signing in: a password, then a code that works once; and what a wrong try tells, which is nothing."""

from __future__ import annotations

import re

import pyotp
import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError
from fastapi import FastAPI
from sqlalchemy import select

from bot.rehearsal.house import House
from escalation.console.app import ConsoleSettings, create
from escalation.record import audit
from escalation.record.tables import AuditRow, StaffSession
from escalation.staff import accounts, demo_staff, passwords
from escalation.staff.accounts import AccountError
from tests.console.conftest import PASSWORD, SITE, Browser, Open, code_of, later, token_in
from tests.published import CHECK


async def test_password_and_code_open_the_console(browser: Open) -> None:
    sam = await browser("Sam")
    assert "Waiting now" in (await sam.get("/waiting")).text


async def test_each_role_lands_on_its_own_first_page(browser: Open) -> None:
    for name, page in (("Sam", "/waiting"), ("Jo", "/waiting"), ("Kit", "/desk"), ("Robin", "/team")):
        someone = await browser(name)
        assert (await someone.get("/")).headers["location"] == f"/staff{page}"


async def test_after_signing_in_the_page_that_was_asked_for_comes_back(browser: Open, staffed: House) -> None:
    sam = await browser("")
    assert 'name="going_to" value="/staff/rota"' in (await sam.get("/rota")).text
    await sam.gives_password("Sam")
    answer = await sam.post("/code", code=code_of(staffed, "Sam"), going_to="/staff/rota")
    assert answer.headers["location"] == "/staff/rota"


@pytest.mark.parametrize("elsewhere", ["//evil.test/", "https://evil.test/", "/staff/../../x\\@evil.test", "/other"])
async def test_signing_in_never_leads_to_another_site(browser: Open, staffed: House, elsewhere: str) -> None:
    sam = await browser("")
    await sam.gives_password("Sam")
    answer = await sam.post("/code", code=code_of(staffed, "Sam"), going_to=elsewhere)
    assert answer.headers["location"].startswith("/staff/")


async def test_wrong_name_wrong_password_and_closed_account_get_the_same_answer(browser: Open, staffed: House) -> None:
    staffed.record.write(
        lambda tx: accounts.close_account(tx, staffed.service, staffed.staff("Alex").id, staffed.staff("Robin").id, staffed.clock())
    )
    someone = await browser("")
    tries = [("Sam", "not the password"), ("Nobody Known", PASSWORD), ("Alex", PASSWORD)]
    pages = {re.sub(r'value="[^"]*"', "", (await someone.gives_password(*who)).text) for who in tries}
    assert len(pages) == 1
    assert "That did not work" in pages.pop()


async def test_five_wrong_tries_lock_the_account_for_fifteen_minutes(browser: Open, staffed: House) -> None:
    someone = await browser("")
    for _ in range(5):
        await someone.gives_password("Sam", "not the password")
    assert (await someone.gives_password("Sam")).status_code == 422
    later(staffed, minutes=15)
    assert (await someone.gives_password("Sam")).status_code == 303


async def test_wrong_codes_count_as_wrong_tries_too(browser: Open, staffed: House) -> None:
    sam = await browser("")
    for _ in range(5):
        await sam.gives_password("Sam")
        assert (await sam.post("/code", code="000 000")).status_code == 422
    assert (await sam.gives_password("Sam")).status_code == 422
    assert staffed.record.read(lambda tx: [row.action for row in tx.session.scalars(select(AuditRow))]).count("account_locked") == 1


async def test_many_wrong_tries_from_one_address_end_there_for_every_name(app: FastAPI, staffed: House) -> None:
    there = Browser(app, staffed, "10.1.1.1")
    for number in range(30):
        await there.gives_password(f"Guess {number}")
    assert (await there.gives_password("Sam")).status_code == 429
    assert (await Browser(app, staffed, "10.1.1.2").gives_password("Sam")).status_code == 303


async def test_a_code_works_once(browser: Open, staffed: House) -> None:
    one, two = await browser(""), await browser("")
    await one.gives_password("Sam")
    await two.gives_password("Sam")
    code = code_of(staffed, "Sam")
    assert (await one.post("/code", code=code)).status_code == 303
    assert (await two.post("/code", code=code)).status_code == 422


async def test_an_old_code_does_not_work(browser: Open, staffed: House) -> None:
    sam = await browser("")
    await sam.gives_password("Sam")
    code = code_of(staffed, "Sam")
    later(staffed, minutes=2)
    assert (await sam.post("/code", code=code)).status_code == 422


async def test_a_session_ends_when_nobody_clicks_and_watching_alone_does_not_prolong_it(browser: Open, staffed: House) -> None:
    sam = await browser("Sam")
    for _ in range(3):
        later(staffed, minutes=20)
        assert (await sam.get("/waiting")).status_code == 200
    later(staffed, minutes=20)
    assert (await sam.get("/waiting", **{"x-background": "1"})).status_code == 200
    later(staffed, minutes=11)
    assert (await sam.get("/waiting")).status_code == 401


async def test_a_session_ends_after_twelve_hours_in_any_case(browser: Open, staffed: House) -> None:
    sam = await browser("Sam")
    for _ in range(47):
        later(staffed, minutes=15)
        assert (await sam.get("/waiting")).status_code == 200
    later(staffed, minutes=16)
    assert (await sam.get("/waiting")).status_code == 401


async def test_signing_out_ends_this_session_and_everywhere_ends_all(browser: Open) -> None:
    here, there = await browser("Sam"), await browser("Sam")
    await here.post("/sign-out")
    assert (await here.get("/waiting")).status_code == 401
    assert (await there.get("/waiting")).status_code == 200
    third = await browser("Sam")
    await third.post("/sign-out-everywhere")
    assert (await there.get("/waiting")).status_code == 401


async def test_closing_an_account_ends_its_sessions_at_once(browser: Open, staffed: House) -> None:
    sam, robin = await browser("Sam"), await browser("Robin")
    await robin.post(f"/team/{staffed.staff('Sam').id}/close")
    assert (await sam.get("/waiting")).status_code == 401


async def test_the_session_before_the_code_is_not_the_one_after_it(browser: Open, staffed: House) -> None:
    sam = await browser("")
    await sam.gives_password("Sam")
    before = sam.client.cookies["breakwater"]
    await sam.post("/code", code=code_of(staffed, "Sam"))
    after = sam.client.cookies["breakwater"]
    assert before != after
    stored = staffed.record.read(lambda tx: [row.token for row in tx.session.scalars(select(StaffSession))])
    assert not {before, after} & set(stored)


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: FastAPI, staffed: House) -> None:
    answer = await Browser(app, staffed).gives_password("Sam")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def test_over_https_the_cookie_is_bound_to_the_host(staffed: House, app: FastAPI) -> None:
    secure = create(staffed.record, staffed.service, ConsoleSettings(public_url=SITE, secure_cookies=True), staffed.clock, check=CHECK)
    answer = await Browser(secure, staffed).post("/sign-in", name="Sam", password=PASSWORD)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-breakwater=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


async def test_signing_in_is_noted_in_the_audit(browser: Open, staffed: House) -> None:
    await browser("Sam")
    notes = staffed.record.read(lambda tx: [(row.action, row.staff_id) for row in tx.session.scalars(select(AuditRow))])
    assert ("signed_in", staffed.staff("Sam").id) in notes
    assert staffed.record.read(audit.first_broken) is None


async def test_demo_accounts_see_their_code_in_the_demo_and_nowhere_else(staffed: House, app: FastAPI) -> None:
    log_ins = {found.name: found for found in staffed.record.write(lambda tx: demo_staff.ensure(tx, staffed.clock()))}
    assert "Sam" not in log_ins, "a real account of the same name is left alone"
    staffed.record.write(lambda tx: setattr(accounts.named(tx, "Sam"), "demo", True))
    [sam] = [found for found in staffed.record.write(lambda tx: demo_staff.ensure(tx, staffed.clock())) if found.name == "Sam"]
    demo = Browser(create(staffed.record, staffed.service, ConsoleSettings(demo=True), staffed.clock, check=CHECK), staffed)
    await demo.gives_password("Sam", sam.password)
    shown = re.search(r"Demo only: your code is now (\d{3} \d{3})", (await demo.get("/code")).text)
    assert shown
    assert (await demo.post("/code", code=shown.group(1))).status_code == 303
    real = Browser(app, staffed)
    await real.gives_password("Sam", sam.password)
    assert "Demo only" not in (await real.get("/code")).text
    assert staffed.record.read(demo_staff.open_ones) == ["Sam"]


async def test_a_demo_account_whose_codes_are_used_up_is_told_when_the_next_one_comes(staffed: House) -> None:
    [kit] = [found for found in staffed.record.write(lambda tx: demo_staff.ensure(tx, staffed.clock())) if found.name == "Kit"]
    app = create(staffed.record, staffed.service, ConsoleSettings(demo=True), staffed.clock, check=CHECK)
    for _ in range(2):
        one = Browser(app, staffed)
        await one.gives_password("Kit", kit.password)
        shown = re.search(r"your code is now (\d{3} \d{3})", (await one.get("/code")).text)
        assert shown
        assert (await one.post("/code", code=shown.group(1))).status_code == 303
    third = Browser(app, staffed)
    await third.gives_password("Kit", kit.password)
    assert "your next one comes in 30 seconds" in (await third.get("/code")).text
    later(staffed, seconds=30)
    assert "your code is now" in (await third.get("/code")).text


async def test_a_real_account_never_sees_its_code_even_in_the_demo(staffed: House, app: FastAPI) -> None:
    demo = Browser(create(staffed.record, staffed.service, ConsoleSettings(demo=True), staffed.clock, check=CHECK), staffed)
    await demo.gives_password("Sam")
    assert "Demo only" not in (await demo.get("/code")).text


async def test_an_invite_makes_a_password_and_a_code_app_once(browser: Open, staffed: House) -> None:
    made = staffed.record.write(lambda tx: accounts.add_staff(tx, "Mo Lee", "worker", staffed.clock()))
    mo = await browser("")
    page = f"/invite/{made.token}"
    assert "Welcome, Mo" in (await mo.get(page)).text
    assert "not the same" in (await mo.post(page, password=PASSWORD, again=PASSWORD + "x")).text
    assert (await mo.post(page, password=PASSWORD, again=PASSWORD)).status_code == 303
    shown = (await mo.get(f"{page}/code")).text
    assert "<svg" in shown
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", shown)
    assert secret
    assert (await mo.post(f"{page}/code", code="000000")).status_code == 422
    totp = pyotp.TOTP(secret.group(1).replace(" ", ""))
    assert (await mo.post(f"{page}/code", code=totp.at(staffed.clock()))).status_code == 303
    assert (await mo.get(page)).status_code == 404
    await mo.signs_in("Mo Lee")


async def test_an_account_cannot_sign_in_before_its_code_app_is_set_up(browser: Open, staffed: House) -> None:
    made = staffed.record.write(lambda tx: accounts.add_staff(tx, "Mo Lee", "worker", staffed.clock()))
    mo = await browser("")
    await mo.post(f"/invite/{made.token}", password=PASSWORD, again=PASSWORD)
    assert (await mo.gives_password("Mo Lee")).status_code == 422


async def test_an_invite_runs_out_after_three_days(browser: Open, staffed: House) -> None:
    made = staffed.record.write(lambda tx: accounts.add_staff(tx, "Mo Lee", "worker", staffed.clock()))
    later(staffed, hours=72)
    answer = await (await browser("")).get(f"/invite/{made.token}")
    assert answer.status_code == 404
    assert "ask your administrator" in answer.text


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234",
        "Passw0rd!2024",
        "123456789012",
        "aaaaaaaaaaaaaa",
        "qwertyuiop12",
        "Liverpool2024!!",
        "samsamsamsam1",
        "x" * 300,
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_with_a_reason(password: str) -> None:
    assert passwords.weakness(password, "Sam Reed")


@pytest.mark.parametrize("password", ["seven quiet herons dance", "correct horse battery", "7$Kq!92^xZ#4vP", "tulip-kettle-raven-plum"])
def test_a_good_password_is_taken(password: str) -> None:
    assert passwords.weakness(password, "Sam Reed") is None


def test_a_name_that_nobody_has_costs_as_long_as_a_wrong_password() -> None:
    assert extract_parameters(passwords._NOBODY) == extract_parameters(passwords.HASHER.hash(PASSWORD))
    with pytest.raises(VerifyMismatchError):  # a hash that is not whole would be refused at once
        passwords.HASHER.verify(passwords._NOBODY, PASSWORD)
    assert not passwords.matches(None, PASSWORD)


@pytest.mark.parametrize(
    ("name", "role"), [("sam", "worker"), ("  SAM ", "worker"), ("", "worker"), ("Mo", "manager"), ("x" * 81, "worker")]
)
def test_an_account_that_cannot_be_is_refused_in_words(staffed: House, name: str, role: str) -> None:
    with pytest.raises(AccountError):
        staffed.record.write(lambda tx: accounts.add_staff(tx, name, role, staffed.clock()))


async def test_a_page_that_outlived_its_session_can_fetch_a_new_token(browser: Open) -> None:
    sam = await browser("Sam")
    assert (await sam.get("/here")).json() == {"csrf": token_in(await sam.get("/account"))}
