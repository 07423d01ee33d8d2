"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass

from escalation.checkup import State


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state, one sentence that says what is, and one that says what to do."""

    state: State
    what: str
    todo: str = ""


class CannotLook(Exception):
    """A check has nothing to look at, since another part is missing; the message says which."""


def ok(what: str) -> Verdict:
    return Verdict("ok", what)


def attention(what: str, todo: str) -> Verdict:
    return Verdict("attention", what, todo)


def broken(what: str, todo: str) -> Verdict:
    return Verdict("broken", what, todo)


def unknown(what: str, todo: str = "") -> Verdict:
    return Verdict("unknown", what, todo)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 script`, `2 scripts`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(names: list[str], most: int = 5) -> str:
    """The first names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
