"""Markers through every path, and the search for them: `python -m tests.trials.leaks [--conversations N] [--pages N]
[--database sqlite|postgresql]`, or `make markers` for all of it.

The real program runs in a process of its own. Young people play the written conversations on Telegram and in the web chat, staff fill in
every form of the console and write from a phone, each word with a marker. Then files, logs, figures, back-ups and what is printed for
others are searched, in the shapes in which words could hide. What may stand there in clear is listed in `ALLOWED`, with the reason.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot import demo
from bot.settings import Settings
from bot.wiring import utc_now
from tests.faults.chain_table import connect
from tests.faults.running import BREAKWATER, Program
from tests.postgres import server
from tests.telegram.bot_api import BotApi
from tests.telegram.users import User
from tests.trials.markers import Found, Markers, look
from tests.trials.scripted_intents import ScriptedIntents
from tests.trials.talking import Talker, TelegramPhone, WebPhone, conversations
from tests.trials.working import Desk, OnThePhone

AT_ONCE = 25
"""Conversations that are played side by side."""
WEB_ONE_IN = 5
STAFF = ("Sam", "Alex", "Jo", "Kit", "Robin")
ALLOWED: tuple[tuple[str, str], ...] = (
    (r"^console: Kit, /staff/desk", "what editors write is to be said to everybody, and why they changed it: no young person's words"),
    (r"^console: \w+, /staff/settings", "settings, helplines and what is noted about a change of them: published to everybody"),
    (r"^console: Robin, \S+: (name|first_name|job)$", "names and jobs of staff, which colleagues see, and young people the first name"),
    (r"^console: \w+, /staff/account: name$", "what somebody calls a passkey of theirs"),
)
"""Where something was planted that may be read in clear, as a pattern, and why (`docs/threat_model.md`, T06)."""


@dataclass(frozen=True)
class Result:
    """What was planted and found. `asked`: how the console answered, by status; `access`: whether a person's own copy holds markers."""

    markers: int
    places: int
    searched: int
    found: tuple[Found, ...]
    asked: dict[int, int]
    access: bool

    @property
    def leaked(self) -> list[Found]:
        """What may not be there."""
        return [one for one in self.found if not any(re.search(where, one.planted) for where, _ in ALLOWED)]

    def table(self) -> str:
        rows = (
            ("markers planted", self.markers),
            ("ways by which they came in", self.places),
            ("forms of the console that were taken", sum(count for status, count in self.asked.items() if status < 400)),
            (
                "forms of the console that were refused, with what was typed",
                sum(count for status, count in self.asked.items() if status >= 400),
            ),
            ("bytes searched", self.searched),
            ("found where they are allowed", len(self.found) - len(self.leaked)),
            ("found in clear", len(self.leaked)),
        )
        lines = [f"{name:<64}{value:>12}" for name, value in rows]
        return "\n".join([*lines, *(f"  {one.place}: {one.shape}, {one.planted}" for one in self.leaked[:40])])


@dataclass(frozen=True)
class Plan:
    """How much is played: conversations, again from the first when there are more, and pages that each member of staff opens."""

    conversations: int
    pages: int
    commands: bool = True
    """Whether what commands print and write is searched too."""


