"""Signing in through the organisation's own sign-in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from escalation.console import door
from escalation.console.addresses import console_address
from escalation.console.pages import page
from escalation.console.permissions import PUBLIC, Gate, GatedRoute
from escalation.console.problems import Problem
from escalation.console.routes.sign_in import sign_in_page
from escalation.console.state import Console, browser_of
from escalation.staff import challenges, single_sign_on
from escalation.staff.provider import Provider, ProviderAway, ProviderError, ProviderRefused
from escalation.staff.single_sign_on import Refusal

router = APIRouter(route_class=GatedRoute)
Anyone = Annotated[None, Depends(Gate(PUBLIC))]

_PURPOSE = "single_sign_on"
_OTHERWISE = "Your name and password work here too."
AWAY = f"Your organisation's sign-in cannot be reached just now. Try again in a few minutes. {_OTHERWISE}"
SAID_NO = f"Your organisation's sign-in said no. Try again, or ask whoever looks after it. {_OTHERWISE}"
NOT_CHECKED = "That sign-in could not be checked, so nobody was signed in. Start again from this page."
WHY_NOT = {
    Refusal.UNKNOWN: "Your organisation knows you, but no staff account here has your e-mail address. Ask your administrator to put that address on your account.",
    Refusal.SEVERAL: "More than one staff account here has your e-mail address. Ask your administrator to leave it with one of them.",
    Refusal.ANOTHER: "The account with your e-mail address is linked to another person's sign-in. Ask your administrator for a new sign-up link.",
    Refusal.CLOSED: "Your account here was closed. If that is wrong, ask your administrator.",
    Refusal.NOT_SET_UP: "Your account is not set up yet. Open the sign-up link from your administrator first, then this works.",
}


@router.get("/sign-in/organisation")
async def leave(request: Request, _: Anyone, going_to: str = "") -> Response:
    """Off to the provider, when somebody pressed the button; another site's link leads to the sign-in page only."""
    console, provider = _console(request), _provider(request)
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return sign_in_page(request)
    if not console.may_ask(door.caller(request)):
        return sign_in_page(request, 429, wrong=door.TOO_MANY)
    try:
        begun = await provider.begin(_back(request), console.clock())
    except ProviderAway:
        return sign_in_page(request, 503, wrong=AWAY)
    token = door.new_token()
    secret = begun.secret | {"going_to": going_to[:500]}
    await console.record.awrite(lambda tx: challenges.ask(tx, token, _PURPOSE, secret, console.clock()))
    response = RedirectResponse(begun.url, 303)
    door.tie(request, response, token)
    return response


@router.get("/sign-in/organisation/back")
async def come_back(request: Request, _: Anyone) -> Response:
    """Back from the provider, by a link of another site: the session goes into the browser, and a page of ours leads on."""
    console, provider = _console(request), _provider(request)
    token, browser, now = door.token_of(request), browser_of(request), console.clock()
    secret = await console.record.awrite(lambda tx: challenges.take(tx, token, _PURPOSE, now))
    if secret is None:
        return sign_in_page(request, 422, wrong=NOT_CHECKED)
    try:
        vouched = await provider.vouched(_back(request), secret, dict(request.query_params), now)
    except ProviderError as error:
        return _explained(request, error)
    entered = await console.record.awrite(lambda tx: single_sign_on.enter(tx, vouched, browser, now))
    if isinstance(entered, Refusal):
        return sign_in_page(request, 422, wrong=WHY_NOT[entered])
    response = page(request, "going.html", None, to=door.next_page(request, entered, secret["going_to"]))
    console.remember(response, entered.token)
    return response


def _explained(request: Request, error: ProviderError) -> Response:
    if isinstance(error, ProviderAway):
        return sign_in_page(request, 503, wrong=AWAY)
    return sign_in_page(request, 422, wrong=SAID_NO if isinstance(error, ProviderRefused) else NOT_CHECKED)


def _back(request: Request) -> str:
    return f"{console_address(request)}/sign-in/organisation/back"


def _provider(request: Request) -> Provider:
    provider = _console(request).provider
    if provider is None:
        raise Problem(404, "Your organisation's own sign-in is not connected here. Use your name and password")
    return provider


def _console(request: Request) -> Console:
    console: Console = request.app.state.console
    return console
