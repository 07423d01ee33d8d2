"""Texts as apps take them: long ones in parts, and nothing that no encoder takes."""

from __future__ import annotations

import re

_ENDS = (r"\n\s*\n", r"\n", r"(?<=[.!?…])[\"'”’)]*\s", r"\s")


def clean(text: str) -> str:
    """The text with halves of broken surrogate pairs replaced, which no encoder would take."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int) -> list[str]:
    """Cut a text into parts of at most `limit` UTF-16 units: at a paragraph, a line, a sentence or a word, in this order."""
    parts = []
    rest = text.strip()
    while units(rest) > limit:
        head = _fitting(rest, limit)
        cut = _cut(head)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _fitting(text: str, limit: int) -> str:
    return text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def _cut(head: str) -> int:
    for end in _ENDS:
        places = [found.end() for found in re.finditer(end, head)]
        if places and places[-1] > len(head) // 2:
            return places[-1]
    return len(head)
