"""How far a long run has come, kept in a file, so that it can be stopped at any moment and goes on where it was."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

SAME = 60
"""So many first characters of what fell over say whether it is the same as before."""
MOST_FOUND = 20
"""Of one part; it ends there, so that somebody looks."""


@dataclass
class Part:
    """One kind of input: how many were tried, and what fell over, with the round that finds it again."""

    name: str
    tried: int = 0
    found: dict[str, str] = field(default_factory=dict)

    def fell(self, error: Exception, where: str) -> None:
        """Note what fell over, once for each kind."""
        told = f"{type(error).__name__}: {error}"
        self.found.setdefault(told[:SAME], f"{where}: {told}")

    @property
    def broken(self) -> bool:
        return len(self.found) >= MOST_FOUND


@dataclass
class Progress:
    """The seed, the rounds that are done, and every part."""

    seed: int
    rounds: int = 0
    parts: dict[str, Part] = field(default_factory=dict)

    def part(self, name: str) -> Part:
        return self.parts.setdefault(name, Part(name))

    @property
    def tried(self) -> int:
        return sum(part.tried for part in self.parts.values())

    @property
    def found(self) -> list[str]:
        return [told for part in self.parts.values() for told in part.found.values()]

    def keep(self, file: Path) -> None:
        """Write it down, so that what is there is always whole."""
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(".part")
        beside.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        beside.replace(file)


def kept(file: Path) -> Progress | None:
    """What was written down; `None` where nothing was."""
    if not file.exists():
        return None
    given = json.loads(file.read_text(encoding="utf-8"))
    return Progress(given["seed"], given["rounds"], {name: Part(**part) for name, part in given["parts"].items()})
