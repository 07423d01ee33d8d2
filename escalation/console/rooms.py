"""Pages of another part of the program in the console: same sign-in, permissions and layout, with templates and styles of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Room:
    """A part of the console that stands elsewhere.

    `folder` holds `templates/` and `static/`, whose files are served as `static/<name>/…`; each of `routers` is a module with a
    `router` of gated routes; handlers find `state` as `request.app.state.<name>`.
    """

    name: str
    folder: Path
    routers: tuple[ModuleType, ...]
    state: Any

    @property
    def static(self) -> Path:
        """Its styles and scripts."""
        return self.folder / "static"
