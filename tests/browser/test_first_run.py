"""From a fresh server to a team, a rota and a bot: the set-up page, done in a real browser, with the time it takes."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pyotp
import pytest
from dotenv import dotenv_values
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import COLOURS, violations
from tests.browser.running import COMMAND, LAPTOP, STARTS_WITHIN, free_port
from tests.console.conftest import PASSWORD
from tests.telegram.bot_api import TOKEN, BotApi

WITHIN = 600.0
"""Seconds from nothing to a picked-up drill that an organisation is promised."""
PHONE = {"width": 360, "height": 740}


@dataclass
class Fresh:
    """A server on which nobody has been yet: settings that only the server has, in `.env`, and an empty database."""

    folder: Path
    telegram: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def env_file(self) -> Path:
        return self.folder / ".env"

    @property
    def output(self) -> str:
        return (self.folder / "output.txt").read_text()

    def prepare(self) -> None:
        given = {
            "MODE": "production",
            "DATA_KEY": base64.b64encode(os.urandom(32)).decode(),
            "PUBLIC_URL": f"https://127.0.0.1:{self.port}",
            "LISTEN": f"127.0.0.1:{self.port}",
            "DATABASE_URL": f"sqlite:///{self.folder / 'record.db'}",
            "NLU_URL": f"http://127.0.0.1:{free_port()}",
            "TELEGRAM_BASE_URL": self.telegram,
            "BURST_SECONDS": "0.1",
        }
        self.env_file.write_text("".join(f"BREAKWATER_{name}={value}\n" for name, value in given.items()))
        subprocess.run([COMMAND, "db", "upgrade"], cwd=self.folder, env=_plain(), check=True, capture_output=True)

    def start(self) -> None:
        with (self.folder / "output.txt").open("w") as out:
            self.process = subprocess.Popen(
                [str(COMMAND), "serve", "--set-up"], cwd=self.folder, env=_plain(), stdout=out, stderr=subprocess.STDOUT, text=True
            )
        until = time.monotonic() + 2 * STARTS_WITHIN
        while "begin" not in self.output:
            assert self.process.poll() is None and time.monotonic() < until, self.output
            time.sleep(0.1)

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=20)

    def address(self, printed: str) -> str:
        """An address of this server as the browser reaches it, since no reverse proxy with a certificate stands in front."""
        return printed.replace("https://", "http://")

    @property
    def way_in(self) -> str:
        found = re.search(r"https://\S+/staff/first-run/begin/\S+", self.output)
        assert found, self.output
        return self.address(found[0])


def _plain() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BREAKWATER_")}


@pytest.fixture
def api() -> Iterator[BotApi]:
    server = BotApi().start()
    yield server
    server.stop()


@pytest.fixture
def fresh(tmp_path: Path, api: BotApi) -> Iterator[Fresh]:
    server = Fresh(tmp_path, api.base_url)
    server.prepare()
    server.start()
    yield server
    server.stop()


def signs_up(page: Page, name: str) -> None:
    """From a sign-up link to the first page: password, code app, sign-in."""
    for label in ("Password", "The same again"):
        page.get_by_label(label).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    app = pyotp.TOTP(page.locator("code").inner_text().replace(" ", ""))
    page.get_by_label("Code from the app").fill(app.now())
    page.get_by_role("button", name="Finish").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    # A code works once; the next one counts already.
    page.get_by_label("Code").fill(app.at(int(time.time()) + 30))
    page.get_by_role("button", name="Sign in", exact=True).click()


def invites(page: Page, name: str, role: str) -> str:
    """Somebody is invited with their dates; returns their sign-up link."""
    step = page.locator("#team")
    step.get_by_label("Full name").fill(name)
    step.get_by_label("Role").select_option(label=role)
    step.get_by_label("Vetting until").fill("2030-01-31")
    step.get_by_label("Training until").fill("2030-01-31")
    step.get_by_role("button", name="Make a sign-up link").click()
    expect(page.get_by_text(f"Pass on this link to {name}")).to_be_visible()
    return page.locator("code.link").inner_text()


def is_well_made(page: Page) -> None:
    """No rule of WCAG is broken, on a phone and a laptop, light and dark."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    for size in (PHONE, LAPTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"wider than {size['width']} px"
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        assert violations(page) == []
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert violations(page, rules=COLOURS) == []


