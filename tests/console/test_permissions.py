"""Every route of the console against every role, and against nobody."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI

from bot.permissions import document as permissions
from bot.rehearsal.house import House
from escalation.console.permissions import PUBLIC, TABLE, Gate, GatedRoute, gated_routes
from tests.console.conftest import Browser, Open

ROLES = {"worker": "Sam", "lead": "Jo", "editor": "Kit", "admin": "Robin"}
EVERYBODY = "worker lead editor admin nobody"
SIGNED_IN = "worker lead editor admin"

WHO_MAY = {
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "GET /invite/{token}": EVERYBODY,
    "POST /invite/{token}": EVERYBODY,
    "GET /invite/{token}/code": EVERYBODY,
    "POST /invite/{token}/code": EVERYBODY,
    "GET /code": SIGNED_IN,
    "POST /code": SIGNED_IN,
    "GET /": SIGNED_IN,
    "GET /account": SIGNED_IN,
    "GET /here": SIGNED_IN,
    "POST /sign-in/passkey": EVERYBODY,
    "POST /sign-in/passkey/options": EVERYBODY,
    "GET /sign-in/organisation": EVERYBODY,
    "GET /sign-in/organisation/back": EVERYBODY,
    **{
        f"POST /account/{what}": SIGNED_IN
        for what in (
            *("password", "prove", "prove/passkey", "prove/passkey/options"),
            *("passkeys", "passkeys/options", "passkeys/{passkey_id}/remove", "sessions/{digest}/end"),
        )
    },
    "GET /account/prove": SIGNED_IN,
    "GET /waiting": "worker lead",
    "GET /waiting/count": "worker lead",
    "POST /waiting/quiet": "worker lead",
    "POST /choices": SIGNED_IN,
    "GET /events": "worker lead",
    "GET /cases": "worker lead",
    "GET /cases/{case_id}": "worker lead",
    "GET /cases/{case_id}/reads": "lead",
    "GET /audit": "lead admin",
    "GET /cases/{case_id}/release": "lead",
    "POST /cases/{case_id}/release": "lead",
    "GET /cases/{case_id}/referral": "worker lead",
    "POST /cases/{case_id}/referral": "worker lead",
    "POST /cases/{case_id}/referral/ask": "worker lead",
    "POST /cases/{case_id}/pick-up": "worker lead",
    "POST /cases/{case_id}/say": "worker lead",
    "POST /cases/{case_id}/draft": "worker lead",
    "POST /cases/{case_id}/typing": "worker lead",
    "POST /cases/{case_id}/close": "worker lead",
    "POST /cases/{case_id}/hand-back": "worker lead",
    "POST /cases/{case_id}/closing": "worker lead",
    "POST /cases/{case_id}/closing/not-yet": "worker lead",
    "POST /cases/{case_id}/plan": "worker lead",
    "POST /cases/{case_id}/check-in": "worker lead",
    "POST /debriefs/{debrief_id}": "worker lead",
    **{
        f"POST /cases/{{case_id}}/{what}": "worker lead"
        for what in (
            *("form", "note", "context", "wants", "level", "hold", "ask-lead", "challenge"),
            *("share", "do-not-share", "duties/{duty_id}", "pass-on", "passed-on"),
            *("transfer", "transfer/drop", "second", "second/leave"),
        )
    },
    "POST /cases/{case_id}/link": "lead",
    "POST /questions/{question_id}": "lead",
    "GET /flags": "lead",
    "GET /supervisor": "lead",
    "GET /insight": "lead admin",
    "GET /insight/{month}": "lead admin",
    "GET /insight/{month}/{figure}.csv": "lead admin",
    "POST /flags/{case_id}": "lead",
    "GET /concerns": "lead",
    "POST /concerns/{concern_id}": "lead",
    "POST /cases/{case_id}/call-back/done": "worker lead",
    "GET /rota": "worker lead admin",
    "POST /rota": "lead admin",
    "POST /rota/{shift_id}/remove": "lead admin",
    "POST /rota/{shift_id}/change": "lead admin",
    "GET /rota.ics": "worker lead admin",
    "POST /rota/{shift_id}/swap": "worker lead",
    "POST /rota/swaps/{swap_id}/take": "worker lead",
    "POST /rota/swaps/{swap_id}/withdraw": "worker lead",
    "POST /rota/away": "worker lead",
    "POST /rota/back": "worker lead",
    "POST /rota/holidays": "worker lead admin",
    "POST /rota/holidays/{absence_id}/cancel": "worker lead admin",
    "GET /health": "lead admin",
    "GET /first-run/begin/{token}": EVERYBODY,
    "POST /first-run/begin/{token}": EVERYBODY,
    "GET /first-run": "admin",
    **{f"POST /first-run/{step}": "admin" for step in ("organisation", "people", "rota", "telegram", "out-of-hours", "drill")},
    "POST /team/{staff_id}/work": "admin",
    "GET /team": "admin",
    "POST /team": "admin",
    "POST /team/{staff_id}/invite": "admin",
    "POST /team/{staff_id}/dates": "admin",
    "POST /team/{staff_id}/role": "admin",
    "POST /team/{staff_id}/email": "admin",
    "POST /team/{staff_id}/end-sessions": "admin",
    "POST /team/{staff_id}/close": "admin",
    **{f"GET /settings{page}": "lead admin" for page in ("", "/times", "/checking", "/retention")},
    "GET /settings/helplines/{area}": "lead editor admin",
    "POST /settings/times/{name}": "lead admin",
    "POST /settings/times/{name}/back": "lead admin",
    "POST /settings/helplines/{area}/back": "lead admin",
    "POST /settings/helplines/{area}/{contact_id}": "lead admin",
    "POST /settings/retention": "admin",
    "POST /settings/retention/back": "admin",
    "POST /sign-out": SIGNED_IN,
    "POST /sign-out-everywhere": SIGNED_IN,
}


def routes(app: FastAPI) -> list[str]:
    return [f"{method} {route.path}" for route in gated_routes(list(app.routes)) for method in sorted((route.methods or set()) - {"HEAD"})]


async def asked(browser: Browser, route: str) -> int:
    """The status of the answer; 200 for a stream, which has begun and does not end by itself."""
    method, _, path = route.partition(" ")
    path = path.replace("{", "x").replace("}", "")
    request = browser.get(path) if method == "GET" else browser.post(path)
    try:
        return (await asyncio.wait_for(request, 4 if path == "/events" else 20)).status_code
    except TimeoutError:
        return 200


def test_the_table_names_every_route_and_no_other(app: FastAPI) -> None:
    assert sorted(routes(app)) == sorted(WHO_MAY)


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_what_the_table_gives_it_and_no_more(browser: Open, staffed: House, role: str) -> None:
    someone = await browser(ROLES[role])
    for route, who in WHO_MAY.items():
        status = await asked(someone, route)
        assert (status not in (401, 403)) == (role in who.split()), f"{role}: {route} answered {status}"
        if "sign-out" in route:
            assert status == 303
            someone = await browser(ROLES[role])


async def test_nobody_gets_further_than_the_door(browser: Open) -> None:
    nobody = await browser("")
    for route, who in WHO_MAY.items():
        status = await asked(nobody, route)
        assert (status == 401) == ("nobody" not in who.split()), f"{route} answered {status}"


async def test_a_right_password_alone_opens_the_code_page_and_nothing_else(browser: Open) -> None:
    half = await browser("")
    await half.gives_password("Sam")
    for route, who in WHO_MAY.items():
        if route not in ("GET /code", "POST /code", "POST /sign-in"):
            assert (await asked(half, route) == 401) == ("nobody" not in who.split()), route


def test_the_document_says_who_opens_what_as_the_code_has_it() -> None:
    document = Path(__file__).parents[2] / "docs" / "permissions.md"
    again = "python -m bot.permissions > docs/permissions.md"
    assert document.read_text(encoding="utf-8") == permissions(), f"run {again}"


def test_a_route_without_a_permission_cannot_be_added() -> None:
    router = APIRouter(route_class=GatedRoute)
    with pytest.raises(TypeError, match="declares exactly one permission"):
        router.add_api_route("/open", lambda: {"open": True})


def test_a_permission_that_is_not_in_the_table_cannot_be_declared() -> None:
    with pytest.raises(KeyError):
        Gate("see_everything")


def test_only_the_door_is_public(app: FastAPI) -> None:
    public = {route.path for route in gated_routes(list(app.routes)) if route.permission == PUBLIC}
    assert public == {
        "/sign-in",
        "/sign-in/passkey",
        "/sign-in/passkey/options",
        "/sign-in/organisation",
        "/sign-in/organisation/back",
        "/invite/{token}",
        "/invite/{token}/code",
        "/first-run/begin/{token}",
    }


def test_the_table_knows_only_the_four_roles() -> None:
    assert {role for roles in TABLE.values() for role in roles} == set(ROLES)
