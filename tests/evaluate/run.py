"""Judging everything with a running intent service, for the command and for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.intent_service import running
from nlu.client import IntentClient
from nlu.evaluation.figures import figures
from nlu.evaluation.floors import Floor, broken
from nlu.evaluation.judge import Verdict, judge, read_all
from nlu.evaluation.judging import read_judging
from nlu.evaluation.noticed import lost
from nlu.noticing import Noticing

JUDGING = Path(__file__).parent.parent / "judging"
NOTICED = JUDGING / "noticed.csv"
PATIENT = 30.0
"""Seconds to wait for one answer."""


async def evaluate(folder: Path, url: str) -> tuple[Verdict, Verdict]:
    """What the phrases alone find, and what everything together finds. Starts the intent service if none answers."""
    noticing, judging = Noticing.load(), read_judging(folder)
    async with running(url):
        client = IntentClient(url, PATIENT)
        try:
            readings = await read_all(judging, client)
        finally:
            await client.close()
    return judge(judging, noticing, None), judge(judging, noticing, readings)


def complaints(alone: Verdict, together: Verdict, floors: Mapping[str, Floor]) -> list[str]:
    """Figures that broke their floor, each list with the disclosures that were lost; empty if every floor holds."""
    found = []
    for verdict, is_alone, column in ((together, False, "together"), (alone, True, "phrases")):
        wrong = broken(figures(verdict, with_topics=not is_alone), floors, is_alone)
        found += wrong
        if wrong:
            found += [f"  lost: {one.message.text} ({one.message.id})" for one in lost(NOTICED, verdict.messages, column)]
    return found
