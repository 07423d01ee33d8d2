"""`make evaluate`: how well messages are understood by everything together, on `tests/judging`, which nothing was trained or tuned on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.intent_service import running
from bot.settings import load_settings
from nlu.client import IntentClient
from nlu.noticing import Noticing
from nlu.understanding import Level, Understanding

JUDGING = Path(__file__).parent.parent / "judging"


@dataclass(frozen=True)
class Judged:
    """One message, its labels, and what was understood of it."""

    text: str
    topic: str
    level: Level
    categories: tuple[str, ...]
    subject: str
    found: Understanding


def messages() -> Iterator[tuple[str, dict[str, object], str]]:
    """Topic, labels and text of every judging message."""
    for path in sorted(JUDGING.rglob("*.yml")):
        for group in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            for line in group["examples"].splitlines():
                if line.strip():
                    yield group["intent"], group["metadata"], line.strip().removeprefix("- ").strip()


async def judge(noticing: Noticing, client: IntentClient | None) -> list[Judged]:
    judged = []
    for topic, labels, text in messages():
        reading = await client.read(text) if client else None
        found = noticing.understand(text, reading)
        categories = tuple(labels.get("categories") or ())  # type: ignore[call-overload]
        judged.append(Judged(text, topic, Level.of(str(labels["level"])), categories, str(labels["subject"]), found))
    return judged


def share(judged: list[Judged], of: Callable[[Judged], bool], holds: Callable[[Judged], bool]) -> str:
    """How many of those that `of` picks hold, as `0.912 (319 of 350)`."""
    picked = [one for one in judged if of(one)]
    right = sum(holds(one) for one in picked)
    return f"{right / max(len(picked), 1):.3f} ({right} of {len(picked)})"


def at_least(level: Level) -> Callable[[Judged], bool]:
    return lambda one: one.found.risk.level >= level


def labelled(*levels: Level) -> Callable[[Judged], bool]:
    return lambda one: one.level in levels


def report(judged: list[Judged], with_model: bool) -> dict[str, str]:
    harm = labelled(Level.CONCERN, Level.URGENT, Level.IMMEDIATE)
    calm, worries = labelled(Level.NONE), labelled(Level.WORRY)
    rows = {
        "disclosures noticed (worry or higher)": share(judged, harm, at_least(Level.WORRY)),
        "disclosures offered an adult (concern or higher)": share(judged, harm, at_least(Level.CONCERN)),
        "urgent and immediate rated urgent or higher": share(judged, labelled(Level.URGENT, Level.IMMEDIATE), at_least(Level.URGENT)),
        "immediate rated immediate": share(judged, labelled(Level.IMMEDIATE), at_least(Level.IMMEDIATE)),
        "concern or urgent rated immediate": share(judged, labelled(Level.CONCERN, Level.URGENT), at_least(Level.IMMEDIATE)),
        "harmless rated concern or higher": share(judged, calm, at_least(Level.CONCERN)),
        "harmless rated worry": share(judged, calm, lambda one: one.found.risk.level is Level.WORRY),
        "everyday worries rated concern or higher": share(judged, worries, at_least(Level.CONCERN)),
        "harmless or worry rated immediate": share(judged, labelled(Level.NONE, Level.WORRY), at_least(Level.IMMEDIATE)),
        "main category among those named": share(judged, lambda one: harm(one) and one.found.risk.level > 0, _category_named),
        "subject right": share(
            judged, lambda one: harm(one) and one.found.risk.level > 0, lambda one: one.found.risk.subject == one.subject
        ),
    }
    if with_model:
        rows["topic right (messages about a topic)"] = share(
            judged, lambda one: not one.categories, lambda one: one.found.topic == one.topic
        )
        rows["out of scope recognised"] = share(
            judged, lambda one: one.topic == "out_of_scope", lambda one: one.found.topic == "out_of_scope"
        )
    return rows


def _category_named(one: Judged) -> bool:
    return bool(one.categories) and one.categories[0] in one.found.risk.categories


async def main() -> None:
    noticing, settings = Noticing.load(), load_settings()
    alone = report(await judge(noticing, None), with_model=False)
    async with running(settings.nlu_url):
        client = IntentClient(settings.nlu_url, 30)
        judged = await judge(noticing, client)
        await client.close()
    together = report(judged, with_model=True)
    sys.stdout.write(f"{len(judged)} messages\n\n| figure | phrases alone | with the model |\n|---|---|---|\n")
    for name, value in together.items():
        sys.stdout.write(f"| {name} | {alone.get(name, '')} | {value} |\n")


if __name__ == "__main__":
    asyncio.run(main())
