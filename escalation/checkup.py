"""What a look at every part of the installation found, as plain values for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

State = Literal["ok", "attention", "broken", "unknown"]
"""`attention`: it works, and somebody should do something. `broken`: it does not work. `unknown`: it could not be looked at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: one sentence that says what is, and one that says what to do (empty where nothing is)."""

    name: str
    group: str
    title: str
    state: State
    what: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Checkup:
    """All findings of one look, in the order in which they are shown."""

    at: datetime
    findings: tuple[Finding, ...]

    @property
    def well(self) -> bool:
        """Whether nothing is broken and nothing needs anybody."""
        return not self.having("broken", "attention")

    def having(self, *states: State) -> tuple[Finding, ...]:
        """The findings in one of these states."""
        return tuple(found for found in self.findings if found.state in states)

    def of(self, name: str) -> Finding:
        """The finding of the check with this name. Raises `KeyError` where it was not looked at."""
        return {found.name: found for found in self.findings}[name]

    def groups(self) -> list[tuple[str, tuple[Finding, ...]]]:
        """The findings by what they are about."""
        return [(group, tuple(found)) for group, found in groupby(self.findings, key=lambda found: found.group)]

    def as_json(self) -> dict[str, object]:
        """The look for other programs: `at` in ISO format, and a list of findings."""
        names = ("name", "group", "title", "state", "what", "todo")
        return {"at": self.at.isoformat(), "well": self.well, "findings": [{n: getattr(f, n) for n in names} for f in self.findings]}
