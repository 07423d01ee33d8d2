"""What every web app of ours sends and refuses: headers, the same-origin check on unsafe methods, and a limit on bodies."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_BODY = 256 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def headers(*, https: bool, frame_ancestors: str = "'none'") -> dict[str, str]:
    """The headers of every answer. `frame_ancestors` names the sites that may embed it."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"form-action 'self'; frame-ancestors {frame_ancestors}; base-uri 'none'"
    )
    always = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        "cross-origin-opener-policy": "same-origin",
        "x-robots-tag": "noindex, nofollow",
    }
    return {**always, "strict-transport-security": "max-age=31536000; includeSubDomains"} if https else always


def same_origin(found: Headers, public_url: str | None) -> bool:
    """Whether an unsafe request comes from our own page, at our own address.

    Under `no-referrer` a browser sends `Origin: null` with a form of our own, so `Sec-Fetch-Site`, which no page can
    set, decides where there is one. Without a public address only loopback names are ours, which stops rebinding.
    """
    host = found.get("host", "")
    ours = host == urlsplit(public_url).netloc if public_url else urlsplit(f"//{host}").hostname in LOOPBACK
    if not ours:
        return False
    site, origin = found.get("sec-fetch-site"), found.get("origin")
    if site is not None:
        return site == "same-origin"
    return origin is not None and urlsplit(origin).netloc == host


def raw(headers: dict[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    """Headers as `with_headers` takes them; with them, nothing is kept on the way unless an answer says so."""
    return tuple((name.encode(), value.encode()) for name, value in {**headers, "cache-control": "no-store"}.items())


def with_headers(send: Send, always: tuple[tuple[bytes, bytes], ...]) -> Send:
    """`send`, with these headers on the answer where it has none of its own."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            has = {name for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in always if pair[0] not in has)]
        await send(message)

    return sending


class Guard:
    """ASGI middleware for one web app.

    It answers 403 to another site's unsafe request, 413 to a body over `largest_body` bytes, and 411 to one of unknown length.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        public_url: str | None,
        https: bool,
        largest_body: int = LARGEST_BODY,
        frame_ancestors: str = "'none'",
    ) -> None:
        self.app = app
        self.public_url = public_url
        self.largest_body = largest_body
        self.headers = raw(headers(https=https, frame_ancestors=frame_ancestors))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope["method"], Headers(scope=scope))
        answer = PlainTextResponse(refusal[1], refusal[0]) if refusal else self.app
        await answer(scope, receive, with_headers(send, self.headers))

    def _refusal(self, method: str, found: Headers) -> tuple[int, str] | None:
        if method in SAFE:
            return None
        if not same_origin(found, self.public_url):
            return 403, "This did not come from a page of this site. Load the page again."
        length = found.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            return 411, "The length of this request is not known."
        if int(length) > self.largest_body:
            return 413, "That was too much at once. Go back and send it in parts."
        return None
