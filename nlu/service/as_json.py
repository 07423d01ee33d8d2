"""Writes the training messages as one JSON file, for Rasa: its reader of YAML takes half a minute for them, this takes seconds.

Labels are written as one text each: Rasa copies and fingerprints what stands on a message several times over, in all its parts.

Usage: as_json.py FOLDER FILE
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from examples import read


def main() -> None:
    """Write `FILE` from all messages in `FOLDER`. Raises `ValueError` for a group without labels, `WrongLabel` for unknown ones."""
    folder, file = map(Path, sys.argv[1:])
    messages = [{"text": each.text, "intent": each.topic, "intent_metadata": json.dumps(asdict(each.risk))} for each in read(folder)]
    file.write_text(json.dumps({"rasa_nlu_data": {"common_examples": messages}}), "utf-8")


if __name__ == "__main__":
    main()
