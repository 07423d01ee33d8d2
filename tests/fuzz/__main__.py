"""`make fuzz`: `python -m tests.fuzz [--seconds 60] [--texts N] [--seed N]`: whatever may come in, at random, until the time is over.

The whole program is tried, on a record of its own in a folder that is removed. The first input that makes something fall over is told,
with the seed that finds it again, and ends its part; the others go on.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import cast

import httpx
from fastapi import FastAPI

from bot.rehearsal.house import Clock, House
from bot.wiring import Program, build, web_app
from escalation.consent import Scope
from escalation.console.state import ConsoleSettings
from escalation.record.schema import upgrade
from escalation.staff import browsers, sign_in
from nlu.noticing import Noticing
from tests.console.conftest import Arrivals
from tests.fuzz import files, texts, updates, web
from tests.operations.conftest import SITE, settings

ROLES = ("worker", "lead", "editor", "admin")
One = Callable[[], Awaitable[None]]
AGENT = "Mozilla/5.0 (X11; Linux) Firefox/140.0"


@dataclass
class Part:
    """One kind of input, how many were tried, and what fell over."""

    name: str
    tried: int = 0
    fell: str = ""


async def run(part: Part, one: One, until: Callable[[Part], bool]) -> Part:
    """Try one input after another until it is enough, or one falls over."""
    while not until(part):
        try:
            await one()
        except Exception as error:
            part.fell = f"{type(error).__name__}: {error}"
            break
        part.tried += 1
    return part


class Site:
    """The whole program on a record of its own, with one case, and a browser for each role and for nobody."""

    def __init__(self, folder: Path) -> None:
        upgrade(url := f"sqlite:///{folder / 'record.db'}")
        self.program: Program = build(settings(url))
        self.edge = web_app(self.program)
        self.house = House(self.program.record, self.program.service, Noticing.load(), Clock(datetime.now(UTC)))
        for role in ROLES:
            self.house.hire(role.title(), role)
        self.case_id = Arrivals(self.house).agreed(Scope.CHAT)

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


async def fuzz(seconds: float, least_texts: int, seed: int) -> list[Part]:
    """Every part in turn, each for its share of the time; texts until there are `least_texts` of them too."""
    dice, done = random.Random(seed), []
    with tempfile.TemporaryDirectory() as name, chdir(name):
        folder = Path(name)
        site = await asyncio.to_thread(Site, folder)
        for part, share, one in _parts(site, folder, dice):
            end = time.monotonic() + seconds * share
            least = least_texts if part.name == "texts" else 0
            done.append(await run(part, one, lambda part, end=end, least=least: time.monotonic() > end and part.tried >= least))  # type: ignore[misc]
            say(f"{part.name:<14}{part.tried:>10} inputs  {part.fell or 'nothing fell over'}")
        site.program.record.close()
    return done


def _parts(site: Site, folder: Path, dice: random.Random) -> Iterator[tuple[Part, float, One]]:
    """Each kind of input with its share of the time."""
    damage, send_update = files.trying(folder / "content"), updates.trying(site.client())
    console = web.described(web.mounted(web_root(site), "/staff"), site.known(), "/staff")
    chat = web.described(web.mounted(web_root(site), ""), {})

    async def text() -> None:
        texts.try_one(dice)

    async def file() -> None:
        damage(dice)

    yield Part("texts"), 0.2, text
    yield Part("content files"), 0.15, file
    yield Part("Telegram"), 0.2, lambda: send_update(dice)
    yield Part("web chat"), 0.2, _requests(web.inputs(chat, dice), lambda: site.client(), dice)
    yield Part("console"), 0.25, _requests(web.inputs(console, dice), lambda: site.signed_in(dice.choice(ROLES)), dice)


def web_root(site: Site) -> FastAPI:
    """The application inside the outer edge."""
    return cast(FastAPI, site.edge.app)


def _requests(cases: Iterator[web.Case], open_one: Callable[[], httpx.AsyncClient], dice: random.Random) -> One:
    """Send the next request, as a browser that is opened anew for each fiftieth: sessions end while this goes on."""
    numbered, clients = count(), deque([open_one()], maxlen=4)

    async def one() -> None:
        if next(numbered) % 50 == 0:
            clients.append(open_one())
        await web.send(dice.choice(clients), next(cases))

    return one


def say(line: str) -> None:
    """What the command is for."""
    print(line, flush=True)  # noqa: T201


def main() -> int:
    """Fuzz, and end with 1 where something fell over."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--texts", type=int, default=0, help="at least so many texts, however long it takes")
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    given = asked.parse_args()
    logging.disable(logging.CRITICAL)
    say(f"seed {given.seed}")
    done = asyncio.run(fuzz(given.seconds, given.texts, given.seed))
    say(f"{sum(part.tried for part in done)} inputs in all, {sum(bool(part.fell) for part in done)} parts where something fell over")
    return int(any(part.fell for part in done))


if __name__ == "__main__":
    sys.exit(main())
