"""Splits the training data by writer into two folders, so that Rasa's own pipelines can be compared too."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from finetuning.run import UNSEEN_WRITERS

INTENTS = Path(__file__).parents[3] / "content" / "intents"


def main() -> None:
    """Write `train/` and `test/` below the folder that is given; a number N after it trains on every Nth writer only."""
    target, every = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    copy(target / "train", lambda writer: writer not in UNSEEN_WRITERS and int(writer[1:]) % every == 0)
    copy(target / "test", lambda writer: writer in UNSEEN_WRITERS)


def copy(folder: Path, wanted: Callable[[str], bool]) -> None:
    """Copy the groups by wanted writers."""
    for file in INTENTS.rglob("*.yml"):
        content = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
        groups: list[dict[str, Any]] = [group for group in content["nlu"] if wanted(group["metadata"]["writer"])]
        place = folder / file.relative_to(INTENTS)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(yaml.safe_dump({"version": "3.1", "nlu": groups}, allow_unicode=True), "utf-8")


if __name__ == "__main__":
    main()
