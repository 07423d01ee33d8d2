"""The table of clues: words that carry points towards a level and a category."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from content.editorial.library import CONTENT
from content.editorial.reading import ContentError

HEADS = ("worry", "concern", "urgent", "immediate")
OTHER = "other"
"""Points for: it is somebody else who is at risk."""
COLUMNS = ("clue", *HEADS, OTHER, "categories")
START = "(start)"
"""The row with the points that every message starts from."""


@dataclass(frozen=True, slots=True)
class Clue:
    """Points of one word or pair of words; 10 points make the odds about 2.7 times as high."""

    heads: Mapping[str, int]
    categories: Mapping[str, int]


@dataclass(frozen=True)
class ClueTable:
    """`risk_phrases/clues.csv`."""

    start: Mapping[str, int]
    rows: Mapping[str, Clue]


def load_clues(content: Path = CONTENT) -> ClueTable:
    """Read the table below `content`. Raises `ContentError`, which names file, line and what to do."""
    path = content / "risk_phrases" / "clues.csv"
    rows: dict[str, Clue] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ContentError(f"{path}:1: the first line must be {','.join(COLUMNS)}; restore it")
            for row in reader:
                rows[row["clue"]] = _clue(path, reader.line_num, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ContentError(f"{path}:1: the file cannot be read ({error}); save it as UTF-8 text with commas") from None
    if START not in rows:
        raise ContentError(f"{path}:1: the row {START} is missing; restore it")
    return ClueTable(
        {head: rows[START].heads.get(head, 0) for head in COLUMNS[1:-1]}, {clue: row for clue, row in rows.items() if clue != START}
    )


def save_clues(table: ClueTable, path: Path) -> None:
    """Write the table, most telling clues first."""
    ordered = sorted(table.rows.items(), key=lambda item: (-item[1].heads.get("concern", 0), item[0]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for clue, row in [(START, Clue(table.start, {})), *ordered]:
            categories = " ".join(f"{category}:{points}" for category, points in sorted(row.categories.items()))
            writer.writerow([clue, *(row.heads.get(head, 0) or "" for head in COLUMNS[1:-1]), categories])


def _clue(path: Path, line: int, row: Mapping[str, str | None]) -> Clue:
    try:
        heads = {head: int(row[head] or 0) for head in COLUMNS[1:-1] if row[head]}
        pairs = (pair.rpartition(":") for pair in (row["categories"] or "").split())
        return Clue(heads, {category: int(points) for category, _, points in pairs})
    except ValueError:
        raise ContentError(f"{path}:{line}: points are whole numbers, and categories look like suicide:4; correct this line") from None
