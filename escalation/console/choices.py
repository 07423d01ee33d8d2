"""What one browser is to do for whoever uses it: sound, notifications, keys of one letter. Kept in a cookie, for that browser only."""

from __future__ import annotations

from fastapi import Request, Response

from escalation.console.state import Console

NAMES = ("sound", "notice", "letters")
FIRST = frozenset({"letters"})
"""What is on until somebody chooses: nothing that can be heard or seen beside the page."""
KEPT_FOR = 365 * 24 * 3600
"""Seconds."""


def of(request: Request) -> frozenset[str]:
    """The names of what is on in the browser that asks."""
    kept = request.cookies.get(_cookie(request))
    return FIRST if kept is None else frozenset(kept.split(".")).intersection(NAMES)


def keep(request: Request, response: Response, name: str, *, on: bool) -> None:
    """Switch one of them on or off from now on."""
    now_on = of(request) | {name} if on else of(request) - {name}
    secure = _console(request).settings.secure_cookies
    value = ".".join(sorted(now_on)) or "none"
    response.set_cookie(_cookie(request), value, max_age=KEPT_FOR, httponly=True, samesite="strict", secure=secure, path="/")


def _cookie(request: Request) -> str:
    return f"{_console(request).settings.cookie}-choices"


def _console(request: Request) -> Console:
    console: Console = request.app.state.console
    return console
