"""A console in the middle of a night, for tests that use it: the site and what is in its record."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from bot.rehearsal.house import Clock, House
from escalation.context import Service
from escalation.record.store import Record
from nlu.noticing import Noticing
from tests.browser.a_night import STAFF, Night, night
from tests.browser.console_site import Site, served
from tests.conftest import KEY


@dataclass(frozen=True)
class Shift:
    """The console as served, and the night that it shows."""

    site: Site
    night: Night

    def page(self, chromium: Browser, name: str, path: str, *, width: int = 1280) -> Page:
        """A page of this member of staff, in a browser of their own; `path` may name a case of the night."""
        context = self.site.browser_of(chromium, name)
        return self.opened(context, path, width=width)

    def opened(self, context: BrowserContext, path: str, *, width: int = 1280) -> Page:
        """One more page in a browser, a tab beside the others."""
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(self.site.url + path.format(**self.night.cases))
        return page


def begun(folder: Path, empty_database: Path, service: Service, noticing: Noticing) -> Iterator[Shift]:
    """A shift in its own record, until the tests of one file are over. To be begun before a browser is."""
    record = Record(f"sqlite:///{shutil.copy(empty_database, folder / 'record.db')}", KEY)
    house = House(record, service, noticing, Clock())
    made = asyncio.run(night(house))
    with served(house, STAFF) as site:
        yield Shift(site, made)
    record.close()
