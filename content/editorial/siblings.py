"""Reading the files in other languages, each with the English file that it stands beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from content.editorial.reading import ContentError, line_of, read_file, read_yaml
from content.editorial.schema import CrisisFile, Directory, Entry, MessageFile, Script
from content.editorial.translations import (
    Difference,
    Translated,
    TranslatedCrisis,
    TranslatedDirectory,
    TranslatedMessages,
    TranslatedScript,
)

_KINDS: dict[str, tuple[type[Entry], type[Translated[Any]]]] = {
    "guidance/*": (Script, TranslatedScript),
    "messages": (MessageFile, TranslatedMessages),
    "crisis": (CrisisFile, TranslatedCrisis),
    "helplines": (Directory, TranslatedDirectory),
}


@dataclass(frozen=True)
class Sibling:
    """A file in another language: as it is written, and put onto its English one."""

    path: Path
    entry: Translated[Any]
    english: Any
    merged: Any
    lines: Mapping[tuple[Any, ...], int]


def sibling_paths(folder: Path) -> list[Path]:
    """Every file in another language below `folder`."""
    return [path for pattern in _KINDS for path in sorted(folder.glob(f"{pattern}/*.*.yml"))]


def read_sibling(folder: Path, path: Path) -> Sibling:
    """One of them. Raises `ContentError` where it does not fit to its English file."""
    stem, _, language = path.stem.partition(".")
    beside = path.with_name(f"{stem}.yml")
    if not beside.exists():
        raise ContentError(f"{path}:1: there is no {beside.name} beside it; name it after the English file, then the language")
    ours, theirs = next(kinds for pattern, kinds in _KINDS.items() if path.parent.relative_to(folder).match(pattern))
    entry, english, lines = read_file(path, theirs), read_file(beside, ours), read_yaml(path)[1]
    found = list(entry.differences(english))
    if entry.language != language:
        found.append(Difference(("language",), f"language is {entry.language!r} in {path.name}", "name the file after its language"))
    if found:
        raise ContentError("\n".join(f"{path}:{line_of(lines, one.place)}: {one.what}; {one.to_do}" for one in found))
    return Sibling(path, entry, english, entry.onto(english), lines)
