"""Labelled messages from folders of Rasa's training format, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from components.risk_labels import RiskLabel, label_of


@dataclass(frozen=True)
class Example:
    """One message: what it says, what it is about, and the risk in it."""

    text: str
    topic: str
    risk: RiskLabel


def read(*folders: Path) -> list[Example]:
    """All messages in the folders and below them, in the order of the files' names."""
    files = sorted(file for folder in folders for file in folder.rglob("*.yml"))
    return [example for file in files for example in read_file(file)]


def read_file(file: Path) -> Iterator[Example]:
    """Messages of one file. Raises `ValueError` for a group without risk labels."""
    content: dict[str, Any] = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    for group in content.get("nlu", ()):
        label = label_of({"intent": group.get("metadata")})
        if label is None:
            raise ValueError(f"{file}: a group of {group['intent']} has no level")
        for line in group["examples"].splitlines():
            if line.startswith("- "):
                yield Example(line[2:].strip(), group["intent"], label)
