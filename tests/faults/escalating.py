"""People for the chain under faults: young people who write, and staff on Telegram, some of whom pick up."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

from tests.faults.waiting import until
from tests.telegram.users import User

DANGER, URGENT = "i have swallowed a load of pills", "i want to kill myself"
PATIENCE = 300.0
"""Seconds that somebody waits for an answer, restarts of the program included."""


async def escalates(user: User, *, danger: bool) -> None:
    """One young person: a life at risk in one message, or something urgent and a yes, by buttons."""
    user.says(DANGER if danger else URGENT)
    for answer in () if danger else ("offer_yes", "scope_talk", "send"):
        user.taps_token(await _button(user, f":do:{answer}"))


@dataclass
class OnDuty:
    """A member of staff on Telegram. All of them pick up the same half of the cases, at most `slowest` seconds after an alert."""

    user: User
    chance: random.Random
    slowest: float
    tried: set[str] = field(default_factory=set)
    tapping: float = 0.0

    async def work(self) -> None:
        """Until cancelled: pick up, say hello, close, the next."""
        while True:
            await asyncio.sleep(0.2)
            for case_id, token in self._alerts().items():
                if case_id not in self.tried and random.Random(case_id).random() < 0.5:
                    self.tried.add(case_id)
                    await asyncio.sleep(self.chance.uniform(0, self.slowest))
                    await self._serve(case_id, token)

    def _alerts(self) -> dict[str, str]:
        tokens = [token for sent in self.user.bubbles for _, token in sent.buttons if ":do:pick_up:" in token]
        return {token.rpartition(":")[2]: token for token in tokens}

    async def _serve(self, case_id: str, token: str) -> None:
        before = len(self.user.texts)
        self.user.taps_token(token)
        self.tapping = time.monotonic()
        answers = ("You have the conversation now", "Not picked up")
        await until(lambda: any(text.startswith(answers) for text in self.user.texts[before:]), PATIENCE, lambda: "no answer to a tap")
        if any(text.startswith(answers[0]) for text in self.user.texts[before:]):
            self.user.says("Hello, I'm here.")
            self.user.says("/close")
            self.user.taps_token(await _button(self.user, f":do:outcome:guidance_given:{case_id}"))


async def _button(user: User, end: str) -> str:
    def found() -> list[str]:
        return [token for sent in user.bubbles for _, token in sent.buttons if token.endswith(end)]

    await until(lambda: bool(found()), PATIENCE, lambda: f"no button {end} among {user.texts[-4:]}")
    return found()[-1]