def test_an_organisation_comes_from_nothing_to_a_picked_up_drill(fresh: Fresh, chromium: Browser, tmp_path: Path) -> None:
    begun = time.monotonic()
    assert httpx.get(f"http://127.0.0.1:{fresh.port}/").status_code == 503, "no young person gets in yet"
    page = chromium.new_context(viewport=LAPTOP).new_page()  # type: ignore[arg-type]
    page.goto(fresh.way_in)
    is_well_made(page)
    page.get_by_label("Your full name").fill("Ada Price")
    page.get_by_role("button", name="Go on").click()
    signs_up(page, "Ada Price")
    expect(page.get_by_role("heading", name="Set up", exact=True)).to_be_visible()
    expect(page.get_by_text("No young person can get in yet.")).to_be_visible()

    names_itself(page)
    lead = invites(page, "Jo Marsh", "Safeguarding lead")
    invites(page, "Sam Reed", "Youth worker")
    invites(page, "Noor Malik", "Youth worker")
    leads_page = chromium.new_context(viewport=LAPTOP).new_page()  # type: ignore[arg-type]
    leads_page.goto(fresh.address(lead))
    signs_up(leads_page, "Jo Marsh")
    expect(leads_page.get_by_role("heading", name="Waiting now")).to_be_visible()

    page.get_by_role("button", name="Put this on the rota").click()
    connects_its_bot(page)
    names_who_is_asked_at_night(page)
    page.get_by_role("button", name="Write the test message").click()
    leads_page.get_by_role("button", name="Pick up").first.click(timeout=20_000)
    page.locator("#drill").get_by_role("link", name="Look again").click()
    page.reload()
    expect(page.locator("#drill")).to_contain_text("was picked up")
    assert time.monotonic() - begun < WITHIN

    assert page.get_by_text("files of the bot's own words").count() > 0, "what real young people must not meet is named"
    is_well_made(page)
    kept = dotenv_values(fresh.env_file)
    assert (kept["BREAKWATER_ORGANISATION"], kept["BREAKWATER_TELEGRAM_TOKEN"]) == ("Harbour Youth", TOKEN)
    assert page.goto(fresh.way_in).status == 404  # type: ignore[union-attr]


def names_itself(page: Page) -> None:
    step = page.locator("#organisation")
    step.get_by_label("Name, as young people read it").fill("Harbour Youth")
    step.get_by_label("Area for helplines").select_option("norfolk")
    step.get_by_label("How parents and professionals reach you").fill("020 7946 0000")
    step.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Kept. It is in force once the program is started again")).to_be_visible()


def connects_its_bot(page: Page) -> None:
    step = page.locator("#telegram")
    if not step.get_by_label("Token").is_visible():
        step.locator("summary").click()
    step.get_by_label("Token").fill(TOKEN)
    step.get_by_role("button", name="Try it").click()
    expect(step.get_by_text("@breakwater_test_bot")).to_be_visible()
    step.get_by_role("button", name="Yes, keep it").click()
    expect(step.get_by_text("Kept.")).to_be_visible()


def names_who_is_asked_at_night(page: Page) -> None:
    step = page.locator("#out_of_hours")
    if not step.get_by_label("Where the alert goes").is_visible():
        step.locator("summary").click()
    step.get_by_label("What staff call this contact").fill("Night desk")
    step.get_by_label("Where the alert goes").fill("json://127.0.0.1:9/alert")
    step.get_by_role("button", name="Keep").click()
    expect(step.get_by_text("Kept.")).to_be_visible()
