"""The browser's session: a random token in a cookie that ends with the browser. It is the young person's address here."""

from __future__ import annotations

import hashlib
import re
import secrets

from fastapi import Request, Response

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Sessions:
    """Makes, reads and ends session cookies. `secure`: whether the site is served over https."""

    def __init__(self, secure: bool) -> None:
        self._secure = secure
        self.cookie = "__Host-chat" if secure else "chat"

    def token(self, request: Request) -> str | None:
        """The token that the browser sent, or `None` where there is none that we could have made."""
        found = request.cookies.get(self.cookie, "")
        return found if _TOKEN.fullmatch(found) else None

    def begin(self, response: Response) -> str:
        """Give the browser a new token of 32 random bytes."""
        token = secrets.token_urlsafe(32)
        response.set_cookie(self.cookie, token, path="/", httponly=True, samesite="strict", secure=self._secure)
        return token

    def end(self, response: Response) -> None:
        """Take the token from the browser."""
        response.delete_cookie(self.cookie, path="/", httponly=True, samesite="strict", secure=self._secure)


def event_id(token: str, id: str) -> str:
    """The id of an event of this session, for `Incoming.external_id`; the token cannot be read from it."""
    return f"{hashlib.sha256(token.encode()).hexdigest()[:32]}:{id}"


def own_id(external_id: str) -> str:
    """The page's own id of an event, from `event_id`."""
    return external_id.partition(":")[2]
