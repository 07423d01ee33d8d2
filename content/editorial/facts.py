"""What scripts state on law and health, and nobody has confirmed yet: one list for whoever asks a lawyer or a nurse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from content.editorial.schema import Script

CONFIRMED_BY = {"law": "a lawyer", "health": "a nurse"}


@dataclass(frozen=True)
class Unconfirmed:
    """The steps of one script that state facts of one kind, and have no day on which somebody confirmed them."""

    topic: str
    kind: str
    steps: tuple[str, ...]
    nations: tuple[str, ...]

    def __str__(self) -> str:
        return f"{CONFIRMED_BY[self.kind]} has not confirmed what is said on {self.kind} in {', '.join(self.steps)}"


def unconfirmed(scripts: Iterable[Script]) -> Iterator[Unconfirmed]:
    """By who has to confirm it, then by topic."""
    by_topic = sorted(scripts, key=lambda script: script.topic)
    for kind in CONFIRMED_BY:
        for script in by_topic:
            steps = {name: step for name, step in script.steps.items() if step.states == kind and not step.checked_on}
            if steps:
                nations = sorted({step.nation.replace("_", " ") for step in steps.values() if step.nation})
                yield Unconfirmed(script.topic, kind, tuple(steps), tuple(nations))


def fact_table(scripts: Iterable[Script]) -> Iterator[str]:
    """The same as a table in Markdown."""
    yield "| who has to confirm it | topic | steps | where it holds |"
    yield "|---" * 4 + "|"
    for one in unconfirmed(scripts):
        yield f"| {CONFIRMED_BY[one.kind]} | {one.topic} | {', '.join(one.steps)} | {', '.join(one.nations)} |"