class Stage:
    """The program, everybody who uses it, and the folder in which everything of it is."""

    def __init__(self, folder: Path, database: str = "", *, commands: bool = True) -> None:
        self.folder, self.markers, self.commands = folder, Markers(), commands
        self.api, self.intents = BotApi(flood_limits=False).start(), ScriptedIntents().start()
        (folder / "tmp").mkdir()
        more = {"BREAKWATER_NLU_URL": self.intents.url, "TMPDIR": str(folder / "tmp"), "BREAKWATER_BACKUP_FOLDER": str(folder / "safe")}
        self.program = Program(folder, self.api.base_url, self.api.token, database=database, more=more)
        self.staff = {name: User(self.api, 700_000 + number, name, f"staff_{name}") for number, name in enumerate(STAFF[:3])}
        self.asked: Counter[int] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.program.port}"

    async def opens(self) -> None:
        """Staff and rota, everybody reachable on Telegram, and the program running."""
        key = self.program.settings()["BREAKWATER_DATA_KEY"]
        demo.prepare(Settings(_env_file=None, database_url=self.program.database, data_key=key), utc_now())
        self.program.change(lambda tx: connect(tx, self.staff))
        (self.folder / "safe").mkdir()
        await self.program.start()

    def closes(self) -> None:
        self.program.kill()
        self.api.stop()
        self.intents.stop()

    async def young_people_talk(self, count: int) -> None:
        """Each conversation by somebody of their own."""
        written, free = conversations(), asyncio.Semaphore(AT_ONCE)
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:

            async def talk(number: int) -> None:
                async with free:
                    await self._plays(number, written[number * len(written) // count % len(written)], client)

            await asyncio.gather(*(talk(number) for number in range(count)))

    async def _plays(self, number: int, data: dict[str, Any], client: httpx.AsyncClient) -> None:
        for step in data["steps"]:
            self.intents.learn(step)
        if number % WEB_ONE_IN == 0:
            page = WebPhone(self.url, client)
            await page.opens()
            await Talker(page, self.markers, f"web chat: {data['name']}").plays(data["steps"])
            return
        new = self.markers.new
        user = User(self.api, 990_000 + number, new("telegram: first name"), new("telegram: username"))
        user.starts()
        phone = TelegramPhone(user)
        if band := data.get("age_band"):
            user.taps_token(f"0:do:band_{band}")
        await Talker(phone, self.markers, f"telegram: {data['name']}").plays(data["steps"])
        phone.sends_things(lambda: new("telegram: things that are no plain message"))

    def staff_work(self, pages: int) -> None:
        """Everybody of the demo at the console, one after the other."""
        log = self.program.log.read_text()
        for name in STAFF:
            desk = Desk(self.url, name, self.markers)
            found = re.search(rf"^\s*{name}\s+\w+\s+password: (\S+)$", log, re.M)
            assert found, log[-2000:]
            desk.signs_in(found[1])
            desk.works(pages)
            self.asked += desk.answers
            desk.client.close()

    def places(self) -> Iterator[tuple[str, bytes]]:
        """Whatever there is to search: files, what the process holds open, what it tells of itself, and what commands write for others."""
        for path in ("/metrics", "/readyz", "/livez", "/", "/staff/sign-in"):
            yield f"GET {path}", httpx.get(f"{self.url}{path}", timeout=30, trust_env=False).content
        if self.commands:
            yield from self._commands()
        if self.program.database.startswith("sqlite"):
            self.command("backup", "make", str(self.folder / "safe" / "a.backup"))
        yield from _files(self.folder)
        yield from _held_open(self.program)

    def _commands(self) -> Iterator[tuple[str, bytes]]:
        for words in (("audit", "verify"), ("retention", "show"), ("doctor", "--json"), ("rota", "list")):
            yield f"breakwater {' '.join(words)}", self.command(*words)
        self.command("insight", "report", f"{utc_now():%Y-%m}", str(self.folder / "safe" / "report.html"))
        self.command("rota", "export", str(self.folder / "safe" / "rota.ics"))

    def command(self, *words: str) -> bytes:
        """What a command prints."""
        done = subprocess.run([BREAKWATER, *words], env=self.program.settings(), cwd=self.folder, capture_output=True, timeout=120)
        return done.stdout + done.stderr

    def access_holds_markers(self) -> bool:
        """Whether a person's own copy, which is meant to be read, is found to hold markers: the search would see them."""
        code = self.program.scalars("select code from people where code is not null order by id")[0]
        with tempfile.TemporaryDirectory() as elsewhere:
            self.command("access", code, f"{elsewhere}/copy.html")
            return bool(look(_files(Path(elsewhere)), self.markers))


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def _held_open(program: Program) -> Iterator[tuple[str, bytes]]:
    """Regular files that the process holds open, those that were deleted too."""
    assert program.process is not None
    for link in Path(f"/proc/{program.process.pid}/fd").iterdir():
        with suppress(OSError):
            if link.is_file():
                yield f"open: {link.readlink().name}", link.read_bytes()


async def run(plan: Plan, folder: Path, database: str = "", beside: Path | None = None) -> Result:
    """Plant and search. `beside`: a folder that is searched too, such as a database server's."""
    stage = Stage(folder, database, commands=plan.commands)
    try:
        await stage.opens()
        phone = asyncio.create_task(OnThePhone(stage.staff["Alex"], stage.markers).work())
        await stage.young_people_talk(plan.conversations)
        phone.cancel()
        await asyncio.to_thread(stage.staff_work, plan.pages)
        places = await asyncio.to_thread(lambda: [*stage.places(), *(_files(beside) if beside else ())])
        found = look(places, stage.markers)
        planted, searched = stage.markers.planted, sum(len(content) for _, content in places)
        access = await asyncio.to_thread(stage.access_holds_markers)
        return Result(len(planted), len(set(planted)), searched, tuple(found), dict(stage.asked), access)
    finally:
        stage.closes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--conversations", type=int, default=400)
    parser.add_argument("--pages", type=int, default=150)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    plan = Plan(asked.conversations, asked.pages)
    with tempfile.TemporaryDirectory() as folder:
        if asked.database == "sqlite":
            made = asyncio.run(run(plan, Path(folder)))
        else:
            with server() as running:
                made = asyncio.run(run(plan, Path(folder), running.new_database(), running.folder))
    print(f"{asked.database}\n{made.table()}")  # noqa: T201 - it is what the command is for
    sys.exit(1 if made.leaked else 0)


if __name__ == "__main__":
    main()
