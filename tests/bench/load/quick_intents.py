"""An intent service that costs next to nothing, in a process of its own, where it is not to be the limit. It prints where it answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bot.settings import ROOT
from tests.bench.load import words
from tests.bench.load.ours import DANGER, IntentService
from tests.trials.scripted_intents import ScriptedIntents


@contextmanager
def quick() -> Iterator[IntentService]:
    """It, while the block runs."""
    command = [sys.executable, "-m", "tests.bench.load.quick_intents"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdin is not None
    try:
        yield IntentService(process.stdout.readline().strip(), process.pid, 0.0)
    finally:
        process.stdin.close()
        process.wait(20)


def main() -> None:
    intents = ScriptedIntents().start()
    intents.learn({"says": DANGER, "topic": "coping_self_harm", "risk": "immediate suicide"})
    for topic, texts in words.by_topic().items():
        for text in texts:
            intents.learn({"says": text, "topic": topic})
    print(intents.url, flush=True)  # noqa: T201 - it is the answer
    sys.stdin.read()
    intents.stop()


if __name__ == "__main__":
    main()
