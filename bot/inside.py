"""Who may look at the program's own figures: this machine, or whoever has the token."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.requests import Request

from escalation.console.security import LOOPBACK

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class Inside:
    """Decides for each request. `token` is `BREAKWATER_METRICS_TOKEN`; empty: this machine only."""

    def __init__(self, token: str = "") -> None:
        self._token = token.encode()

    def __call__(self, request: Request) -> bool:
        """Whether it comes from inside. What a reverse proxy on this machine passes on is from outside."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if self._token and scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token):
            return True
        passed_on = any(name in request.headers for name in _FORWARDED)
        from_here = request.client is not None and request.client.host in LOOPBACK
        try:
            to_here = urlsplit(f"//{request.headers.get('host', '')}").hostname in LOOPBACK
        except ValueError:
            return False
        return from_here and to_here and not passed_on
