"""How fast one browser may go. Nobody's message is dropped: a page that is too fast is told when to try again.

How fast a page sends and opens is counted in memory, for each process. What must hold for all of them and after a restart is a
`Limit`, counted in the record. Both under keyed digests, so that nothing says who was here.
"""

from __future__ import annotations

import hashlib
import math
import os
import time
from datetime import timedelta

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from escalation.record.tries import Limit

Rules = tuple[RateLimitItem, ...]

SENDING: Rules = (RateLimitItemPerSecond(20, 10), RateLimitItemPerMinute(60))
"""For each session: bursts of 20, and one message a second for as long as they like."""

OPENING: Rules = (RateLimitItemPerMinute(120),)
"""For each network address: a whole class may open the page at once."""

CODE_BY_SESSION = Limit("code of a session", 5, timedelta(minutes=15))
CODE_BY_ADDRESS = Limit("code of an address", 30, timedelta(minutes=15))
CODE_BY_ALL = Limit("code", 300, timedelta(minutes=15))
"""Tries of a return code. With 50 bits a code, 300 tries each 15 minutes find none in a lifetime."""

NEW_PEOPLE = Limit("new people", 300, timedelta(hours=1))
"""From each network address: a whole school behind one may come, an army of invented people may not."""


class Pace:
    """Moving windows in memory."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._secret = os.urandom(32)

    def wait(self, rules: Rules, *who: str) -> int:
        """0 and counted, where `who` may go on; else the whole seconds until they may, and not counted."""
        key = hashlib.blake2b("\x1f".join(who).encode(), key=self._secret, digest_size=16).hexdigest()
        full = [rule for rule in rules if not self._limiter.test(rule, key)]
        if full:
            opens = max(self._limiter.get_window_stats(rule, key).reset_time for rule in full)
            return max(1, math.ceil(opens - time.time()))
        for rule in rules:
            self._limiter.hit(rule, key)
        return 0
