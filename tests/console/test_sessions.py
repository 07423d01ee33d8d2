"""Where somebody is signed in: seen, ended, and worth nothing to whoever copies it into another browser."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House
from escalation.case import Stage
from escalation.consent import Scope
from escalation.record.tables import AuditRow, CaseRow
from escalation.staff import accounts, browsers
from escalation.staff.accounts import AccountError
from tests.console.conftest import PASSWORD, Arrivals, Browser, Open, code_of, later, token_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
NEWER_FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"


def noted(house: House, action: str) -> int:
    return len(house.record.read(lambda tx: list(tx.session.scalars(select(AuditRow).where(AuditRow.action == action)))))


async def in_firefox(browser: Open, name: str) -> Browser:
    made = await browser("")
    made.client.headers["user-agent"] = FIREFOX
    return await made.signs_in(name)


async def test_a_session_stolen_and_used_elsewhere_ends_for_both_and_is_noted(browser: Open, staffed: House) -> None:
    sam, thief = await in_firefox(browser, "Sam"), await browser("")
    thief.client.headers["user-agent"] = IPHONE
    thief.client.cookies = sam.client.cookies
    assert (await thief.get("/waiting")).status_code == 401
    assert (await sam.get("/waiting")).status_code == 401
    assert noted(staffed, "session_elsewhere") == 1


async def test_half_a_session_stolen_before_the_code_is_worth_nothing_either(browser: Open, staffed: House) -> None:
    sam, thief = await browser(""), await browser("")
    await sam.gives_password("Sam")
    thief.client.headers["user-agent"] = IPHONE
    thief.client.cookies = sam.client.cookies
    assert (await thief.post("/code", code=code_of(staffed, "Sam"))).status_code == 401


async def test_an_update_of_the_browser_ends_no_session(browser: Open) -> None:
    sam = await in_firefox(browser, "Sam")
    sam.client.headers["user-agent"] = NEWER_FIREFOX
    assert (await sam.get("/waiting")).status_code == 200


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on an iPhone or iPad"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari on a Mac"),
        ("Mozilla/5.0 (X11; CrOS x86_64 16181.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome on a Chromebook"),
        ("", "Another browser on an unknown system"),
    ],
    ids=lambda value: value[-24:],
)  # fmt: skip
def test_a_browser_is_known_by_its_kind(user_agent: str, kind: str) -> None:
    assert browsers.kind(user_agent) == kind


async def test_the_page_lists_where_somebody_is_signed_in_and_ends_one(browser: Open, staffed: House) -> None:
    desk, phone = await in_firefox(browser, "Sam"), await browser("")
    phone.client.headers["user-agent"] = IPHONE
    await phone.signs_in("Sam")
    shown = (await phone.get("/account")).text
    assert "Firefox on Windows" in shown
    [other] = re.findall(r"/account/sessions/(\w+)/end", shown)
    assert (await phone.post(f"/account/sessions/{other}/end")).status_code == 303
    assert (await desk.get("/waiting")).status_code == 401
    assert (await phone.get("/waiting")).status_code == 200
    assert noted(staffed, "session_ended") == 1


async def test_nobody_ends_a_colleagues_session(browser: Open, staffed: House) -> None:
    sam, alex = await browser("Sam"), await in_firefox(browser, "Alex")
    second = await in_firefox(browser, "Alex")
    [of_alex] = re.findall(r"/account/sessions/(\w+)/end", (await second.get("/account")).text)
    await sam.post(f"/account/sessions/{of_alex}/end")
    assert (await alex.get("/waiting")).status_code == 200


async def test_a_session_that_ran_out_is_not_listed(browser: Open, staffed: House) -> None:
    await in_firefox(browser, "Sam")
    later(staffed, minutes=30)
    sam = await browser("Sam")
    assert "Firefox on Windows" not in (await sam.get("/account")).text


async def test_the_administrator_signs_somebody_out_everywhere(browser: Open, staffed: House) -> None:
    sam, robin = await browser("Sam"), await browser("Robin")
    await robin.post(f"/team/{staffed.staff('Sam').id}/end-sessions")
    assert (await sam.get("/waiting")).status_code == 401
    assert (await robin.get("/team")).status_code == 200
    assert noted(staffed, "signed_out_everywhere") == 1


async def test_another_role_ends_sessions_and_what_the_role_may_not_hold_goes_back(
    browser: Open, staffed: House, arrivals: Arrivals
) -> None:
    sam, robin = await browser("Sam"), await browser("Robin")
    case_id = arrivals.agreed(Scope.CHAT)
    await sam.post(f"/cases/{case_id}/pick-up")
    assert (await robin.post(f"/team/{staffed.staff('Sam').id}/role", role="editor")).status_code == 303
    assert (await sam.get("/account")).status_code == 401
    case = staffed.record.read(lambda tx: tx.session.get_one(CaseRow, case_id))
    assert (case.stage, case.worker_id) == (Stage.WAITING, None)
    assert (await (await browser("Sam")).get("/waiting")).status_code == 403
    assert noted(staffed, "staff_role") == 1


async def test_a_worker_who_becomes_a_lead_keeps_their_conversation(browser: Open, staffed: House, arrivals: Arrivals) -> None:
    sam, robin = await browser("Sam"), await browser("Robin")
    case_id = arrivals.agreed(Scope.CHAT)
    await sam.post(f"/cases/{case_id}/pick-up")
    await robin.post(f"/team/{staffed.staff('Sam').id}/role", role="lead")
    assert staffed.record.read(lambda tx: tx.session.get_one(CaseRow, case_id)).worker_id == staffed.staff("Sam").id


@pytest.mark.parametrize("role", ["worker", "manager"])
async def test_the_only_administrator_stays_one_and_a_role_is_one_of_four(staffed: House, browser: Open, role: str) -> None:
    robin = staffed.staff("Robin").id if (await browser("Robin")) else ""
    with pytest.raises(AccountError):
        staffed.record.write(lambda tx: accounts.change_role(tx, staffed.service, robin, robin, role, staffed.clock()))


async def test_a_new_password_ends_every_other_session_and_the_old_one_no_longer_works(browser: Open, staffed: House) -> None:
    here, there = await browser("Sam"), await browser("Sam")
    anew = "nine loud gulls sleep"
    assert (await here.post("/account/password", password="short", again="short")).status_code == 422
    assert (await here.post("/account/password", password=anew, again=anew + "x")).status_code == 422
    assert (await here.post("/account/password", password=anew, again=anew)).status_code == 303
    assert [(await one.get("/waiting")).status_code for one in (here, there)] == [200, 401]
    someone = await browser("")
    assert (await someone.gives_password("Sam", PASSWORD)).status_code == 422
    assert (await someone.gives_password("Sam", anew)).status_code == 303
    assert noted(staffed, "password_changed") == 1


async def test_a_screen_left_open_changes_no_password(browser: Open, staffed: House) -> None:
    sam = await browser("Sam")
    later(staffed, minutes=10)
    answer = await sam.post("/account/password", password="nine loud gulls sleep", again="nine loud gulls sleep")
    assert answer.headers["location"] == "/staff/account/prove"
    sam.csrf = token_in(await sam.get("/account"))
    assert (await (await browser("")).gives_password("Sam", PASSWORD)).status_code == 303


async def test_wrong_tries_to_show_who_it_is_count_as_wrong_tries(browser: Open, staffed: House) -> None:
    sam = await browser("Sam")
    for _ in range(5):
        assert (await sam.post("/account/prove", password="not the password", code="000000")).status_code == 422
    right = await sam.post("/account/prove", password=PASSWORD, code=code_of(staffed, "Sam"))
    assert right.status_code == 422
    assert noted(staffed, "account_locked") == 1
