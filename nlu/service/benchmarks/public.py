"""Public data sets, as plain values. They are not part of the project: the folder that holds them is named on the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OUTSIDE = "out_of_scope"
"""The label of a message that no intent is for, whatever the data set calls it."""

Labelled = list[tuple[str, str]]
"""Text and intent."""


@dataclass(frozen=True)
class Benchmark:
    """One data set, and what others reached on it: (in-scope accuracy, out-of-scope recall) by name."""

    name: str
    train: Labelled
    test: Labelled
    published: dict[str, tuple[float, float]]
    epochs: int


def benchmarks(folder: Path) -> Iterator[Benchmark]:
    """CLINC150 (clinc/oos-eval, CC BY 3.0) and HINT3 version 1 (hellohaptik/HINT3, ODbL) below `folder`."""
    yield clinc(folder / "clinc150" / "data_full.json")
    published = {
        "sofmattress": {"Rasa": (0.684, 0.102), "Dialogflow": (0.671, 0.729), "BERT": (0.636, 0.765)},
        "curekart": {"Rasa": (0.790, 0.421), "BERT": (0.803, 0.523)},
        "powerplay11": {"Rasa": (0.462, 0.261), "Dialogflow": (0.553, 0.503)},
    }
    for bot, figures in published.items():
        train, test = (hint3(folder / "hint3" / f"v1_{bot}_{part}.csv") for part in ("train", "test"))
        yield Benchmark(f"HINT3 {bot}", train, test, figures, epochs=25)


def clinc(path: Path) -> Benchmark:
    """The full set; its hundred out-of-scope messages for training are used, as in the published figures."""
    parts = json.loads(path.read_text("utf-8"))

    def labelled(*names: str) -> Labelled:
        return [(text, OUTSIDE if intent == "oos" else intent) for name in names for text, intent in parts[name]]

    published = {"Rasa": (0.915, 0.453), "BERT": (0.969, 0.403)}
    return Benchmark("CLINC150 full", labelled("train", "oos_train"), labelled("test", "oos_test"), published, epochs=4)


def hint3(path: Path) -> Labelled:
    """One file of HINT3."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["sentence"], OUTSIDE if row["label"] == "NO_NODES_DETECTED" else row["label"]) for row in csv.DictReader(file)]
