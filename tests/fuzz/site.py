"""The whole program, with every way in that the world has, on a record of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import httpx
from starlette.applications import Starlette

from bot.rehearsal.house import Clock, House
from bot.web import web_app
from bot.wiring import Program, build
from escalation.consent import Scope
from escalation.console.state import ConsoleSettings
from escalation.record.schema import upgrade
from escalation.staff import browsers, sign_in
from nlu.noticing import Noticing
from tests.console.conftest import Arrivals
from tests.fuzz.calls import ACCOUNT
from tests.operations.conftest import SITE, settings

ROLES = ("worker", "lead", "editor", "admin")
AGENT = "Mozilla/5.0 (X11; Linux) Firefox/140.0"


class Site:
    """The program with one case in it, and a browser for each role and for nobody."""

    def __init__(self, folder: Path) -> None:
        upgrade(url := f"sqlite:///{folder / 'record.db'}")
        self.program: Program = build(settings(url, **ACCOUNT))
        self.edge = web_app(self.program)
        self.house = House(self.program.record, self.program.service, Noticing.load(), Clock(datetime.now(UTC)))
        for role in ROLES:
            self.house.hire(role.title(), role)
        self.case_id = Arrivals(self.house).agreed(Scope.CHAT)

    @property
    def app(self) -> Starlette:
        """The application inside the outer edge."""
        return cast(Starlette, self.edge.app)

    def known(self) -> dict[str, list[str]]:
        """What routes may be asked for, and is there."""
        return {"case_id": [self.case_id], "staff_id": [self.house.staff(role.title()).id for role in ROLES]}

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.edge, client=("127.0.0.1", 40_000))
        ours = {"sec-fetch-site": "same-origin", "x-breakwater": "chat", "user-agent": AGENT}
        return httpx.AsyncClient(transport=transport, base_url=SITE, headers=ours)

    def signed_in(self, role: str) -> httpx.AsyncClient:
        """A browser of this role, with a fresh session and its form's token."""
        client, now = self.client(), datetime.now(UTC)
        staff, browser = self.house.staff(role.title()), browsers.kind(AGENT)
        entered = self.program.record.write(lambda tx: sign_in.begin(tx, staff, browser, now))
        limits = ConsoleSettings().limits
        me = self.program.record.read(lambda tx: sign_in.find(tx, entered.token, limits, now))
        assert me is not None
        client.cookies.set(ConsoleSettings(secure_cookies=True).cookie, entered.token)
        client.headers["x-csrf-token"] = me.csrf
        return client
