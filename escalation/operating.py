"""What the console asks of the program around it, on behalf of whoever runs it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from escalation.checkup import Checkup


class NotTaken(Exception):
    """What was typed cannot be used; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of settings: written into the program's `.env`, or lines for a person to put where settings are kept here."""

    written: bool
    lines: tuple[str, ...]


class Operating(Protocol):
    """Looking at the whole installation, and setting up what only the program's own settings hold."""

    setting_up: bool
    """Whether only the console runs, so that no young person gets in yet."""

    def look(self, only: Collection[str] = ()) -> Checkup:
        """Look at everything, or at the checks named. It takes seconds, and is called outside the event loop."""
        ...

    def bot_name(self, token: str) -> str:
        """The name of the Telegram bot with this token, asked of Telegram now. Raises `NotTaken`."""
        ...

    def keep(self, values: Mapping[str, str]) -> Kept:
        """Keep settings, by their names without `BREAKWATER_`, for the next start. Raises `NotTaken`."""
        ...

    def set_to(self, name: str) -> str:
        """What a setting is from the next start on, no secret among them."""
        ...

    def not_in_force(self) -> tuple[str, ...]:
        """The settings that were kept and are not in force before the program is started again."""
        ...

    async def send_drill(self) -> None:
        """Send a drill through the running service."""
        ...
