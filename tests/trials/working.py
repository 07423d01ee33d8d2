"""Staff who work with a marker in everything they type: in the console, form by form, and on a phone."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html  # type: ignore[import-untyped]

from tests.console.conftest import token_in
from tests.console.forms import Filled, of_page
from tests.telegram.users import User
from tests.trials.markers import Markers

LEFT_ALONE = re.compile(r"sign-out|/account/(close|password|code)|/team/[^/]+/(close|link|lock|reset)|first-run|/go-away|/style")
"""Forms that would end the work of whoever sends them."""


class Desk:
    """One member of staff in the console, who opens every page that a link leads to and fills in every form."""

    def __init__(self, url: str, name: str, markers: Markers) -> None:
        self.url, self.name, self.markers = url, name, markers
        self.client = httpx.Client(base_url=url, headers={"sec-fetch-site": "same-origin"}, timeout=30, trust_env=False)
        self.answers: Counter[int] = Counter()
        self._sent: set[tuple[str, frozenset[str], str]] = set()

    def signs_in(self, password: str) -> None:
        """As the demo lets its staff in: it shows the code."""
        self.client.post("/staff/sign-in", data={"name": self.name, "password": password})
        page = self.client.get("/staff/code")
        code = "".join(re.findall(r"\d", page.text.partition("your code is now")[2][:120]))[:6]
        answer = self.client.post("/staff/code", data={"csrf": token_in(page), "code": code})
        assert answer.status_code == 303, answer.text[:500]

    def works(self, pages: int) -> None:
        """Go through at most so many pages, the cases first."""
        waiting, seen = deque(["/staff/waiting", "/staff/cases"]), {"/staff/waiting", "/staff/cases"}
        while waiting and pages:
            path, pages = waiting.popleft(), pages - 1
            answer = self.client.get(path, follow_redirects=True)
            if "text/html" not in answer.headers.get("content-type", ""):
                continue
            for form in of_page(answer.text, path, self._write(path)):
                self._sends(form)
            for link in _links(answer.text, path):
                if link not in seen and not LEFT_ALONE.search(link):
                    seen.add(link)
                    waiting.appendleft(link) if re.match(r"/staff/cases/\w+$", link) else waiting.append(link)

    def _write(self, path: str) -> Callable[[str, str], str]:
        shown = re.sub(r"[0-9a-f]{8}[0-9a-f-]{10,}|[0-9a-z]{20,}", "…", path)

        def marker(field: str, kind: str) -> str:
            word = self.markers.new(f"console: {self.name}, {shown}: {field}")
            return f"{word.rstrip('é')}@example.org" if kind == "email" else word

        return marker

    def _sends(self, form: Filled) -> None:
        fields = frozenset(form.fields)
        pressed = "" if form.free else "|".join(sorted(form.fields.values()))
        if LEFT_ALONE.search(form.path) or (form.path, fields, pressed) in self._sent:
            return
        self._sent.add((form.path, fields, pressed))
        filled = {"data": form.fields} if form.method == "post" else {"params": form.fields}
        answer = self.client.request(form.method.upper(), form.path, **filled)  # type: ignore[arg-type]
        self.answers[answer.status_code] += 1
        assert answer.status_code < 500, f"{form.path} answered {answer.status_code}"


def _links(text: str, path: str) -> list[str]:
    found = [urlsplit(urljoin(path, link)) for link in html.document_fromstring(text).xpath("//a/@href")]
    return [link.path for link in found if link.path.startswith("/staff/") and not link.netloc]


class OnThePhone:
    """A worker on Telegram: picks up what comes, writes, asks the lead, makes a plan, and closes."""

    def __init__(self, user: User, markers: Markers) -> None:
        self.user, self.markers = user, markers
        self._tried: set[str] = set()

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(0.5)
            for token in self._buttons(":do:pick_up:")[:1]:
                await self._serve(token)

    async def _serve(self, token: str) -> None:
        await self._taps(token)
        for words in ("Hello, I'm here", "/ask Should we refer this", "/plan See the nurse on Friday", "Take your time"):
            self.user.says(f"{words} {self.markers.new('telegram: a worker on the phone')}")
            await asyncio.sleep(0.5)
        self.user.says("/close")
        await asyncio.sleep(1)
        for outcome in self._buttons(":do:outcome:guidance_given:")[-1:]:
            await self._taps(outcome)

    async def _taps(self, token: str) -> None:
        self._tried.add(token)
        self.user.taps_token(token)
        await asyncio.sleep(1)

    def _buttons(self, about: str) -> list[str]:
        return [token for sent in self.user.bubbles for _, token in sent.buttons if about in token and token not in self._tried]
