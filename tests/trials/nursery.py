"""The program of `fast_program`, ready to be started in a moment: modules and shipped words are loaded once, and each start is a fork.

A line on standard input asks for a start; the answer is the process id, and "gone" once that process has ended.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys

from bot import wiring
from bot.editions import Edition
from bot.service import load_service
from bot.settings import load_settings
from nlu.noticing import Noticing
from tests.faults import fast_program

GONE = "gone"


def main() -> None:
    shipped = Edition(0, {}, load_service(load_settings()), Noticing.load())
    # Nothing is published in these trials, so that each start would read and compile the same again.
    wiring.load_edition = lambda *_, **__: shipped  # type: ignore[attr-defined]
    gc.freeze()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(2, 1)
            os.close(0)
            asyncio.run(fast_program.main())
            return
        print(child, flush=True)  # noqa: T201 - it is the answer
        os.waitpid(child, 0)
        print(GONE, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
