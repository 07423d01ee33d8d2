"""Long lists, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def page_of(rows: Sequence[T], number: int, size: int) -> tuple[Sequence[T], int, int]:
    """The rows of a page by number from 1, the last one for numbers beyond it; with its number, and how many pages there are, at least 1."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(number, 1), pages)
    return rows[(number - 1) * size : number * size], number, pages
