"""What a page answers when something cannot be done: a status, and words that say why and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from escalation.case import NotPossible


class Problem(Exception):
    """An answer that is not the page asked for."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = sentence(why)


@contextmanager
def answering(status: int) -> Iterator[None]:
    """Answer `status` with the reason where the record says that something is not possible."""
    try:
        yield
    except NotPossible as error:
        raise Problem(status, str(error)) from None


def sentence(words: str) -> str:
    """`words` with a capital and a full stop."""
    words = words.strip()
    return f"{words[:1].upper()}{words[1:]}" + ("" if words.endswith((".", "?", "!")) else ".")
