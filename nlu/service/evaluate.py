"""How well the trained model reads messages it has not seen: `evaluate.sh FOLDER...` prints a table.

For comparing models. Thresholds are given, never looked for here: messages that judge must not tune.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import structlog
from components.risk_labels import LEVELS, STEPS
from examples import Example, read
from rasa.core.agent import Agent

Answer = dict[str, Any]
Judged = list[tuple[Example, Answer]]
Row = tuple[str, int, int]
"""What is counted, how often it was right, out of how many."""

OUT_OF_SCOPE = "out_of_scope"


def main() -> None:
    """Read the arguments, ask the model about every message, print the table."""
    options = arguments()
    judged = ask(options.model, read(*options.folders))
    thresholds = {step: getattr(options, step) for step in STEPS}
    # Rasa's own pipelines, which are compared too, give no risk.
    scored = bool(judged) and "risk" in judged[0][1]
    rows = [*topic_rows(judged), *(risk_rows(judged, thresholds) if scored else ()), *(kind_rows(judged) if scored else ())]
    for what, right, number in rows:
        print(f"{what:<48} {right:>5} / {number:<5} {100 * right / max(number, 1):5.1f} %")  # noqa: T201


def arguments() -> argparse.Namespace:
    """Folders, model and thresholds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--model", type=Path, default=Path(__file__).parent / "models" / "intents.tar.gz")
    for step in STEPS:
        parser.add_argument(f"--{step}", type=float, default=0.5, help="from which probability it counts as noticed")
    return parser.parse_args()


def ask(model: Path, examples: list[Example]) -> Judged:
    """Each example with the model's answer."""
    # Rasa's own set-up of logging belongs to its command line; without it every answer is printed.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    agent = Agent.load(str(model))

    async def answers() -> list[Answer]:
        return [await agent.parse_message(example.text) for example in examples]

    return list(zip(examples, asyncio.run(answers()), strict=True))


def topic_rows(judged: Judged) -> list[Row]:
    """Topic accuracy over all, over plain questions, and what is out of scope."""
    outside = [pair for pair in judged if pair[0].topic == OUT_OF_SCOPE]
    calm = [pair for pair in judged if pair[0].risk.level == "none"]
    return [
        row("topic right", judged, topic_is_right),
        row("topic right, messages of level none", calm, topic_is_right),
        row("topic among the first three", judged, topic_is_near),
        row("out of scope recognised", outside, topic_is_right),
    ]


def topic_is_right(example: Example, answer: Answer) -> bool:
    """Whether the first topic is the labelled one."""
    return bool(answer["intent"]["name"] == example.topic)


def topic_is_near(example: Example, answer: Answer) -> bool:
    """Whether the labelled topic is one of the first three."""
    return example.topic in [topic["name"] for topic in answer["intent_ranking"][:3]]


def risk_rows(judged: Judged, thresholds: dict[str, float]) -> list[Row]:
    """For each step of the levels: how many at or above it were noticed, and false alarms on none."""
    rows = []
    calm = [pair for pair in judged if pair[0].risk.level == "none"]
    for step, threshold in thresholds.items():
        reached = [pair for pair in judged if LEVELS.index(pair[0].risk.level) >= LEVELS.index(step)]
        rows.append(row(f"{step} or graver, noticed as {step}", reached, noticing(step, threshold)))
        rows.append(row(f"none, false alarm as {step}", calm, noticing(step, threshold)))
    return rows


def noticing(step: str, threshold: float) -> Callable[[Example, Answer], bool]:
    """Whether an answer reaches the threshold of a step."""
    return lambda _, answer: bool(answer["risk"]["at_least"][step] >= threshold)


def kind_rows(judged: Judged) -> list[Row]:
    """Whether the kind of risk and the person at risk were right, where there is risk."""
    risky = [pair for pair in judged if pair[0].risk.categories]
    return [
        row("main category is the likeliest", risky, lambda e, a: likeliest(a, "categories") == e.risk.categories[0]),
        row("likeliest category is one of the labelled", risky, lambda e, a: likeliest(a, "categories") in e.risk.categories),
        row("subject right, where there is risk", risky, lambda e, a: likeliest(a, "subject") == e.risk.subject),
    ]


def likeliest(answer: Answer, part: str) -> str:
    """The id with the highest probability in a part of the risk answer."""
    chances: dict[str, float] = answer["risk"][part]
    return max(chances, key=lambda name: chances[name])


def row(what: str, judged: Iterable[tuple[Example, Answer]], right: Callable[[Example, Answer], bool]) -> Row:
    """Count."""
    verdicts = [right(example, answer) for example, answer in judged]
    return what, sum(verdicts), len(verdicts)


if __name__ == "__main__":
    main()
