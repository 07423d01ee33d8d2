"""What a rehearsal says when something did not happen as it was written down; also where Python runs without its assertions."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


class Failed(AssertionError):
    """A rehearsed conversation did not go as it was written down. The words say what was expected and what came."""


def must(holds: object, otherwise: str) -> None:
    """Go on where it holds. Raises `Failed` with the words of `otherwise`."""
    if not holds:
        raise Failed(otherwise)


def given(found: T | None, otherwise: str) -> T:
    """What was found. Raises `Failed` with the words of `otherwise` where there is nothing."""
    if found is None:
        raise Failed(otherwise)
    return found
