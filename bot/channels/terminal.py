"""A chat in the terminal: bubbles and numbered buttons for a person, plain lines in and out for a script.

A number presses the button of that number; anything else is said. Ctrl-D leaves.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import sys
import threading
import unicodedata
from contextlib import suppress
from typing import TextIO

from rich.box import ROUNDED
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.channels import Incoming, Kind, NotStored, Outgoing, Take

QUIET = 2.5
"""Seconds without a new bubble after which a script's next line is read: longer than a burst of messages is waited for."""

LONGEST_ANSWER = 30.0
"""Seconds that a script's line waits for its first bubble."""

_WIDTH = 76


class TerminalChannel:
    """One person at a terminal. `source` and `console` are where lines come from and bubbles go to."""

    name = "terminal"

    def __init__(self, take: Take, *, source: TextIO | None = None, console: Console | None = None, quiet: float = QUIET) -> None:
        self._take = take
        self._source = source or sys.stdin
        self._console = console or Console(highlight=False, soft_wrap=not sys.stdout.isatty())
        self._quiet = quiet
        self._address = secrets.token_hex(16)
        self._numbers = itertools.count(1)
        self._buttons: tuple[tuple[str, str], ...] = ()
        self._said = asyncio.Event()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._talk: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Greet, and begin to read lines."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name="terminal", daemon=True).start()
        self._talk = asyncio.create_task(self._converse(), name="terminal")

    async def stop(self) -> None:
        """Stop reading."""
        if self._talk is not None:
            self._talk.cancel()
            with suppress(asyncio.CancelledError):
                await self._talk

    async def until_left(self) -> None:
        """Wait until the person leaves, or the script ends and its last line was answered."""
        if self._talk is not None:
            await self._talk

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        """Print one bubble."""
        text = _printable(outgoing.text)
        self._buttons = outgoing.buttons or self._buttons
        if self._console.is_terminal:
            self._console.print(Panel(Text(text), box=ROUNDED, width=min(_WIDTH, self._console.width), border_style="cyan"))
        else:
            self._console.print(text, markup=False)
        for number, (label, _) in enumerate(outgoing.buttons, start=1):
            self._console.print(f"  [{number}] {_printable(label)}", markup=False)
        self._said.set()
        return f"printed-{next(self._numbers)}"

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """Runs in a thread of its own, since reading a line cannot be cancelled."""
        with suppress(RuntimeError):  # the loop has ended
            for line in self._source:
                loop.call_soon_threadsafe(self._lines.put_nowait, line.rstrip("\r\n"))
            loop.call_soon_threadsafe(self._lines.put_nowait, None)

    async def _converse(self) -> None:
        await self._tell("started", "")
        while (line := await self._lines.get()) is not None:
            pressed = self._pressed(line)
            if pressed is not None:
                await self._tell("button", pressed)
            elif line.strip():
                await self._tell("text", line)

    def _pressed(self, line: str) -> str | None:
        """The token of the button whose number was typed."""
        number = line.strip()
        if not number.isdecimal() or not 1 <= int(number) <= len(self._buttons):
            return None
        return self._buttons[int(number) - 1][1]

    async def _tell(self, kind: Kind, text: str) -> None:
        self._said.clear()
        incoming = Incoming(self.name, self._address, f"{self._address}:{next(self._numbers)}", kind, text)
        try:
            await self._take(incoming)
        except NotStored:
            self._console.print("(not kept: try again in a moment)", markup=False)
            return
        if not self._console.is_terminal:
            await self._answered()

    async def _answered(self) -> None:
        """A script speaks only once it was answered, as a person would."""
        wait = LONGEST_ANSWER
        with suppress(TimeoutError):
            while True:
                # Not `wait_for`: on Python 3.11 it swallows a cancellation that meets a bubble, and the chat never ends.
                async with asyncio.timeout(wait):
                    await self._said.wait()
                self._said.clear()
                wait = self._quiet


def _printable(text: str) -> str:
    """`text` without control characters, escape among them: words must not steer the terminal."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc")
