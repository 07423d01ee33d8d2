"""What the content check finds: each problem names file, line, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from content.editorial.reading import ContentError

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding. An error keeps a library from being published; a warning is for the editor to judge."""

    file: Path
    line: int
    what: str
    to_do: str
    severity: Severity = "error"

    @property
    def sentence(self) -> str:
        """The finding as people read it on a page."""
        return f"{self.file.as_posix()}, line {self.line}: {self.what}; {self.to_do}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.what}; {self.to_do}"


def by_key(found: Iterable[Problem], folder: Path) -> list[Problem]:
    """Findings in a folder of content, each with its file as the key by which that is published."""
    return [replace(one, file=one.file.relative_to(folder)) for one in found]


def from_error(error: ContentError) -> list[Problem]:
    """The problems that reading a file raised, one for each of its lines."""
    return [_parsed(line) for line in str(error).splitlines()]


def _parsed(line: str) -> Problem:
    file, number, said = line.split(":", 2)
    what, _, to_do = said.strip().rpartition("; ")
    return Problem(Path(file), int(number), what, to_do)
