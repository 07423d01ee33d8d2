"""The values of a policy as they stand in a form: each kind with how it is shown and how it is read again. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from content.editorial.opening import Closure

CLOSED = "closed"
_CLOSURE = re.compile(r"(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?: *(\S.*)")


def shown(value: Any) -> str:
    """A value as it is typed: numbers without needless zeros, lists with commas, one closure a line."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, tuple) and any(isinstance(one, Closure) for one in value):
        return "\n".join(f"{one.first} to {one.last}: {one.why}" for one in value)
    return ", ".join(shown(one) for one in value) if isinstance(value, tuple) else str(value)


def stretches_shown(value: Any) -> str:
    """Hours of a day: `09:00 to 17:00`, `closed`, or nothing where they are as usual."""
    if value in (None, "as_usual"):
        return ""
    return ", ".join(value) or CLOSED


def number(text: str) -> float:
    """A number. Raises `ValueError` in words, as all of these do."""
    try:
        given = float(text)
        return int(given) if given.is_integer() else given
    except ValueError:
        raise ValueError("write a number") from None


def numbers(text: str) -> list[float]:
    """Numbers with commas between them."""
    return [number(part) for part in words(text)]


def words(text: str) -> list[str]:
    """Words with commas between them."""
    return [part.strip() for part in text.split(",") if part.strip()]


def stretches(text: str) -> list[str] | None:
    """Hours of a day; `None` where they are as usual, and nothing in the list where it is closed."""
    if not text.strip():
        return None
    return [] if text.strip().casefold() == CLOSED else words(text)


def closures(text: str) -> list[dict[str, Any]]:
    """Days on which it is closed, one entry a line."""
    return [_closure(line.strip()) for line in text.splitlines() if line.strip()]


def day(text: str) -> date | str:
    """A day, or nothing."""
    try:
        return date.fromisoformat(text) if text else ""
    except ValueError:
        raise ValueError("write a day in full, such as 2027-01-15") from None


def _closure(line: str) -> dict[str, Any]:
    found = _CLOSURE.fullmatch(line)
    if not found:
        raise ValueError(f"“{line}” is no closed day: write it like 2026-12-25 to 2026-12-26: Christmas")
    return {"from": day(found[1]), "until": day(found[2] or found[1]), "why": found[3]}


READ: dict[str, Callable[[str], Any]] = {
    "number": number,
    "numbers": numbers,
    "words": words,
    "stretches": stretches,
    "lines": closures,
    "date": day,
    "choice": str,
    "line": str,
}
"""How each kind of field is read."""
