"""`python -m tests.browser.readme_picture FILE` takes the picture of the console that stands in the README, with invented people."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import sync_playwright
from sqlalchemy import update

from bot.rehearsal.house import Clock, House
from bot.service import load_service
from bot.settings import Settings
from escalation.record.schema import upgrade
from escalation.record.store import Record
from escalation.record.tables import OutboxRow
from nlu.noticing import Noticing
from tests.browser.a_night import NIGHT, night
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.console_site import Site, served
from tests.conftest import KEY

SIZE = {"width": 1280, "height": 800}


def main(file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'record.db'}"
        upgrade(url)
        record = Record(url, KEY)
        house = House(record, load_service(Settings(database_url=url)), Noticing.load(), Clock())
        made = asyncio.run(night(house))
        house.clock.at = NIGHT - timedelta(minutes=49)  # soon after the last words of the conversation
        record.write(lambda tx: tx.session.execute(update(OutboxRow).values(state="sent", sent_at=house.clock())))
        with served(house, ["Sam"]) as site:
            take(site, f"/cases/{made.cases['live']}", file)
        record.close()


def take(site: Site, path: str, file: Path) -> None:
    """Sam's view of a page, as a picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        page = site.browser_of(browser, "Sam").new_page()
        page.set_viewport_size(SIZE)  # type: ignore[arg-type]
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(site.url + path)
        page.wait_for_timeout(500)
        page.screenshot(path=file)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
