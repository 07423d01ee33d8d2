"""`make evaluate`: how well messages are understood, on `tests/judging`, which nothing was trained or tuned on.

Prints the report, writes it to `var/evaluation/`, and fails when a figure is on the wrong side of its floor
(`content/policy/evaluation.yml`), with the disclosures that were offered an adult before and are not any more.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bot.settings import ROOT, load_settings
from nlu.evaluation.floors import load_floors
from nlu.evaluation.noticed import save_noticed
from nlu.evaluation.report import report
from tests.evaluate.run import JUDGING, NOTICED, complaints, evaluate

REPORT = ROOT / "var" / "evaluation" / "report.md"


def main() -> int:
    """The exit status: 1 if recall dropped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=JUDGING, help="labelled messages, tests/judging unless told otherwise")
    parser.add_argument("--accept", action="store_true", help="from now on compare with what is noticed now")
    asked = parser.parse_args()
    floors = load_floors()
    alone, together = asyncio.run(evaluate(asked.folder, load_settings().nlu_url))
    text = report(alone, together, floors)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    if asked.folder != JUDGING:
        return 0
    if asked.accept:
        save_noticed(NOTICED, alone, together)
    wrong = complaints(alone, together, floors)
    sys.stderr.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
