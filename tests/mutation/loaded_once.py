"""A pytest plugin for mutmut, which forks one process after another: what takes seconds to load or make and is not changed is there once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from content.editorial import library, reading
from escalation.record import schema
from nlu.noticing import Noticing

_load: Any = Noticing.load
_read, _upgrade = reading.read_file, schema.upgrade
_read_once = cache(_read)
_empty: list[bytes] = []


def read_file(path: Path, kind: Any) -> Any:
    """A shipped file is read once; one that a test wrote, each time."""
    return (_read_once if path.is_relative_to(library.CONTENT) else _read)(path, kind)


def upgrade(url: str, to: str = "head") -> None:
    """A new database in SQLite is a copy of the first one."""
    path = Path(url.removeprefix("sqlite:///"))
    if to != "head" or not url.startswith("sqlite:///") or path.exists():
        _upgrade(url, to)
        return
    if not _empty:
        _upgrade(url)
        _empty.append(path.read_bytes())
    path.write_bytes(_empty[0])


library.load = cache(library.load)
Noticing.load = cache(_load)  # type: ignore[method-assign]
reading.read_file = read_file
schema.upgrade = upgrade
