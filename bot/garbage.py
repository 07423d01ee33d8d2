"""When the program is not searched for garbage: searching stops everybody, and most of what a start makes stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Do not search while parts are loaded and built: to look through them again and again takes a quarter of a start."""
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()


def leave_words_alone() -> None:
    """Keep words and phrases out of every later search: they stay, and to look through them takes a fifth of a second."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
