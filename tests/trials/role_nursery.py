"""The program in several processes, each with roles of its own, started in a moment: modules and shipped words are loaded once.

A line on standard input says with which roles, commas between; the answer is the process id of a fork that has them.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import sys
from pathlib import Path

from bot import wiring
from bot.editions import Edition
from bot.roles import Role
from bot.service import load_service
from bot.settings import load_settings
from bot.wiring import Program
from nlu.noticing import Noticing
from tests.faults.fast_program import clock

_DIES_WITH_ITS_PARENT = 1
"""PR_SET_PDEATHSIG"""


async def work(program: Program) -> None:
    """Until it is told to end; what is begun is then finished."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with program.running():
        await ended.wait()


def main() -> None:
    shipped = Edition(0, {}, load_service(load_settings()), Noticing.load())
    # Nothing is published in these trials, so that each start would read and compile the same again.
    wiring.load_edition = lambda *_, **__: shipped  # type: ignore[attr-defined]
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is gone at once
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            # It ends with this process, whatever ends that.
            ctypes.CDLL(None).prctl(_DIES_WITH_ITS_PARENT, signal.SIGKILL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(2, 1)
            os.close(0)
            program = wiring.build(load_settings(), clock(), roles=frozenset(Role(name) for name in line.strip().split(",")))
            # By this name it is known at the database.
            Path(f"name-{os.getpid()}").write_text(program.record.name)
            asyncio.run(work(program))
            os._exit(0)
        print(child, flush=True)  # noqa: T201 - it is the answer


if __name__ == "__main__":
    main()
