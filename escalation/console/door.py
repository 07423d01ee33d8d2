"""What every way of signing in shares: how often one address may try, what ties an answer to its browser, and where it leads."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from fastapi import Request, Response

from escalation.console.pages import redirect
from escalation.console.permissions import allowed
from escalation.console.state import Console
from escalation.staff.challenges import ANSWER_WITHIN
from escalation.staff.sign_in import Entered

TOO_MANY = "There were many wrong tries from here. Wait 15 minutes, then try again."


def caller(request: Request) -> str:
    """The network address that asks."""
    return request.client.host if request.client else ""


def tie(request: Request, response: Response, token: str) -> None:
    """Give the browser what its answer will be known by. It comes back from another site too, since sign-in may lead there."""
    console: Console = request.app.state.console
    response.set_cookie(
        _cookie(console),
        token,
        max_age=int(ANSWER_WITHIN.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=console.settings.secure_cookies,
        path="/",
    )


def new_token() -> str:
    """Something only one browser will know."""
    return secrets.token_urlsafe(32)


def token_of(request: Request) -> str:
    """What this browser was given when it was asked; empty where it was not."""
    console: Console = request.app.state.console
    return request.cookies.get(_cookie(console), "")


def let_in(request: Request, entered: Entered, going_to: str) -> Response:
    """On to the first page, with the session in the browser."""
    console: Console = request.app.state.console
    response = redirect(request, next_page(request, entered, going_to))
    console.remember(response, entered.token)
    return response


def next_page(request: Request, entered: Entered, going_to: str) -> str:
    """The page after this step: for the code while it is still to be given, else the first."""
    if not entered.passed_totp:
        return f"/code?{urlencode({'going_to': going_to})}"
    return home(request, entered.role, going_to)


def home(request: Request, role: str, going_to: str) -> str:
    """Where somebody lands: the page they asked for before, if it is one of ours, else the first that their role opens."""
    base = request.scope.get("root_path", "")
    if going_to.startswith(f"{base}/") and not going_to.startswith(("//", "/\\")):
        return going_to.removeprefix(base)
    pages = {"see_queue": "/waiting", "see_desk": "/desk", "manage_staff": "/team", "own_account": "/account"}
    return next(path for permission, path in pages.items() if allowed(role, permission))


def _cookie(console: Console) -> str:
    return f"{console.settings.cookie}-door"
