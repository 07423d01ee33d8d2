"""The peer's side: the whole Rasa bot behind its REST channel, and people who each have a conversation with it.

One process, as it is delivered: more than one would need a store of locks beside the tracker store.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path

from tests.bench.load import peer_project, words
from tests.bench.load.ours import SETTLES_WITHIN, wait_for
from tests.bench.load.pressing import GIVES_UP, Kind, Turn
from tests.bench.load.wire import Wire
from tests.browser.running import free_port

HOOK = "/webhooks/rest/webhook"
STORE = "tracker.db"
AT_ONCE = 0.3
"""Seconds."""


class Peer:
    """People and the bot. A button is sent as the intent it means. Who talks to an adult has a tracker that is paused: Rasa still reads
    their words, keeps them and says nothing, which is as near as it comes to a conversation that a human has."""

    planned_wait = 0.0

    def __init__(self, wire: Wire, pid: int, started_in: float, writers: int, talking: int) -> None:
        self.wire, self.pid, self.started_in = wire, pid, started_in
        self._writers = deque(f"writer-{number}" for number in range(writers))
        self._talking = deque(f"talking-{number}" for number in range(talking))
        self._texts, self._topics = count(), sorted(words.learnt())
        self._refused: Counter[int] = Counter()

    async def pause(self) -> None:
        """The conversations that adults have."""
        for name in self._talking:
            await self.wire.ask("POST", f"/conversations/{name}/tracker/events", {}, {"event": "pause"})

    def pids(self) -> dict[str, int]:
        return {"program": self.pid}

    def refused(self) -> Counter[int]:
        return self._refused

    async def settled(self) -> None:
        """Until it answers at once again: a request that nobody waits for any more is worked on all the same."""
        end = time.monotonic() + SETTLES_WITHIN
        while time.monotonic() < end:
            since = time.monotonic()
            if await self.says("settled", "/thanks", since) and time.monotonic() - since < AT_ONCE:
                return

    def free(self, kind: Kind) -> bool:
        return bool(self._talking if kind == "live_conversation" else self._writers)

    async def turn(self, kind: Kind, since: float) -> Turn:
        who = self._talking if kind == "live_conversation" else self._writers
        name = who.popleft()
        try:
            answered = await self.says(name, self._words(kind), since, silent=kind == "live_conversation")
        finally:
            who.append(name)
        took = time.monotonic() - since
        return Turn(kind, took, took, answered)

    async def says(self, name: str, text: str, since: float, *, silent: bool = False) -> bool:
        """One message; whether it was answered, or, where nothing is to be said, taken."""
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(since + GIVES_UP - time.monotonic()):
                answer = await self.wire.ask("POST", HOOK, {}, {"sender": name, "message": text})
                self._refused.update([answer.status] if answer.status != 200 else [])
                return answer.status == 200 and (silent or bool(answer.json()))
        return False

    def text(self) -> str:
        """What somebody writes next."""
        return words.said()[next(self._texts) % len(words.said())]

    def _words(self, kind: Kind) -> str:
        return f"/{self._topics[next(self._texts) % len(self._topics)]}" if kind == "button" else self.text()


@asynccontextmanager
async def running(writers: int = 300, talking: int = 48) -> AsyncIterator[Peer]:
    """The bot, trained where it is not yet, with nothing stored. Raises `NotPrepared`."""
    folder = await asyncio.to_thread(peer_project.trained)
    for left in folder.glob(f"{STORE}*"):
        left.unlink()
    port, begun = free_port(), time.monotonic()
    words_of_it = ("run", "--enable-api", "--interface", "127.0.0.1", "--port", str(port), "--model", f"models/{peer_project.MODEL}")
    command = peer_project.command(folder, *words_of_it, "--endpoints", "endpoints.yml", "--credentials", "credentials.yml")
    process = _begun(command, folder)
    try:
        await asyncio.to_thread(wait_for, f"http://127.0.0.1:{port}/status", process)
        peer = Peer(Wire("127.0.0.1", port), process.pid, time.monotonic() - begun, writers, talking)
        await peer.pause()
        yield peer
        peer.wire.close()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _begun(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "run.log").open("wb") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)


async def growth(peer: Peer, lengths: tuple[int, ...], around: int = 10) -> dict[str, float]:
    """One conversation, message after message: the median latency, in milliseconds, of the last ones before each length."""
    took: list[float] = []
    for _ in range(max(lengths)):
        since = time.monotonic()
        await peer.says("long", peer.text(), since)
        took.append((time.monotonic() - since) * 1000)
    return {str(length): round(sorted(took[max(0, length - around) : length])[around // 2], 1) for length in lengths}


def stored(folder: Path) -> int:
    """Bytes of its tracker store."""
    return sum(path.stat().st_size for path in folder.glob(f"{STORE}*"))


def version(folder: Path) -> str:
    """Which Rasa made the model."""
    asked = subprocess.run(peer_project.command(folder, "--version"), capture_output=True, text=True, check=False).stdout
    return next((line.split(":")[1].strip() for line in asked.splitlines() if line.startswith("Rasa Version")), json.dumps(asked[:80]))
