"""The real program in a process of its own, and the two people who use it in real browsers."""

from __future__ import annotations

import base64
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, expect

COMMAND = Path(sys.executable).parent / "breakwater"
STARTS_WITHIN = 180.0
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Program:
    """`breakwater serve` in demo mode, on a record of its own. It can be stopped and started again on the same record."""

    folder: Path
    port: int = field(default_factory=free_port)
    key: str = field(default_factory=lambda: base64.b64encode(os.urandom(32)).decode())
    more: dict[str, str] = field(default_factory=dict)
    output: str = ""
    process: subprocess.Popen[str] | None = None
    sessions: dict[str, list[Any]] = field(default_factory=dict)
    """The cookies of staff who have signed in since it started: each code works once, so that signing in again soon takes half a minute."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.output = ""
        self.sessions.clear()
        self.process = subprocess.Popen(
            [str(COMMAND), "serve", "--without-intents"],
            env={**os.environ, **self._settings()},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        self._wait_until_up()

    def stop(self) -> None:
        """Ask it to end, as an operator would, and wait until it has."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=20)

    def password(self, name: str) -> str:
        found = re.search(rf"^\s*{name}\s+\w+\s+password: (\S+)$", self.output, re.M)
        assert found, self.output
        return found[1]

    def _settings(self) -> dict[str, str]:
        return {
            "BREAKWATER_MODE": "demo",
            "BREAKWATER_DATABASE_URL": f"sqlite:///{self.folder / 'record.db'}",
            "BREAKWATER_LISTEN": f"127.0.0.1:{self.port}",
            "BREAKWATER_DATA_KEY": self.key,
            "BREAKWATER_NLU_URL": f"http://127.0.0.1:{free_port()}",
            "BREAKWATER_ORGANISATION": "Harbour Youth",
            "BREAKWATER_BURST_SECONDS": "0.3",
            "COLUMNS": "200",
            **self.more,
        }

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.output += line

    def _wait_until_up(self) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            assert self.process is not None and self.process.poll() is None, self.output
            try:
                if httpx.get(self.url, timeout=1).status_code == 200 and "password" in self.output:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"the program did not start: {self.output}")


def running(folder: Path) -> Iterator[Program]:
    """A program on a record in `folder`, until the test is over."""
    program = Program(folder)
    program.start()
    yield program
    if program.process and program.process.poll() is None:
        program.kill()


class YoungPerson:
    """A young person with the chat open on a phone."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>Sunny", content_type="text/html"))
        self.page = context.new_page()
        self.page.goto(url)

    def starts(self) -> None:
        self.page.get_by_role("button", name="Start").click()
        expect(self.page.locator(".line.bot").first).to_be_visible()

    def opens_settings(self) -> None:
        self.page.get_by_role("button", name="Settings").click()

    def says(self, text: str) -> None:
        self.page.get_by_label("Write here").fill(text)
        self.page.get_by_role("button", name="Send").click()
        self.sees(text, speaker="you")

    def taps(self, label: str) -> None:
        self.page.locator(".choices:visible").get_by_role("button", name=label, exact=True).click()

    def sees(self, text: str, speaker: str = "bot") -> None:
        expect(self.page.locator(f".line.{speaker} .bubble", has_text=text).last).to_be_visible(timeout=10_000)

    def shown(self) -> list[str]:
        return self.page.locator(".bubble").all_inner_texts()


class Worker:
    """A youth worker at the console, on a laptop."""

    def __init__(self, context: BrowserContext, program: Program, name: str) -> None:
        self.page = signed_in(context, program, name)
        expect(self.page.get_by_role("heading", name="Waiting now")).to_be_visible()

    def picks_up(self) -> None:
        self.page.get_by_role("button", name="Pick up").click()
        expect(self.page.get_by_label("Your message")).to_be_visible()

    def says(self, text: str) -> None:
        self.page.get_by_label("Your message").fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()
        expect(self.page.get_by_label("Your message")).to_have_value("")

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).last).to_be_visible(timeout=10_000)

    def closes(self, outcome: str, note: str) -> None:
        self.page.get_by_text("Close this conversation").click()
        self.page.get_by_label(outcome).check()
        self.page.get_by_label("Note for the record").fill(note)
        self.page.get_by_role("button", name="Close the conversation").click()


def signed_in(context: BrowserContext, program: Program, name: str) -> Page:
    """The console as a member of staff of the demo sees it first, in the session that they have or once they have signed in."""
    page = context.new_page()
    context.add_cookies(program.sessions.get(name, []))
    page.goto(f"{program.url}/staff/")
    if name in program.sessions:
        return page
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(program.password(name))
    page.get_by_role("button", name="Go on").click()
    told = page.get_by_text("Demo only: your code is now").inner_text(timeout=40_000)
    page.get_by_label("Code").fill("".join(re.findall(r"\d", told)))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: not address.endswith("/code"))
    program.sessions[name] = context.cookies()
    return page


def phone(chromium: Browser, **options: object) -> BrowserContext:
    return chromium.new_context(viewport=PHONE, has_touch=True, **options)  # type: ignore[arg-type]


def laptop(chromium: Browser) -> BrowserContext:
    return chromium.new_context(viewport=LAPTOP)  # type: ignore[arg-type]


def picture(page: Page, folder: Path, name: str) -> None:
    """A picture of the page, for people who look at a failed test; kept only in the test's own folder."""
    page.screenshot(path=folder / f"{name}.png")
