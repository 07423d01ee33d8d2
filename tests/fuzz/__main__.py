"""Whatever may come in, at random.

`python -m tests.fuzz [--seconds 60] [--seed N]` (`make fuzz`): every part for its share of the time.
`python -m tests.fuzz --whole [--seconds 3600] [--keep FILE]` (`make fuzz-whole`): round after round until every part has had its number
of inputs, a million in all. It says after each round how far it is, keeps that in a file, and goes on there when it is called again.

The whole program is tried, on a record of its own in a folder that is removed. What makes something fall over is told once for each kind
of fault, with the seed and round that find it again: `--seed N --round M --only PART`.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
import warnings
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import chdir
from itertools import count
from pathlib import Path
from typing import cast

import httpx
from fastapi import FastAPI

from tests.fuzz import calls, files, progress, texts, updates, web
from tests.fuzz.progress import Part, Progress
from tests.fuzz.site import ROLES, Site

One = Callable[[random.Random], Awaitable[None]]
SHARES = {"texts": 0.1, "content files": 0.15, "Telegram": 0.15, "WhatsApp": 0.15, "web chat": 0.2, "console": 0.25}
WHOLE = {"texts": 900_000, "content files": 20_000, "Telegram": 30_000, "WhatsApp": 20_000, "web chat": 15_000, "console": 15_000}
"""What `--whole` tries of each kind: a million."""
ROUND = 60.0
"""Seconds of one round of `--whole`."""
ROUNDS_OF_A_SITE = 10
"""Then the program is built anew on an empty record, so that nobody's conversation grows for hours."""
KEPT = Path("var/fuzz.json")


async def run(part: Part, one: One, dice: random.Random, where: str, seconds: float, most: int | None = None) -> None:
    """Try one input after another until the time is over, or there were `most` of them in all. What falls over is noted; the next is tried."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not part.broken and (most is None or part.tried < most):
        try:
            await one(dice)
        except Exception as error:
            part.fell(error, where)
        part.tried += 1
        await asyncio.sleep(0)  # texts wait for nothing: here the program has its turn


def kinds(site: Site, folder: Path, dice: random.Random) -> dict[str, One]:
    """How one input of each part is tried. `dice` are for what is made up beforehand."""
    damage = files.trying(folder / "content")
    console = web.described(cast(FastAPI, web.mounted(site.app, "/staff")), site.known(), "/staff")
    chat = web.chat_described(web.mounted(site.app, ""))

    async def text(dice: random.Random) -> None:
        texts.try_one(dice)

    async def file(dice: random.Random) -> None:
        damage(dice)

    return {
        "texts": text,
        "content files": file,
        "Telegram": updates.trying(site.client()),
        "WhatsApp": calls.trying(site.client()),
        "web chat": _requests(web.inputs(chat, dice), lambda _: site.client()),
        "console": _requests(web.inputs(console, dice), lambda dice: site.signed_in(dice.choice(ROLES))),
    }


def _requests(cases: Iterator[web.Case], open_one: Callable[[random.Random], httpx.AsyncClient]) -> One:
    """Send the next request, as a browser that is opened anew for each fiftieth: sessions end while this goes on."""
    numbered, clients = count(), deque[httpx.AsyncClient](maxlen=4)

    async def one(dice: random.Random) -> None:
        if next(numbered) % 50 == 0:
            clients.append(open_one(dice))
        await web.send(dice.choice(clients), next(cases))

    return one


async def fuzz(
    done: Progress, rounds: int, seconds: float, goals: dict[str, int], only: str = "", after: Callable[[], bool] = bool
) -> None:
    """So many rounds on one program, each of so many seconds, shared by the parts that have not reached their goal.

    `after` is called after each round, and says whether that was the last.
    """
    with tempfile.TemporaryDirectory() as name, chdir(name):
        site = await asyncio.to_thread(Site, Path(name))
        for _ in range(rounds):
            ways = kinds(site, Path(name), random.Random(f"{done.seed}:{done.rounds}"))
            wanted = [part for part in SHARES if only in ("", part) and done.part(part).tried < goals.get(part, sys.maxsize)]
            whole = sum(SHARES[part] for part in wanted)
            for part in wanted:
                where = f"--seed {done.seed} --round {done.rounds} --only {part!r}"
                dice = random.Random(f"{done.seed}:{done.rounds}:{part}")
                await run(done.part(part), ways[part], dice, where, seconds * SHARES[part] / whole, goals.get(part))
            done.rounds += 1
            if after():
                break
        await site.program.lanes.idle()
        site.program.record.close()


async def whole(file: Path, seconds: float, seed: int) -> Progress:
    """Go on where it was, until every part had its number of inputs or the time is over."""
    done = progress.kept(file) or Progress(seed)
    say(f"seed {done.seed}; {done.tried:,} of {sum(WHOLE.values()):,} inputs are done; kept in {file}")
    end = time.monotonic() + seconds

    def after() -> bool:
        done.keep(file)
        say(f"round {done.rounds}: {_parts(done)}; {done.tried:,} in all, {len(done.found)} faults")
        return time.monotonic() > end or finished(done)

    while time.monotonic() < end and not finished(done):
        await fuzz(done, ROUNDS_OF_A_SITE, min(ROUND, seconds), WHOLE, after=after)
    return done


def finished(done: Progress) -> bool:
    """Whether every part had its number of inputs, or fell over too often to go on."""
    return all((part := done.part(name)).tried >= goal or part.broken for name, goal in WHOLE.items())


def _parts(done: Progress) -> str:
    return ", ".join(f"{part.name} {part.tried:,}" for part in done.parts.values())


def say(line: str) -> None:
    """What the command is for."""
    print(line, flush=True)  # noqa: T201


def main() -> int:
    """Fuzz, and end with 1 where something fell over."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--seconds", type=float, help="60, and with --whole an hour")
    asked.add_argument("--whole", action="store_true", help=f"round after round, until {sum(WHOLE.values()):,} inputs were tried")
    asked.add_argument("--keep", type=Path, default=KEPT, help="where --whole keeps how far it is")
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    asked.add_argument("--round", type=int, default=0)
    asked.add_argument("--only", choices=tuple(SHARES), default="")
    given = asked.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    if given.whole:
        done = asyncio.run(whole(given.keep.absolute(), given.seconds or 3600, given.seed))
    else:
        done = Progress(given.seed, given.round)
        say(f"seed {done.seed}")
        asyncio.run(fuzz(done, 1, given.seconds or 60, {}, given.only))
    for told in done.found:
        say(f"  {told}")
    say(f"{_parts(done)}; {done.tried:,} inputs in all, {len(done.found)} kinds of fault")
    return int(bool(done.found))


if __name__ == "__main__":
    sys.exit(main())
