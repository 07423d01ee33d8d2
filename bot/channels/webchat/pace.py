"""How fast one browser may go. Nobody's message is dropped: a page that is too fast is told when to try again.

How fast a page sends and opens is counted in memory, for each process. What must hold for all of them and after a restart is a
`Limit`, counted in the record. Both under keyed digests, so that nothing says who was here.

In memory it is counted here and not by a library: the one at hand starts a thread for what is counted, which goes through everybody
who ever was here.
"""

from __future__ import annotations

import hashlib
import math
import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from escalation.record.tries import Limit


@dataclass(frozen=True, slots=True)
class Rule:
    """At most so many within so many seconds, whenever those begin."""

    at_most: int
    seconds: int


Rules = tuple[Rule, ...]

SENDING: Rules = (Rule(20, 10), Rule(60, 60))
"""For each session: bursts of 20, and one message a second for as long as they like."""

OPENING: Rules = (Rule(120, 60),)
"""For each network address: a whole class may open the page at once."""

CODE_BY_SESSION = Limit("code of a session", 5, timedelta(minutes=15))
CODE_BY_ADDRESS = Limit("code of an address", 30, timedelta(minutes=15))
CODE_BY_ALL = Limit("code", 300, timedelta(minutes=15))
"""Tries of a return code. With 50 bits a code, 300 tries each 15 minutes find none in a lifetime."""

NEW_PEOPLE = Limit("new people", 300, timedelta(hours=1))
"""From each network address: a whole school behind one may come, an army of invented people may not."""


FORGET_EVERY = 60
"""Seconds between two looks at whose windows are over."""


class Pace:
    """Moving windows in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._secret = os.urandom(32)
        self._went: dict[tuple[Rules, bytes], deque[float]] = {}
        self._forget_at = clock() + FORGET_EVERY

    def wait(self, rules: Rules, *who: str) -> int:
        """0 and counted, where `who` may go on; else the whole seconds until they may, and not counted."""
        now = self._clock()
        if now >= self._forget_at:
            self._forget(now)
        key = rules, hashlib.blake2b("\x1f".join(who).encode(), key=self._secret, digest_size=16).digest()
        went = self._went.get(key)
        if went is None:
            went = self._went[key] = deque(maxlen=max(rule.at_most for rule in rules))
        opens = max((went[-rule.at_most] + rule.seconds for rule in rules if len(went) >= rule.at_most), default=now)
        if opens > now:
            return math.ceil(opens - now)
        went.append(now)
        return 0

    def _forget(self, now: float) -> None:
        self._forget_at = now + FORGET_EVERY
        over = [key for key, went in self._went.items() if went[-1] + max(rule.seconds for rule in key[0]) <= now]
        for key in over:
            del self._went[key]
