"""Ids that we make ourselves, before a row exists, so that they can be bound into its encryption; and the pseudonym of nobody."""

from __future__ import annotations

import secrets
import time
from threading import Lock

_lock = Lock()
_last = 0


def new_id() -> str:
    """A new id of 32 hex digits. Ids sort by the time they were made, also those made within one millisecond here."""
    global _last
    with _lock:
        # Milliseconds, and 16 bits that count within one.
        _last = max(time.time_ns() // 1_000_000 << 16, _last + 1)
        return f"{_last:016x}{secrets.token_hex(8)}"


def found_by_nobody() -> str:
    """The pseudonym of an address that leads nowhere any more: what is written from there next comes from somebody new."""
    return secrets.token_hex(32)
