"""Looking at drafts across the library in a process of its own, behind everything else, which stays for as long as somebody writes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import OrderedDict
from contextlib import suppress
from hashlib import sha256
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from bot.desk.checks.across import Across, across, whole
from bot.desk.checks.gates_aside import NICE
from content.editorial.edition import Texts, text_of
from content.editorial.problems import Problem

IDLE = 600.0
"""Seconds after which a process that nobody asks ends; the next one takes some seconds to start."""

KEPT = 64
"""Answers that are kept, by what was asked."""


class LookingAcross:
    """One process that is asked one thing after another; of one draft only what was asked last."""

    def __init__(self, idle: float = IDLE) -> None:
        self._idle = idle
        self._worker: tuple[SpawnProcess, Connection] | None = None
        self._kept: OrderedDict[str, Across] = OrderedDict()
        self._asked: dict[str, str] = {}
        self._one_at_a_time = asyncio.Lock()
        self._ending: asyncio.TimerHandle | None = None
        self.looked = 0
        """How often the process was asked."""

    async def look(self, draft_id: str, number: int, texts: Texts, key: str, text: str | None) -> Across | None:
        """What is new because of a draft in the edition with this number; `None` where a later text of it was asked about meanwhile.

        Nothing is where it says what is in force.
        Raises `RuntimeError` where the process ends before it has told what it found.
        """
        if text == text_of(texts, key):
            return Across()
        digest = sha256(f"{number}\n{key}\n{text is None}\n{text or ''}".encode()).hexdigest()
        self._asked[draft_id] = digest
        if digest not in self._kept:
            async with self._one_at_a_time:
                if self._asked.get(draft_id) != digest:
                    return None
                if digest not in self._kept:
                    self._keep(digest, await self._told(number, texts, key, text))
        self._kept.move_to_end(digest)
        return self._kept[digest]

    def end(self) -> None:
        """End the process, where there is one."""
        if self._ending is not None:
            self._ending.cancel()
        worker, self._worker, self._ending = self._worker, None, None
        if worker is not None:
            worker[1].close()

    async def _told(self, number: int, texts: Texts, key: str, text: str | None) -> Across:
        if self._ending is not None:
            self._ending.cancel()
        self.looked += 1
        try:
            return await asyncio.to_thread(self._ask, number, texts, key, text)
        except (EOFError, OSError):
            self.end()
            raise RuntimeError("the look across the library ended before it had told what it found") from None
        finally:
            self._ending = asyncio.get_running_loop().call_later(self._idle, self.end)

    def _ask(self, number: int, texts: Texts, key: str, text: str | None) -> Across:
        if self._worker is None:
            self._worker = _started()
        there = self._worker[1]
        there.send((number, dict(texts), key, text))
        found: Across = there.recv()
        return found

    def _keep(self, digest: str, found: Across) -> None:
        self._kept[digest] = found
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _started() -> tuple[SpawnProcess, Connection]:
    context = get_context("spawn")
    here, there = context.Pipe()
    worker = context.Process(target=_work, args=(there,), name="across", daemon=True)
    worker.start()
    there.close()
    return worker, here


def _work(asked: Connection) -> None:
    """Answer until the other end is gone."""
    os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who ends the program by hand ends this one by its pipe
    seen, before = -1, list[Problem]()
    with suppress(EOFError, BrokenPipeError):
        while True:
            number, texts, key, text = asked.recv()
            if number != seen:
                seen, before = number, whole(texts)
            asked.send(across(texts, before, key, text))
