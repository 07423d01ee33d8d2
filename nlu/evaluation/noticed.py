"""What was noticed when it was last accepted, message by message: against it a change shows which sentences it loses."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from nlu.evaluation.figures import HARM
from nlu.evaluation.judge import Judged, Verdict
from nlu.understanding import Level

_COLUMNS = ("message", "phrases", "together")


def save_noticed(path: Path, alone: Verdict, together: Verdict) -> None:
    """Write the level found for each message, by the phrases alone and with the model."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        for first, second in zip(alone.messages, together.messages, strict=True):
            table.writerow((first.message.id, first.level.id, second.level.id))


def lost(path: Path, judged: Iterable[Judged], column: str) -> list[Judged]:
    """Disclosures that were offered an adult when `path` was written and are not now. `column`: `phrases` or `together`."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        before = {row["message"]: Level.of(row[column]) for row in csv.DictReader(file)}
    return [
        one
        for one in judged
        if one.message.level in HARM and before.get(one.message.id, Level.NONE) >= Level.CONCERN and one.level < Level.CONCERN
    ]
