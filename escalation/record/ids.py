"""Ids that we make ourselves, before a row exists, so that they can be bound into its encryption."""

from __future__ import annotations

import secrets
import time


def new_id() -> str:
    """A new id: 12 hex digits of milliseconds since 1970, then 20 random ones; ids sort by the time they were made."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"
