"""A school's site of an origin of its own, with a strict policy, that has the chat on its pages; and browsers that close and open again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM

PAGE = """<!doctype html><html lang="en"><head><title>Hill School</title><meta name="viewport" content="width=device-width, initial-scale=1">
</head><body><h1>Hill School</h1><p>Term dates and lunch menus.</p><a href="/lunch">Lunch</a>
<script src="{chat}/embed.js" defer></script></body></html>"""


@dataclass(frozen=True)
class OtherSite:
    """`url` is another site than the chat's: `localhost`, where the chat is `127.0.0.1`."""

    server: ThreadingHTTPServer

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server.server_address[1]}"


@contextmanager
def other_site(port: int, chat: str) -> Iterator[OtherSite]:
    """A site whose every page has the chat of `chat`, and whose policy allows it what docs/embedding.md says, and no more."""
    policy = f"default-src 'none'; script-src {chat}; frame-src {chat}"

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(PAGE.format(chat=chat).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield OtherSite(server)
    finally:
        server.shutdown()
        server.server_close()


def own_browser(playwright: Playwright, folder: Path, *arguments: str, keeps_in_frames: bool = True) -> BrowserContext:
    """A browser with a profile on disk in `folder`, as people have. `keeps_in_frames`: whether it lets other sites' frames keep anything."""
    preferences = folder / "Default" / "Preferences"
    if not preferences.exists():
        preferences.parent.mkdir(parents=True)
        modes = {"cookie_controls_mode": 0 if keeps_in_frames else 1, "block_third_party_cookies": not keeps_in_frames}
        preferences.write_text(json.dumps({"profile": modes}))
    context = playwright.chromium.launch_persistent_context(folder, executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments])
    context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>Sunny", content_type="text/html"))
    return context
