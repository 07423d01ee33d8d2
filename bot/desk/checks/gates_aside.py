"""The gates in a process of their own, behind everything else: what they compute never holds up a young person's answer."""

from __future__ import annotations

import os
from collections.abc import Collection
from multiprocessing import get_context
from multiprocessing.connection import Connection

from bot.desk.checks.gates import check_changes
from content.editorial.edition import Texts
from content.editorial.problems import Problem
from escalation.publishing import Progress, unwatched

NICE = 10


def check_aside(texts: Texts, keys: Collection[str], *, before: Texts | None = None, on_progress: Progress = unwatched) -> list[Problem]:
    """As `check_changes`, at a low priority. Raises `RuntimeError` where the process ends before it has told what it found."""
    context = get_context("spawn")
    told, tell = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(tell, dict(texts), list(keys), dict(before or {})), name="gates", daemon=True)
    worker.start()
    tell.close()
    try:
        while True:
            match told.recv():
                case list() as found:
                    return found
                case (done, of, what):
                    on_progress(done, of, what)
    except EOFError:
        raise RuntimeError("the checks ended before they had told what they found") from None
    finally:
        told.close()
        worker.join()


def _work(tell: Connection, texts: Texts, keys: Collection[str], before: Texts) -> None:
    os.nice(NICE)
    tell.send(check_changes(texts, keys, before=before, on_progress=lambda *step: tell.send(step)))
