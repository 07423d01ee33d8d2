"""The session of one page: a random token that the page keeps while it is open. It is the young person's address here.

It is no cookie: a page inside another site's page has none in most browsers, and a browser that restores its tabs would bring a
cookie back after the chat was closed. What the page does with it stands in `static/session.js`.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from starlette.requests import Request

_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]{43})")


def new_token() -> str:
    """A token of 32 random bytes."""
    return secrets.token_urlsafe(32)


def token_of(request: Request) -> str | None:
    """The token that the page sent, or `None` where there is none that we could have made."""
    found = _BEARER.fullmatch(request.headers.get("authorization", ""))
    return found[1] if found else None


def event_id(token: str, id: str) -> str:
    """The id of an event of this session, for `Incoming.external_id`; the token cannot be read from it."""
    return f"{hashlib.sha256(token.encode()).hexdigest()[:32]}:{id}"


def own_id(external_id: str) -> str:
    """The page's own id of an event, from `event_id`."""
    return external_id.partition(":")[2]
